"""A calendar's parts joined into records."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from core.errors import BadInput
from core.records.calendar import CalendarDayRecord
from transform.calendar.days import day_frame
from transform.calendar.profile import CalendarProfile
from transform.calendar.public_holidays import holidays_by_date
from transform.calendar.retail import retail_events_by_date


def calendar_days(
    profile: CalendarProfile, since: dt.date, until: dt.date
) -> tuple[CalendarDayRecord, ...]:
    """One record per day from `since` to `until`, both included, ascending.

    A day does not depend on the range it is asked in. Raises BadInput when `until` comes first.
    """
    if until < since:
        raise BadInput(
            "The last day comes before the first.", field="until", mend="Swap the two dates."
        )
    holidays = holidays_by_date(profile.countries, since, until)
    events = retail_events_by_date(profile.countries, since, until)
    return tuple(
        CalendarDayRecord(
            **day,
            is_holiday=day["date"] in holidays,
            holidays=holidays.get(day["date"], ()),
            retail_events=events.get(day["date"], ()),
        )
        for day in _rows(day_frame(profile, since, until))
    )


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Each row under its column names, in plain dates, integers and booleans."""
    names = list(frame.columns)
    columns = [_plain(frame[name]) for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(column: pd.Series[Any]) -> list[Any]:
    is_date = column.dtype.kind == "M"
    return (column.to_numpy().astype("datetime64[D]") if is_date else column).tolist()
