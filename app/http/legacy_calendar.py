"""Days by the predecessor's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.http.legacy_caller import Caller, Json

_SEASONS: Final = {"AUTUMN": "fall"}


async def calendar_dimensions(caller: Caller, since: str, until: str) -> list[Json]:
    """Every day of the range."""
    data = await caller.ask("CalendarYear", {"dates": {"since": since, "until": until}})
    return [_day(day) for day in data["calendar"]]


def _day(day: Mapping[str, Any]) -> Json:
    """A CalendarDimension of the predecessor: days of the week count from Monday, 0."""
    holidays = [holiday["name"] for holiday in day["holidays"]]
    return {
        "date": day["date"],
        "year": day["year"],
        "quarter": day["quarter"],
        "month": day["month"],
        "week": day["isoWeek"],
        "day_of_year": day["dayOfYear"],
        "day_of_month": day["day"],
        "day_of_week": day["dayOfWeek"] - 1,
        "is_weekend": day["isWeekend"],
        "is_holiday": day["isHoliday"],
        "holiday_name": ", ".join(holidays) or None,
        "season": _SEASONS.get(day["season"], day["season"].lower()),
        "fiscal_year": day["fiscalYear"],
        "fiscal_quarter": day["fiscalQuarter"],
    }
