"""Numbers as they are told."""

from __future__ import annotations

from datetime import date
from math import floor, log10
from typing import Final

from core.records.findings import Effect, Finding
from core.units import DateRange

METRICS: Final = {
    "ctr": "click-through rate",
    "cvr": "conversion rate",
    "cpc": "cost per click",
    "cpa": "cost per conversion",
    "cpm": "cost per thousand impressions",
    "roas": "return on ad spend",
    "quality_score": "quality score",
}
"""Those whose name is no plain word."""
MONEY: Final = frozenset({"spend", "conversion_value", "cpc", "cpa", "cpm"})
_SHARES: Final = frozenset({"ctr", "cvr"})
_WHOLE, _ONE, _TENTH = 100, 1, 0.1
_PLACES = 2
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def metric(finding: Finding) -> str:
    """Its metric in words."""
    return METRICS.get(finding.metric, finding.metric.replace("_", " "))


def number(value: float) -> str:
    """By the rule of rounding, with commas between thousands."""
    size = abs(value)
    if size >= _WHOLE:
        return f"{value:,.0f}"
    places = _PLACES if size >= _ONE or not size else _PLACES - floor(log10(size))
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """A share of one in per cent, without its sign."""
    size = abs(share) * 100
    text = f"{size:,.0f}" if size >= _TENTH * _WHOLE else f"{size:.1f}".removesuffix(".0")
    return f"{text}%"


def figure(finding: Finding, value: float | None) -> str:
    """A value of the finding's metric, with its unit."""
    if value is None:
        return "an unknown amount"
    if finding.metric in _SHARES:
        return f"{number(value * 100)}%"
    if finding.metric in MONEY and finding.currency:
        return f"{number(value)} {finding.currency}"
    return number(value)


def money(finding: Finding, value: float) -> str:
    """An amount in the finding's currency."""
    return f"{number(value)} {finding.currency}" if finding.currency else number(value)


def more_or_less(share: float) -> str:
    """Such as `20% more`."""
    return f"{percent(share)} {'more' if share >= 0 else 'less'}"


def compared(effect: Effect) -> str:
    """A share with its interval: `about 20% more (12% to 31% more, 95% interval)`."""
    low, high = sorted((effect.low, effect.high), key=abs)
    if effect.low * effect.high > 0:
        span = f"{percent(low)} to {more_or_less(high)}"
    else:
        span = f"{more_or_less(effect.low)} to {more_or_less(effect.high)}"
    return f"about {more_or_less(effect.size)} ({span}, {held(effect)})"


def held(effect: Effect) -> str:
    """How surely an interval holds the effect."""
    return f"{percent(effect.confidence)} interval"


def day(value: date) -> str:
    """Such as `20 November 2026`."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def when(window: DateRange) -> str:
    """A day, or the first and the last of several."""
    if window.days == 1:
        return f"on {day(window.since)}"
    return f"from {day(window.since)} to {day(window.until)}"
