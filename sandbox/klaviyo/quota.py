"""Calls per account and endpoint within a second, a minute and a day."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Final

from sandbox.clock import Clock
from sandbox.klaviyo.errors import throttled
from sandbox.settings import Limits

_DAY: Final = 86_400
_REPORTS: Final = ((1, 1), (2, 60), (225, _DAY))
_AGGREGATES: Final = ((3, 1), (60, 60))
_LISTS: Final = ((10, 1), (150, 60))


@dataclass(frozen=True, slots=True)
class Policy:
    """So many calls within so many seconds."""

    calls: int
    seconds: int


class Quota:
    """Counts calls; a refused call does not count."""

    def __init__(self, clock: Clock) -> None:
        """Count by this clock."""
        self._clock = clock
        self._calls: dict[tuple[int, str], deque[float]] = defaultdict(deque)

    def forget(self) -> None:
        """Give everything back."""
        self._calls.clear()

    def take(self, account: int, endpoint: str, limits: Limits) -> dict[str, str]:
        """Count a call and tell what is left, or refuse it."""
        calls, now = self._calls[account, endpoint], self._clock.ticks()
        while calls and calls[0] <= now - _DAY:
            calls.popleft()
        policies = _policies(endpoint, limits)
        waits = [_wait(calls, policy, now) for policy in policies]
        if max(waits) > 0:
            raise throttled(math.ceil(max(waits)))
        calls.append(now)
        return _headers(calls, policies, now)


def _policies(endpoint: str, limits: Limits) -> tuple[Policy, ...]:
    is_report = endpoint.endswith(("-values-reports", "-series-reports"))
    others = _AGGREGATES if endpoint == "metric-aggregates" else _LISTS
    documented: tuple[tuple[int, int], ...] = _REPORTS if is_report else others
    return tuple(Policy(calls * limits.klaviyo_quota, within) for calls, within in documented)


def _wait(calls: deque[float], policy: Policy, now: float) -> float:
    """Seconds until the policy lets the next call through."""
    if len(calls) < policy.calls:
        return 0.0
    return calls[-policy.calls] + policy.seconds - now


def _headers(calls: deque[float], policies: tuple[Policy, ...], now: float) -> dict[str, str]:
    left = [each.calls - sum(at > now - each.seconds for at in calls) for each in policies]
    windows = ", ".join(f"{each.calls};w={each.seconds}" for each in policies)
    found = {
        "ratelimit-limit": f"{policies[0].calls}, {windows}",
        "ratelimit-remaining": str(left[0]),
        "ratelimit-reset": "1",
    }
    if policies[-1].seconds == _DAY:
        found["ratelimit-remaining-daily"] = str(left[-1])
    return found
