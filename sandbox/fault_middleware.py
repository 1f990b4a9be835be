"""Carries out what the fault switch decides, around whatever the platform answers."""

import asyncio
import socket
import struct
import time
from email.utils import formatdate
from typing import Final

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.faults import TRANSPORT_FAULTS, Fault, FaultSwitch

CONTROL_PREFIX: Final = "/_sandbox"
FAULT_KEY: Final = "sandbox.fault"
_LINGER_ZERO: Final = struct.pack("ii", 1, 0)
_PAGE: Final = (
    "<!DOCTYPE html><html><head><title>Error</title></head>"
    "<body><h1>Sorry, something went wrong.</h1>"
    "<p>We're working on getting this fixed as soon as we can.</p></body></html>"
)
_STATUS: Final = {Fault.SERVER_ERROR: 502, Fault.OUTAGE: 503}


class FaultMiddleware:
    """Delays, breaks or passes on requests; control calls always pass."""

    def __init__(self, app: ASGIApp, switch: FaultSwitch) -> None:
        """Stand in front of an app."""
        self._app = app
        self._switch = switch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI event stream."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PREFIX):
            await self._app(scope, receive, send)
            return
        decision = self._switch.decide()
        await asyncio.sleep(decision.latency_seconds)
        if self._switch.settings.retires_in_days and decision.fault is not Fault.RESET:
            send = _retiring(send, self._switch.settings.retires_in_days)
        if decision.fault in TRANSPORT_FAULTS:
            await self._break(decision.fault, scope, receive, send)
        else:
            scope[FAULT_KEY] = decision.fault
            await self._app(scope, receive, send)

    async def _break(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault is Fault.RESET:
            await _reset(send)
        elif fault is Fault.TRUNCATED:
            await self._app(scope, receive, _Truncating(send))
        else:
            await HTMLResponse(_PAGE, status_code=_STATUS[fault])(scope, receive, send)


class _Truncating:
    """A `send` that keeps the first half of the body, with an honest length."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if not message.get("more_body", False):
            await self._finish()

    async def _finish(self) -> None:
        body = self._body[: len(self._body) // 2]
        kept = [pair for pair in self._start["headers"] if pair[0] != b"content-length"]
        length = (b"content-length", str(len(body)).encode())
        await self._send({**self._start, "headers": [*kept, length]})
        await self._send({"type": "http.response.body", "body": body})


def _retiring(send: Send, days: float) -> Send:
    """A `send` that adds the headers of RFC 8594 and RFC 9745."""
    now = time.time()
    headers = [
        (b"sunset", formatdate(now + days * 86_400, usegmt=True).encode()),
        (b"deprecation", f"@{int(now)}".encode()),
    ]

    async def announcing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *headers]}
        await send(message)

    return announcing


async def _reset(send: Send) -> None:
    """Reset the TCP connection; without a server in between, fail as the socket would.

    ASGI has no word for this, so it reaches for the transport behind uvicorn's `send`.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        message = "connection reset by the sandbox"
        raise ConnectionResetError(message)
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
    transport.abort()
    await asyncio.sleep(0.01)
