"""One log line a request, without its query string: those carry secrets."""

from __future__ import annotations

import logging
import time
from http import HTTPStatus

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CLIENT_LEFT = 499
"""Counted as nginx does: nobody was there to be answered."""
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class AccessLog:
    """Logs method, path, status and duration; what comes all the time at debug level."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = CLIENT_LEFT
        began = time.perf_counter()

        async def send_watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        finally:
            note_request(scope, status, time.perf_counter() - began)


def note_request(scope: Scope, status: int, seconds: float, **named: object) -> None:
    """The line of a request that was answered with `status`."""
    is_quiet = _is_quiet(scope["path"], status)
    if is_quiet and not logging.getLogger().isEnabledFor(logging.DEBUG):
        return
    logger = structlog.get_logger()
    log = logger.debug if is_quiet else logger.info
    log(
        "request",
        method=scope["method"],
        path=scope["path"],
        status=status,
        milliseconds=round(seconds * 1000, 1),
        operation=scope.get("state", {}).get("operation"),
        **named,
    )


def _is_quiet(path: str, status: int) -> bool:
    """Whether a line a request would drown the others: the metrics count those too."""
    is_webhook = path.startswith("/webhooks/")
    return path in QUIET or (is_webhook and status < HTTPStatus.MULTIPLE_CHOICES)
