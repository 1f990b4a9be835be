"""When a failed request is tried again, and how long to wait before it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type
from tenacity.wait import wait_exponential_jitter

from core.errors import Transient

LOG = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as a connector sees it; `now` is monotonic seconds."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one request is worth trying: so many attempts, so many seconds of waiting.

    A wait that the source asks for counts in full; without one it doubles from
    `first_wait_seconds`, plus jitter, up to `longest_backoff_seconds`.
    """

    attempts: int = 6
    total_wait_seconds: float = 900.0
    first_wait_seconds: float = 1.0
    longest_backoff_seconds: float = 60.0


def retrying(patience: Patience, clock: Clock) -> AsyncRetrying:
    """Tries again after Transient only; raises the last error once patience has run out."""
    return AsyncRetrying(
        sleep=clock.sleep,
        retry=retry_if_exception_type(Transient),
        wait=_Wait(patience),
        stop=_Stop(patience),
        before_sleep=_log,
        reraise=True,
    )


class _Wait(wait_exponential_jitter):
    def __init__(self, patience: Patience) -> None:
        super().__init__(
            initial=patience.first_wait_seconds, max=patience.longest_backoff_seconds, jitter=1
        )

    def __call__(self, retry_state: RetryCallState) -> float:
        asked = _asked_wait(retry_state)
        return super().__call__(retry_state) if asked is None else asked


class _Stop:
    def __init__(self, patience: Patience) -> None:
        self._patience = patience

    def __call__(self, retry_state: RetryCallState) -> bool:
        waited = retry_state.idle_for + retry_state.upcoming_sleep
        return (
            retry_state.attempt_number >= self._patience.attempts
            or waited > self._patience.total_wait_seconds
        )


def _asked_wait(state: RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome else None
    return error.retry_after_seconds if isinstance(error, Transient) else None


def _log(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    LOG.warning(
        "request_retried",
        attempt=state.attempt_number,
        wait_seconds=round(state.upcoming_sleep, 1),
        reason=str(error),
    )
