"""Endpoints that are answered ahead of routing, which costs more than some of them do.

Webhooks go round the middleware too: what it promises is kept here, a request id, safe headers,
errors in one shape, metrics, and a log line where one is due. GraphQL goes round nothing but the
framework's own layers and the search for its route.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

import orjson
import structlog
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from app.http.access_log import CLIENT_LEFT, note_request
from app.http.answers import JSON, note
from app.http.errors import tell
from app.http.metrics import Metrics
from app.http.request_id import NAMES, sent_or_new
from app.http.safety import DEFAULTS

RequestHeaders: TypeAlias = Mapping[str, str]
"""Names in lower case; of a header that came twice, the first."""
Content: TypeAlias = Mapping[str, object]
Answer: TypeAlias = Callable[[Request, RequestHeaders], Awaitable[tuple[int, Content]]]
RawHeaders: TypeAlias = list[tuple[bytes, bytes]]

_HEADERS: Final = [
    (name.lower().encode(), value.encode())
    for name, value in {**DEFAULTS, "Content-Type": JSON}.items()
]
_NAMES: Final = [name.encode() for name in NAMES]


class App(FastAPI):
    """An app some of whose paths are answered ahead.

    `ahead`: what begins with one, and is posted; `at`: requests of exactly that path.
    """

    def __init__(
        self, *, ahead: Mapping[str, ASGIApp], at: Mapping[str, ASGIApp], **options: Any
    ) -> None:
        super().__init__(**options)
        self._ahead = tuple(ahead.items())
        self._at = dict(at)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on to whoever answers its path."""
        await (self._directly(scope) or super().__call__)(scope, receive, send)

    def _directly(self, scope: Scope) -> ASGIApp | None:
        if scope["type"] != "http":
            return None
        found = self._at.get(scope["path"])
        if found is None and scope["method"] == "POST":
            posted = (app for prefix, app in self._ahead if scope["path"].startswith(prefix))
            found = next(posted, None)
        return found


def within(layers: Iterable[Middleware], app: ASGIApp) -> ASGIApp:
    """An endpoint inside `layers`, of which the first is the outermost."""
    for layer in reversed([*layers]):
        app = layer.cls(app, *layer.args, **layer.kwargs)
    return app


class Ahead:
    """An endpoint that answers JSON by itself."""

    def __init__(self, answer: Answer, metrics: Metrics) -> None:
        self._answer = answer
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, count and note one request."""
        began = time.perf_counter()
        status = CLIENT_LEFT
        headers = _headers(scope)
        request_id = sent_or_new(headers)
        self._metrics.in_flight.inc()
        try:
            status, extra, content = await self._told(Request(scope, receive), headers, request_id)
            await _send(send, status, [*_named(request_id), *extra], orjson.dumps(content))
        except ClientDisconnect:
            structlog.get_logger().info("client_left", request_id=request_id)
        finally:
            seconds = time.perf_counter() - began
            self._metrics.in_flight.dec()
            self._metrics.count(scope, status, seconds)
            note_request(scope, status, seconds, request_id=request_id)

    async def _told(
        self, request: Request, headers: RequestHeaders, request_id: str
    ) -> tuple[int, RawHeaders, Content]:
        try:
            status, content = await self._answer(request, headers)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, it is answered
            told = tell(error)
            with bound_contextvars(request_id=request_id):
                note(error, told)
            extra = [(name.lower().encode(), text.encode()) for name, text in told.headers.items()]
            return told.status, extra, told.body(request_id)
        return status, [], content


def _headers(scope: Scope) -> RequestHeaders:
    pairs = reversed(scope["headers"])
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in pairs}


def _named(request_id: str) -> RawHeaders:
    value = request_id.encode()
    return [(name, value) for name in _NAMES]


async def _send(send: Send, status: int, headers: RawHeaders, body: bytes) -> None:
    length = (b"content-length", b"%d" % len(body))
    start = {"status": status, "headers": [*_HEADERS, length, *headers]}
    await send({"type": "http.response.start", **start})
    await send({"type": "http.response.body", "body": body})
