"""Rows of the predecessor's connectors, read by its names: metrics, rates and the calendar.

It read 0 where nothing was said, the first of several purchases, and whole conversions. Here what
is not said is None, purchases are added up, and a rate is known where both of its parts are. Its
units stay: ctr and conversion_rate are percentages, days of the week count from Monday, 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

from core.errors import BadInput
from core.units import DateRange

Row: TypeAlias = Mapping[str, Any]

DATE_NAMES: Final = ("date", "date_start", "segments.date")
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "spend": ("spend", "cost"),
    "impressions": ("impressions", "delivered"),
    "clicks": ("clicks", "clicked"),
    "conversions": ("conversions",),
    "revenue": ("revenue", "conversion_value", "conversions_value"),
}
"""Under which names a row may say a metric, best first."""
_MICROS: Final = ("cost_micros", "spend_micros")
_ACTIONS: Final = {"conversions": "actions", "revenue": "action_values"}
_PURCHASE: Final = "purchase"
_PERCENT: Final = 100
_MILLE: Final = 1000
_MILLION: Final = 1_000_000


def dated(rows: Iterable[Row], dates: DateRange) -> list[dict[str, Any]]:
    """Rows with a date: one that names none is of the one day, where it is one."""
    given = {"date": dates.since.isoformat()} if dates.since == dates.until else {}
    return [dict(row) if _day_named(row) else {**given, **row} for row in rows]


def days_of(rows: Sequence[Row], dates: DateRange) -> list[date | None]:
    """The day of each row, None where it names none; BadInput for one outside of `dates`."""
    return [_day(row, place, dates) for place, row in enumerate(rows)]


def transformed(
    rows: Sequence[Row], days: Sequence[date | None], calendar: Mapping[str, Row], source: str
) -> list[dict[str, Any]]:
    """Each row with its metrics, its rates and its day; `calendar` has days by their dates."""
    return [
        {
            **row,
            "data_source": source,
            "date": None if day is None else day.isoformat(),
            **_told(_metrics(row, place)),
            **calendar.get(str(day), {}),
        }
        for place, (row, day) in enumerate(zip(rows, days, strict=True))
    ]


def _day_named(row: Row) -> Any:
    return next((row[name] for name in DATE_NAMES if row.get(name)), None)


def _day(row: Row, place: int, dates: DateRange) -> date | None:
    named = _day_named(row)
    if named is None:
        return None
    try:
        day = date.fromisoformat(str(named)[: len("2026-10-01")])
    except ValueError:
        raise BadInput(
            "a row's date is no day",
            field=f"data_entries.{place}.date",
            mend="write it as 2026-10-01",
        ) from None
    if not dates.since <= day <= dates.until:
        raise BadInput(
            f"a row is of {day}, which is outside of the days that the request names",
            field=f"data_entries.{place}.date",
            mend="let date_range_start and date_range_end span all rows",
        )
    return day


def _metrics(row: Row, place: int) -> dict[str, Decimal | None]:
    def number(name: str) -> Decimal | None:
        return _number(row.get(name), f"data_entries.{place}.{name}")

    def first(names: Iterable[str]) -> Decimal | None:
        return next((found for name in names if (found := number(name)) is not None), None)

    found = {metric: first(names) for metric, names in NAMES.items()}
    if found["spend"] is None and (micros := first(_MICROS)) is not None:
        found["spend"] = micros / _MILLION
    for metric, actions in _ACTIONS.items():
        if found[metric] is None:
            found[metric] = _purchases(row.get(actions), f"data_entries.{place}.{actions}")
    return found


def _purchases(actions: Any, field: str) -> Decimal | None:
    """What the purchases among Meta's actions come to; None without actions."""
    if not isinstance(actions, list):
        return None
    bought = [
        _number(each.get("value"), field)
        for each in actions
        if isinstance(each, dict) and each.get("action_type") == _PURCHASE
    ]
    return sum((each for each in bought if each is not None), Decimal(0))


def _number(value: Any, field: str) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(value, bool) or not found.is_finite():
        raise BadInput("a metric is no number", field=field, mend="write it as 12.5")
    return found


def _told(metrics: Mapping[str, Decimal | None]) -> dict[str, float | None]:
    spend, impressions, clicks = metrics["spend"], metrics["impressions"], metrics["clicks"]
    conversions, revenue = metrics["conversions"], metrics["revenue"]
    rates = {
        "cpm": _rate(spend, impressions, _MILLE),
        "cpc": _rate(spend, clicks),
        "ctr": _rate(clicks, impressions, _PERCENT),
        "conversion_rate": _rate(conversions, clicks, _PERCENT),
        "roas": _rate(revenue, spend),
        "cost_per_conversion": _rate(spend, conversions),
    }
    known = {**metrics, **rates}
    return {name: None if value is None else float(value) for name, value in known.items()}


def _rate(part: Decimal | None, whole: Decimal | None, factor: int = 1) -> Decimal | None:
    return None if part is None or not whole else part / whole * factor
