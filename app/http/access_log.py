"""One log line a request, without its query string: those carry secrets.

It has method, path, status and duration; what comes all the time is noted at debug level.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

import structlog
from starlette.types import Scope

CLIENT_LEFT = 499
"""Counted as nginx does: nobody was there to be answered."""
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


def note_request(scope: Scope, status: int, seconds: float, **named: object) -> None:
    """The line of a request that was answered with `status`."""
    is_quiet = _is_quiet(scope["path"], status)
    if is_quiet and not logging.getLogger().isEnabledFor(logging.DEBUG):
        return
    # Without a name, structlog would look for it among the frames.
    logger = structlog.get_logger(__name__)
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
