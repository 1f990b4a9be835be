"""Holidays in the columns of Robyn's `dt_holidays`."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from core.records.calendar import CalendarDayRecord, HolidayKind


def holidays_table(days: Iterable[CalendarDayRecord]) -> pa.Table:
    """One row per day, public holiday and country: `ds`, `holiday`, `country`, `year`, sorted so.

    What is only observed is left out, as in the table that Robyn ships.
    """
    found = sorted(
        {
            (day.date, holiday.name, holiday.country)
            for day in days
            for holiday in day.holidays
            if holiday.kind is HolidayKind.PUBLIC
        }
    )
    return pa.table(
        {
            "ds": pa.array([date for date, _, _ in found], pa.date32()),
            "holiday": pa.array([name for _, name, _ in found], pa.string()),
            "country": pa.array([country for _, _, country in found], pa.string()),
            "year": pa.array([date.year for date, _, _ in found], pa.int64()),
        }
    )
