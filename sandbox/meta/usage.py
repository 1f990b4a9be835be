"""Calls in a sliding hour against a budget, and the headers that tell of them.

Meta's formula for insights is 600 + 400 per active ad an hour; it sends no Retry-After, only
percentages and `estimated_time_to_regain_access` in minutes.
"""

import math
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Final

import orjson

from sandbox.clock import Clock

_HOUR: Final = 3_600.0
_FULL: Final = 100
_APP: Final = ("app", "")
_TIER: Final = "standard_access"


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of one quota is used."""

    used: int
    budget: int
    minutes_to_regain: int

    @property
    def percent(self) -> float:
        """Use in percent; 100 and more means that the next call is refused."""
        return _FULL * self.used / max(self.budget, 1)

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self.used >= self.budget


class Usage:
    """Counts the calls of each account and of the app."""

    def __init__(self, clock: Clock) -> None:
        """Count by the sandbox's clock."""
        self._clock = clock
        self._calls: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def record(self, account: str, kind: str) -> None:
        """Count one call."""
        for key in ((account, kind), _APP):
            self._calls[key].append(self._clock.ticks())

    def account(self, account: str, kind: str, budget: int) -> Meter:
        """The quota of an account for one kind of call."""
        return self._meter((account, kind), budget)

    def app(self, budget: int) -> Meter:
        """The quota of the app."""
        return self._meter(_APP, budget)

    def forget(self) -> None:
        """Give everything back."""
        self._calls.clear()

    def _meter(self, key: tuple[str, str], budget: int) -> Meter:
        calls, now = self._calls[key], self._clock.ticks()
        while calls and calls[0] <= now - _HOUR:
            calls.popleft()
        spent = len(calls) >= budget
        wait = math.ceil((calls[0] + _HOUR - now) / 60) if spent and calls else 0
        return Meter(len(calls), budget, wait)


def headers(account: str, kind: str, own: Meter, app: Meter) -> dict[str, str]:
    """The four usage headers, as JSON."""
    percent = math.floor(own.percent)
    return {
        "X-Business-Use-Case-Usage": _json({account: [_use_case(kind, percent, own)]}),
        "X-Ad-Account-Usage": _json(
            {
                "acc_id_util_pct": round(own.percent, 2),
                "reset_time_duration": own.minutes_to_regain * 60,
                "ads_api_access_tier": _TIER,
            },
        ),
        "X-App-Usage": _json(
            dict.fromkeys(("call_count", "total_time", "total_cputime"), math.floor(app.percent)),
        ),
        "x-fb-ads-insights-throttle": _json(
            {
                "app_id_util_pct": round(app.percent, 2),
                "acc_id_util_pct": round(own.percent, 2),
                "ads_api_access_tier": _TIER,
            },
        ),
    }


def _use_case(kind: str, percent: int, own: Meter) -> dict[str, object]:
    return {
        "type": kind,
        "call_count": percent,
        "total_cputime": percent // 4,
        "total_time": percent // 3,
        "estimated_time_to_regain_access": own.minutes_to_regain,
        "ads_api_access_tier": _TIER,
    }


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
