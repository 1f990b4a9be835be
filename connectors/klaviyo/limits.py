"""Klaviyo's quotas, kept up front: each endpoint has its own, and tells it with every answer.

`ratelimit-limit: 1, 1;w=1, 2;w=60, 225;w=86400` names calls and seconds of each window:
https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling (revision 2026-10-15).
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Final

from connectors.retry import Clock
from core.errors import Transient

LIMIT_HEADER: Final = "ratelimit-limit"
LONGEST_PAUSE_SECONDS: Final = 900.0
"""A longer wait is the worker's to keep, not a sleep in the middle of a reading."""

Policies = tuple[tuple[int, int], ...]
"""Calls, and the seconds within which so many are allowed."""

REPORTS: Final[Policies] = ((1, 1), (2, 60), (225, 86_400))
AGGREGATES: Final[Policies] = ((3, 1), (60, 60))
LISTS: Final[Policies] = ((10, 1), (150, 60))

_KEPT: Final = 1_000
_POLICY: Final = re.compile(r"([0-9]+)\s*;\s*w=([0-9]+)")


class Pacer:
    """Lets the calls of one connector through as fast as each endpoint's quota allows."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=_KEPT))
        self._told: dict[str, Policies] = {}

    async def turn(self, endpoint: str) -> None:
        """Wait for the endpoint's next call; Transient when that takes too long to sit out."""
        wait = self._wait(endpoint)
        if wait > LONGEST_PAUSE_SECONDS:
            raise Transient(
                f"Klaviyo's quota for {endpoint} is used up for now",
                mend="it is tried again when the quota has recovered",
                retry_after_seconds=wait,
            )
        if wait > 0:
            await self._clock.sleep(wait)
        self._calls[endpoint].append(self._clock.now())

    def learn(self, endpoint: str, headers: Mapping[str, str]) -> None:
        """Take over the quota that an answer tells; one that tells none changes nothing."""
        found = policies_of(headers.get(LIMIT_HEADER, ""))
        if found:
            self._told[endpoint] = found

    def _wait(self, endpoint: str) -> float:
        calls, now = self._calls[endpoint], self._clock.now()
        policies = self._told.get(endpoint, _documented(endpoint))
        return max(
            (calls[-allowed] + seconds - now for allowed, seconds in policies
             if 0 < allowed <= len(calls)),
            default=0.0,
        )  # fmt: skip


def policies_of(header: str) -> Policies:
    """The windows that a `ratelimit-limit` header names."""
    return tuple((int(calls), int(seconds)) for calls, seconds in _POLICY.findall(header))


def _documented(endpoint: str) -> Policies:
    if endpoint.endswith("-reports"):
        return REPORTS
    return AGGREGATES if endpoint == "metric-aggregates" else LISTS
