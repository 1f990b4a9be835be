"""Which days are worked in the home country."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.calendar.periods import ONE_DAY, end_of_month
from core.records.calendar import CalendarEdition, DayMarks, HolidayKind


@dataclass(frozen=True, slots=True)
class OffDays:
    """Weekends and public holidays of the first country of a profile and its subdivisions there."""

    edition: CalendarEdition
    marks: Mapping[dt.date, DayMarks]
    _months: dict[tuple[int, int], tuple[dt.date, ...]] = field(default_factory=dict)

    def is_worked(self, date: dt.date) -> bool:
        """Whether a day is neither of the weekend nor a public holiday, or worked in exchange."""
        kinds = self._kinds(date)
        if HolidayKind.PUBLIC in kinds:
            return False
        return date.isoweekday() not in self.edition.weekend or HolidayKind.WORKDAY in kinds

    def worked_in_month(self, date: dt.date) -> tuple[dt.date, ...]:
        """The days of the month of `date` that are worked."""
        month = date.year, date.month
        if month not in self._months:
            days = (dt.date(*month, 1) + ONE_DAY * n for n in range(end_of_month(*month).day))
            self._months[month] = tuple(day for day in days if self.is_worked(day))
        return self._months[month]

    def _kinds(self, date: dt.date) -> set[HolidayKind]:
        home = next(iter(self.edition.profile.countries), None)
        kept = self.marks.get(date)
        return set() if kept is None else {h.kind for h in kept.holidays if h.country == home}
