"""Days joined from their parts."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.calendar.fiscal import fiscal_columns, fiscal_week
from core.calendar.nearest import Days
from core.calendar.off_days import OffDays
from core.calendar.periods import DAY_NAMES, month_columns, start_of_week, week_columns
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


class _Days:
    """What the days of one reading share: each week and month is worked out once."""

    def __init__(self, edition: CalendarEdition, marks: Mapping[dt.date, DayMarks]) -> None:
        self._edition = edition
        self._profile = edition.profile
        self._retail_years = retail_years(edition.profile)
        self._months: dict[tuple[int, int], dict[str, Any]] = {}
        self._weeks: dict[dt.date, dict[str, Any]] = {}
        self._nrf: dict[dt.date, RetailWeekRecord] = {}
        self._off = OffDays(edition, marks)
        self._holidays = Days(
            date for date, kept in marks.items() if _is_kept(kept, HolidayKind.PUBLIC)
        )
        self._big = Days(date for date, kept in marks.items() if _is_big(kept))

    def day(
        self, date: dt.date, kept: DayMarks, events: tuple[CalendarEventRecord, ...]
    ) -> CalendarDayRecord:
        """One day. In one call: a calendar of ten years makes 3,652 of them."""
        weekday = date.isoweekday()
        month = self._month(date.year, date.month)
        week = self._week(start_of_week(date, self._profile.week_start))
        year_start, week_start = month["fiscal_year_start"], week["week_start"]
        iso_year, iso_week, _ = date.isocalendar()
        worked = self._off.worked_in_month(date)
        worked_so_far = bisect_right(worked, date)
        last_holiday, next_holiday = self._holidays.about(date)
        last_event, next_event = self._big.about(date)
        return CalendarDayRecord(
            date=date,
            day=date.day,
            day_of_week=weekday,
            day_name=DAY_NAMES[weekday - 1],
            day_of_quarter=(date - month["quarter_start"]).days + 1,
            day_of_year=(date - month["year_start"]).days + 1,
            iso_year=iso_year,
            iso_week=iso_week,
            is_weekend=weekday in self._edition.weekend,
            is_week_start=date == week_start,
            is_week_end=date == week["week_end"],
            is_month_start=date.day == 1,
            is_month_end=date == month["month_end"],
            is_quarter_start=date == month["quarter_start"],
            is_quarter_end=date == month["quarter_end"],
            is_year_start=date == month["year_start"],
            is_year_end=date == month["year_end"],
            is_fiscal_year_start=date == year_start,
            is_fiscal_year_end=date == month["fiscal_year_end"],
            fiscal_week=fiscal_week(year_start, week_start, self._profile.week_start),
            nrf=self._nrf_week(start_of_week(date, NRF.first)),
            is_business_day=worked_so_far > 0 and worked[worked_so_far - 1] == date,
            business_day_of_month=worked_so_far,
            business_days_in_month=len(worked),
            is_holiday=last_holiday == date,
            is_bank_holiday=_is_kept(kept, HolidayKind.BANK),
            last_holiday=last_holiday,
            next_holiday=next_holiday,
            days_since_last_holiday=_between(last_holiday, date),
            days_to_next_holiday=_between(date, next_holiday),
            days_since_last_retail_event=_between(last_event, date),
            days_to_next_retail_event=_between(date, next_event),
            holidays=kept.holidays,
            retail_events=kept.retail_events,
            events=events,
            **month,
            **week,
            **retail_flags(kept.retail_events),
        )

    def _month(self, year: int, month: int) -> dict[str, Any]:
        if (year, month) not in self._months:
            home = next(iter(self._profile.countries), None)
            self._months[year, month] = {
                **month_columns(year, month),
                **fiscal_columns(self._profile, year, month),
                "season": season(month, home),
                "marketing_season": marketing_season(month),
            }
        return self._months[year, month]

    def _week(self, start: dt.date) -> dict[str, Any]:
        if start not in self._weeks:
            retail = self._retail_years.week_from(start)
            self._weeks[start] = {**week_columns(start), "retail": retail}
        return self._weeks[start]

    def _nrf_week(self, start: dt.date) -> RetailWeekRecord:
        if start not in self._nrf:
            self._nrf[start] = NRF.week_from(start)
        return self._nrf[start]


def _during(
    date: dt.date, events: Sequence[CalendarEventRecord]
) -> tuple[CalendarEventRecord, ...]:
    return tuple(each for each in events if each.event.since <= date <= each.event.until)


def _between(earlier: dt.date | None, later: dt.date | None) -> int | None:
    return None if earlier is None or later is None else (later - earlier).days


def _is_kept(kept: DayMarks, kind: HolidayKind) -> bool:
    return any(each.kind is kind for each in kept.holidays)


def _is_big(kept: DayMarks) -> bool:
    return any(event.name in BIG for event in kept.retail_events)
