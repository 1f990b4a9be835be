"""Frames that cross a floor are as their contracts have them; a calendar joined to rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import calendar_days
from core.errors import Bug
from core.records.calendar import CalendarProfile
from core.units import DateRange
from transform.calendar import calendar_marks, edition
from transform.calendar.columns import CALENDAR_COLUMNS, calendar_frame, with_calendar
from transform.frames import CAMPAIGN_SCHEMA, conforming

DATES = DateRange(date(2026, 11, 1), date(2026, 12, 31))


@pytest.fixture(scope="module")
def calendar() -> pa.Table:
    profile = CalendarProfile(("US",))
    made = edition(profile, DATES)
    return calendar_frame(calendar_days(made, calendar_marks(profile, DATES), (), DATES))


def campaign(**changes: object) -> pa.Table:
    row: dict[str, Any] = (
        {field.name: "x" for field in CAMPAIGN_SCHEMA} | {"digest": b"0" * 16} | changes
    )
    return pa.table({name: pa.array([value]) for name, value in row.items()}).cast(
        pa.schema([field.with_nullable(nullable=True) for field in CAMPAIGN_SCHEMA])
    )


def test_a_frame_under_its_contract_passes() -> None:
    frame = campaign(status=None)
    assert conforming(frame, CAMPAIGN_SCHEMA) is frame


def test_what_breaks_a_contract_is_named() -> None:
    with pytest.raises(Bug, match="the column source has no value in 1 rows"):
        conforming(campaign(source=None), CAMPAIGN_SCHEMA)
    with pytest.raises(Bug, match="columns"):
        conforming(campaign().drop_columns("status"), CAMPAIGN_SCHEMA)
    renumbered = campaign().set_column(4, "name", pa.array([1]))
    with pytest.raises(Bug, match="the column name is of type int64, not string"):
        conforming(renumbered, CAMPAIGN_SCHEMA)


@given(st.lists(st.dates(date(2026, 10, 1), date(2027, 1, 31)), max_size=40))
def test_joining_the_calendar_keeps_rows_and_their_order(
    calendar: pa.Table, days: list[date]
) -> None:
    rows = pa.table({"date": pa.array(days, pa.date32()), "place": pa.array(range(len(days)))})
    joined = with_calendar(rows, calendar)
    assert joined["place"].to_pylist() == list(range(len(days)))
    assert joined.column_names == ["date", "place", *calendar.column_names[1:]]
    by_date = {row["date"]: row for row in calendar.to_pylist()}
    for row in joined.to_pylist():
        known = by_date.get(row["date"])
        for name in calendar.column_names[1:]:
            assert row[name] == (None if known is None else known[name]), (row, name)
    assert rows.column_names == ["date", "place"]


def test_days_say_what_the_calendar_says(calendar: pa.Table) -> None:
    assert [column.name for column in CALENDAR_COLUMNS] == calendar.column_names
    flagged = {
        name: [row["date"] for row in calendar.to_pylist() if row[name]]
        for name in ("is_black_friday", "is_cyber_monday")
    }
    friday = date(2026, 11, 27)
    assert flagged["is_black_friday"] == [friday]
    assert flagged["is_cyber_monday"] == [friday + timedelta(days=3)]
