"""What an edition of a calendar keeps on its days."""

from __future__ import annotations

import datetime as dt

from core.records.calendar import CalendarEdition, CalendarProfile, DayMarks
from core.units import DateRange
from transform.calendar.public_holidays import LIBRARY, holidays_by_date, weekend_of
from transform.calendar.retail import retail_events_by_date

RULES = f"1, {LIBRARY}"
"""Changes with the code and the library that name days, so that calendars are made anew."""


def edition(profile: CalendarProfile, dates: DateRange) -> CalendarEdition:
    """What a calendar of `dates` is made from today."""
    return CalendarEdition(profile, weekend_of(profile.countries), dates, RULES)


def calendar_marks(profile: CalendarProfile, dates: DateRange) -> dict[dt.date, DayMarks]:
    """The days of `dates` on which anything is kept, ascending.

    A day does not depend on the range it is asked in.
    """
    holidays = holidays_by_date(profile, dates.since, dates.until)
    events = retail_events_by_date(profile.countries, dates.since, dates.until)
    return {
        date: DayMarks(holidays.get(date, ()), events.get(date, ()))
        for date in sorted(holidays.keys() | events.keys())
    }
