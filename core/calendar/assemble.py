"""Days joined from their parts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from core.calendar.fiscal import fiscal_month
from core.calendar.periods import gregorian_month, iso_week, start_of_week
from core.records.calendar import (
    CalendarDayRecord,
    CalendarEdition,
    CalendarEventRecord,
    DayMarks,
    HolidayKind,
)

_UNMARKED = DayMarks()


def calendar_days(
    edition: CalendarEdition,
    marks: Mapping[dt.date, DayMarks],
    events: Sequence[CalendarEventRecord],
    dates: Iterable[dt.date],
) -> Iterator[CalendarDayRecord]:
    """One record for each of `dates` that the edition covers.

    A day does not depend on the dates it is asked with.
    """
    profile = edition.profile
    for date in dates:
        if not edition.dates.since <= date <= edition.dates.until:
            continue
        kept = marks.get(date, _UNMARKED)
        yield CalendarDayRecord(
            date=date,
            day=date.day,
            day_of_year=date.timetuple().tm_yday,
            day_of_week=date.isoweekday(),
            is_weekend=date.isoweekday() in edition.weekend,
            week_start=start_of_week(date, profile.week_start),
            is_month_start=date.day == 1,
            is_holiday=any(each.kind is HolidayKind.PUBLIC for each in kept.holidays),
            holidays=kept.holidays,
            retail_events=kept.retail_events,
            events=tuple(e for e in events if e.event.since <= date <= e.event.until),
            **iso_week(date),
            **gregorian_month(date),
            **fiscal_month(profile, date.year, date.month),
        )
