"""Days joined from their parts."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from core.calendar.fiscal import fiscal_columns
from core.calendar.nearest import Days
from core.calendar.off_days import OffDays
from core.calendar.periods import DAY_NAMES, first_day, month_columns, week_columns, week_of
from core.calendar.retail_days import BIG, retail_flags
from core.calendar.retail_years import NRF, retail_years
from core.calendar.seasons import marketing_season, season
from core.records.calendar import (
    CalendarDayRecord,
    CalendarEdition,
    CalendarEventRecord,
    DayMarks,
    HolidayKind,
    RetailWeekRecord,
)

_UNMARKED = DayMarks()


def calendar_days(
    edition: CalendarEdition,
    marks: Mapping[dt.date, DayMarks],
    events: Sequence[CalendarEventRecord],
    dates: Iterable[dt.date],
) -> Iterator[CalendarDayRecord]:
    """One record for each of `dates` that the edition covers.

    `marks` reach a year beyond the dates on both sides, as far as the edition does; then a day
    does not depend on the dates it is asked with.
    """
    days = _Days(edition, marks)
    for date in dates:
        if edition.dates.since <= date <= edition.dates.until:
            kept = marks.get(date, _UNMARKED)
            yield days.day(date, kept, _during(date, events) if events else ())


class _Month(NamedTuple):
    """What the days of a month share; days are numbered as `date.toordinal` does."""

    columns: dict[str, Any]
    quarter_start: int
    year_start: int
    fiscal_start: int


class _Days:
    """What the days of one reading share: each week and month is worked out once."""

    def __init__(self, edition: CalendarEdition, marks: Mapping[dt.date, DayMarks]) -> None:
        self._edition = edition
        self._profile = edition.profile
        self._retail_years = retail_years(edition.profile)
        self._months: dict[tuple[int, int], _Month] = {}
        self._weeks: dict[int, dict[str, Any]] = {}
        self._nrf: dict[int, RetailWeekRecord] = {}
        self._off = OffDays(edition, marks)
        public = HolidayKind.PUBLIC
        self._holidays = Days(date for date, kept in marks.items() if _is_kept(kept, public))
        self._big = Days(date for date, kept in marks.items() if _is_big(kept))

    def day(
        self, date: dt.date, kept: DayMarks, events: tuple[CalendarEventRecord, ...]
    ) -> CalendarDayRecord:
        """One day. In one call: a calendar of ten years makes 3,652 of them."""
        number, weekday = date.toordinal(), date.isoweekday()
        month = self._month(date.year, date.month)
        columns = month.columns
        week_number = week_of(number, self._profile.week_start)
        week = self._week(week_number)
        iso_year, iso_week, _ = date.isocalendar()
        worked = self._off.worked_in_month(date)
        worked_so_far = bisect_right(worked, date)
        last_holiday, next_holiday = self._holidays.about(number)
        last_event, next_event = self._big.about(number)
        return CalendarDayRecord(
            date=date,
            day=date.day,
            day_of_week=weekday,
            day_name=DAY_NAMES[weekday - 1],
            day_of_quarter=number - month.quarter_start + 1,
            day_of_year=number - month.year_start + 1,
            iso_year=iso_year,
            iso_week=iso_week,
            is_weekend=weekday in self._edition.weekend,
            is_week_start=date == week["week_start"],
            is_week_end=date == week["week_end"],
            is_month_start=date.day == 1,
            is_month_end=date == columns["month_end"],
            is_quarter_start=number == month.quarter_start,
            is_quarter_end=date == columns["quarter_end"],
            is_year_start=number == month.year_start,
            is_year_end=date == columns["year_end"],
            is_fiscal_year_start=number == month.fiscal_start,
            is_fiscal_year_end=date == columns["fiscal_year_end"],
            fiscal_week=week_number - week_of(month.fiscal_start, self._profile.week_start) + 1,
            nrf=self._nrf_week(week_of(number, NRF.first)),
            is_business_day=worked_so_far > 0 and worked[worked_so_far - 1] == date,
            business_day_of_month=worked_so_far,
            business_days_in_month=len(worked),
            is_holiday=last_holiday == number,
            is_bank_holiday=_is_kept(kept, HolidayKind.BANK),
            last_holiday=None if last_holiday is None else dt.date.fromordinal(last_holiday),
            next_holiday=None if next_holiday is None else dt.date.fromordinal(next_holiday),
            days_since_last_holiday=None if last_holiday is None else number - last_holiday,
            days_to_next_holiday=None if next_holiday is None else next_holiday - number,
            days_since_last_retail_event=None if last_event is None else number - last_event,
            days_to_next_retail_event=None if next_event is None else next_event - number,
            holidays=kept.holidays,
            retail_events=kept.retail_events,
            events=events,
            **columns,
            **week,
            **retail_flags(kept.retail_events),
        )

    def _month(self, year: int, month: int) -> _Month:
        if (year, month) not in self._months:
            home = next(iter(self._profile.countries), None)
            columns = {
                **month_columns(year, month),
                **fiscal_columns(self._profile, year, month),
                "season": season(month, home),
                "marketing_season": marketing_season(month),
            }
            starts = ("quarter_start", "year_start", "fiscal_year_start")
            self._months[year, month] = _Month(
                columns, *(columns[name].toordinal() for name in starts)
            )
        return self._months[year, month]

    def _week(self, number: int) -> dict[str, Any]:
        if number not in self._weeks:
            start = first_day(number, self._profile.week_start)
            retail = self._retail_years.week_from(start)
            self._weeks[number] = {**week_columns(start), "retail": retail}
        return self._weeks[number]

    def _nrf_week(self, number: int) -> RetailWeekRecord:
        if number not in self._nrf:
            self._nrf[number] = NRF.week_from(first_day(number, NRF.first))
        return self._nrf[number]


def _during(
    date: dt.date, events: Sequence[CalendarEventRecord]
) -> tuple[CalendarEventRecord, ...]:
    return tuple(each for each in events if each.event.since <= date <= each.event.until)


def _is_kept(kept: DayMarks, kind: HolidayKind) -> bool:
    return any(each.kind is kind for each in kept.holidays)


def _is_big(kept: DayMarks) -> bool:
    return any(event.name in BIG for event in kept.retail_events)
