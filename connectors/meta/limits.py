"""Meta's usage headers: how much of a quota is used, and how long to hold back.

Meta sends no Retry-After; percentages and minutes come in four headers, each JSON:
https://developers.facebook.com/docs/graph-api/overview/rate-limiting (v26.0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from core.jsonvalue import JSONValue

USAGE_HEADERS: Final = (
    "x-business-use-case-usage",
    "x-ad-account-usage",
    "x-app-usage",
    "x-fb-ads-insights-throttle",
)
PERCENTAGES: Final = (
    "call_count",
    "total_cputime",
    "total_time",
    "acc_id_util_pct",
    "app_id_util_pct",
)

SLOW_FROM_PERCENT: Final = 85.0
SLOWEST_PAUSE_SECONDS: Final = 60.0
FULL_PERCENT: Final = 100.0


@dataclass(frozen=True, slots=True)
class Usage:
    """The fullest of all quotas, and the seconds until a spent one gives access again."""

    percent: float
    regain_seconds: float


def usage(headers: Mapping[str, str]) -> Usage:
    """What the usage headers say; headers that are absent or unreadable say nothing."""
    meters = [meter for name in USAGE_HEADERS for meter in _meters(_parsed(headers.get(name)))]
    return Usage(
        percent=max((_number(meter, name) for meter in meters for name in PERCENTAGES), default=0),
        regain_seconds=max((_regain_seconds(meter) for meter in meters), default=0),
    )


def pause_seconds(headers: Mapping[str, str]) -> float:
    """How long to wait before the next call.

    Nothing up to 85 %, then in proportion up to a minute at 100 %; the time that Meta asks for
    once a quota is spent.
    """
    found = usage(headers)
    if found.regain_seconds:
        return found.regain_seconds
    excess = min(found.percent, FULL_PERCENT) - SLOW_FROM_PERCENT
    return max(0.0, excess / (FULL_PERCENT - SLOW_FROM_PERCENT) * SLOWEST_PAUSE_SECONDS)


def _parsed(text: str | None) -> JSONValue:
    try:
        parsed: JSONValue = orjson.loads(text or "null")
    except orjson.JSONDecodeError:
        return None
    return parsed


def _meters(value: JSONValue) -> Iterator[Mapping[str, JSONValue]]:
    """Objects of numbers: the header's own, or one per use case of each business object."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _meters(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _meters(inner)


def _regain_seconds(meter: Mapping[str, JSONValue]) -> float:
    minutes = _number(meter, "estimated_time_to_regain_access")
    if minutes:
        return minutes * 60
    is_spent = _number(meter, "acc_id_util_pct") >= FULL_PERCENT
    return _number(meter, "reset_time_duration") if is_spent else 0


def _number(meter: Mapping[str, JSONValue], name: str) -> float:
    value = meter.get(name)
    return float(value) if isinstance(value, (int, float)) else 0
