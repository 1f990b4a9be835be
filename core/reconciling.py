"""Our totals against the platform's own: pure comparison, day by day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from core.records.receipts import CheckStatus, DayGap, TotalCheck
from core.units import DateRange

ROUNDING: Final = Decimal("0.005")
"""By how much a row that is rounded to cents may be off."""

ADDITIVE: Final[Mapping[str, bool]] = MappingProxyType(
    {
        "spend": True,
        "impressions": False,
        "clicks": False,
        "link_clicks": False,
        "video_views": False,
        "conversions": False,
        "conversion_value": True,
    }
)
"""Metrics whose sum over entities is the account's, and whether they are amounts of money."""

NOTHING_OVER: Final = "none of the days was over when it was read"
_FRACTIONAL: Final = frozenset({"spend", "conversions", "conversion_value"})
REACH: Final = TotalCheck(
    "reach",
    CheckStatus.NOT_ASSESSED,
    reason="who was reached by two campaigns counts once in the account's total",
)


@dataclass(frozen=True, slots=True)
class DayTotals:
    """One day: what our `entries` entries sum to, and what the platform says; None is unknown.

    The platform leaves out days without anything: `is_told` says whether it told of this one.
    """

    date: date
    entries: int
    ours: Mapping[str, Decimal | None]
    theirs: Mapping[str, Decimal | None]
    is_told: bool


def compared(
    days: Sequence[DayTotals], dates: DateRange, currency: str, tolerance: Decimal
) -> tuple[TotalCheck, ...]:
    """A check of each additive metric over `dates`; a day left out of `days` has nothing at all.

    A day is apart when ours differs from the platform's by more than `tolerance` of it, and by
    more than the rounding of its entries to cents can explain. One such day is a mismatch.
    """
    return tuple(
        _check(metric, days, dates, currency if is_amount else None, tolerance)
        for metric, is_amount in ADDITIVE.items()
    )


def unassessed(reason: str) -> tuple[TotalCheck, ...]:
    """No metric could be compared, for the same reason."""
    return tuple(TotalCheck(metric, CheckStatus.NOT_ASSESSED, reason=reason) for metric in ADDITIVE)


def _check(
    metric: str,
    days: Sequence[DayTotals],
    dates: DateRange,
    currency: str | None,
    tolerance: Decimal,
) -> TotalCheck:
    if any(day.is_told for day in days) and all(day.theirs[metric] is None for day in days):
        return TotalCheck(
            metric, CheckStatus.NOT_ASSESSED, reason="the platform's totals do not tell it"
        )
    if any(day.entries for day in days) and all(day.ours[metric] is None for day in days):
        return TotalCheck(metric, CheckStatus.NOT_ASSESSED, reason="the entries do not tell it")
    apart = [day for day in days if _is_apart(metric, day, tolerance)]
    ours, theirs = (_sum(days, metric, side) for side in (_ours, _theirs))
    return TotalCheck(
        metric=metric,
        status=CheckStatus.MISMATCHED if apart else CheckStatus.MATCHED,
        currency=currency,
        dates=dates,
        ours=ours,
        theirs=theirs,
        gap_days=len(apart),
        gaps=tuple(_gap(metric, day) for day in _largest(metric, apart)),
        reason=_told(metric, currency, apart) if apart else None,
    )


def _is_apart(metric: str, day: DayTotals, tolerance: Decimal) -> bool:
    theirs = day.theirs[metric] or Decimal(0)
    slack = ROUNDING * (day.entries + 1) if metric in _FRACTIONAL else Decimal(0)
    return _size(metric, day) > max(tolerance * abs(theirs), slack)


def _size(metric: str, day: DayTotals) -> Decimal:
    return abs((day.theirs[metric] or Decimal(0)) - (day.ours[metric] or Decimal(0)))


def _largest(metric: str, days: Sequence[DayTotals]) -> list[DayTotals]:
    return sorted(days, key=lambda day: (-_size(metric, day), day.date))


def _gap(metric: str, day: DayTotals) -> DayGap:
    return DayGap(day.date, day.ours[metric], day.theirs[metric])


def _ours(day: DayTotals) -> Mapping[str, Decimal | None]:
    return day.ours


def _theirs(day: DayTotals) -> Mapping[str, Decimal | None]:
    return day.theirs


def _sum(
    days: Sequence[DayTotals],
    metric: str,
    side: Callable[[DayTotals], Mapping[str, Decimal | None]],
) -> Decimal:
    return sum((side(day)[metric] or Decimal(0) for day in days), Decimal(0))


def _told(metric: str, currency: str | None, apart: Sequence[DayTotals]) -> str:
    """The gap in words, such as `12.5 EUR short of the platform's, on 2026-11-02`."""
    missing = _sum(apart, metric, _theirs) - _sum(apart, metric, _ours)
    amount = " ".join(filter(None, (f"{abs(missing).normalize():,f}", currency)))
    first, *rest = sorted(day.date for day in apart)
    when = f"on {first}" if not rest else f"on {len(apart)} days from {first} to {rest[-1]}"
    if not missing:
        return f"it lies on other days than the platform's, {when}"
    verb = "short of" if missing > 0 else "more than"
    return f"{amount} {verb} the platform's, {when}"
