"""Days of a calendar that no store keeps."""

from __future__ import annotations

import datetime as dt

from core.calendar import calendar_days
from core.records.calendar import CalendarDayRecord, CalendarProfile
from core.units import DateRange
from transform.calendar import calendar_marks, edition


def days_of(
    profile: CalendarProfile, since: dt.date, until: dt.date
) -> tuple[CalendarDayRecord, ...]:
    """The days from `since` to `until`, both included."""
    dates = DateRange(since, until)
    wanted = (since + dt.timedelta(days=ahead) for ahead in range(dates.days))
    marks = calendar_marks(profile, dates)
    return tuple(calendar_days(edition(profile, dates), marks, (), wanted))
