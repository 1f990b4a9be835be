"""Every request has an id: the caller's own where it is sane, else a new one."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from uuid import UUID

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from app.http.raw_headers import pairs, replace

NAMES = ("x-request-id", "x-correlation-id")
SANE = re.compile(r"[A-Za-z0-9._:/+=-]{1,64}")


class RequestId:
    """Names each request, in its state, in its log lines and in its response's headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its id."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        request_id = sent_or_new(Headers(scope=scope))
        scope.setdefault("state", {})["request_id"] = request_id
        named = pairs(dict.fromkeys(NAMES, request_id))

        async def send_named(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.accept"}:
                replace(message, named)
            await send(message)

        with bound_contextvars(request_id=request_id):
            await self._app(scope, receive, send_named)


def request_id_of(connection: HTTPConnection) -> str:
    """The id of this request; a new one where no middleware gave it any."""
    return str(getattr(connection.state, "request_id", None) or new_request_id())


def new_request_id() -> str:
    """A UUID of version 7: sorts by time."""
    milliseconds = time.time_ns() // 1_000_000
    low = 0b10 << 62 | secrets.randbits(62)
    high = milliseconds << 16 | 0x7000 | secrets.randbits(12)
    return str(UUID(int=high << 64 | low))


def sent_or_new(headers: Mapping[str, str]) -> str:
    """The caller's own id where it is sane, else a new one. `headers` have names in lower case."""
    for name in NAMES:
        sent = headers.get(name)
        if sent is not None and SANE.fullmatch(sent):
            return sent
    return new_request_id()
