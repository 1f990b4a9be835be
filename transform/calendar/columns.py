"""The calendar as columns beside those of a frame of days, for models that want it flat."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pyarrow as pa

from core.records.calendar import CalendarDayRecord
from core.records.ingestion import Column
from transform.frames import arrow_schema, conforming

CALENDAR_COLUMNS: Final[tuple[Column, ...]] = (
    Column("date", "date", is_required=True),
    Column("day_of_week", "integer", is_required=True, unit="1 Monday to 7 Sunday"),
    Column("iso_week", "integer", is_required=True, unit="week of the ISO year"),
    Column("month", "integer", is_required=True, unit="month of the year"),
    Column("fiscal_year", "integer", is_required=True, unit="year"),
    Column("fiscal_quarter", "integer", is_required=True, unit="quarter of the fiscal year"),
    Column("is_weekend", "truth", is_required=True),
    Column("is_business_day", "truth", is_required=True),
    Column("is_holiday", "truth", is_required=True),
    Column("is_black_friday", "truth", is_required=True),
    Column("is_cyber_monday", "truth", is_required=True),
    Column("is_prime_day", "truth", is_required=True),
    Column("days_since_last_holiday", "integer", unit="days"),
    Column("days_to_next_holiday", "integer", unit="days"),
)
"""One row per day, in order."""

_SCHEMA: Final = arrow_schema(CALENDAR_COLUMNS)


def calendar_frame(days: Iterable[CalendarDayRecord]) -> pa.Table:
    """Days, each once and ascending, under CALENDAR_COLUMNS."""
    kept = list(days)
    columns = [
        pa.array([getattr(day, field.name) for day in kept], field.type) for field in _SCHEMA
    ]
    return conforming(pa.table(columns, schema=_SCHEMA), _SCHEMA)


def with_calendar(rows: pa.Table, calendar: pa.Table) -> pa.Table:
    """`rows`, in their order, with what the calendar says of each `date` as further columns.

    `calendar` is a `calendar_frame`; a day that it does not hold has nulls.
    """
    known = calendar["date"].cast(pa.int32()).to_numpy()
    dates = rows["date"].cast(pa.int32()).to_numpy()
    places = np.searchsorted(known, dates)
    inside = np.minimum(places, max(len(known) - 1, 0))
    is_known = (known[inside] == dates) if len(known) else np.zeros(len(dates), dtype=bool)
    taken = pa.array(inside, pa.int32(), mask=~is_known)
    for name in calendar.column_names[1:]:
        column: Any = calendar[name].combine_chunks().take(taken)
        rows = rows.append_column(name, column)
    return rows
