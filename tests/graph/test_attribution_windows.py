"""Periods hold every day once, and a page's windows every period, from either end."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.periods import Grain, Weekday, period_of, periods, stretch
from core.records.attribution import AttributionDefinition
from core.records.pages import PageRequest
from core.units import DateRange
from stores.postgres.attribution_windows import Windows

DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
RANGES = st.builds(
    lambda since, length: DateRange(since, min(since + timedelta(days=length), date(2099, 12, 31))),
    DAYS,
    st.integers(0, 4000),
)
WAYS = st.sampled_from(["forward", "backward"])
GRAINS, WEEKDAYS = st.sampled_from(Grain), st.sampled_from(Weekday)


@given(DAYS, st.integers(0, 400), GRAINS, WEEKDAYS)
def test_every_day_is_in_exactly_one_period(
    since: date, length: int, grain: Grain, week_start: Weekday
) -> None:
    dates = DateRange(since, since + timedelta(days=length))
    found = list(periods(dates, grain, week_start))
    assert [day for period in found for day in period if day in set(dates)] == list(dates)
    for period in found:
        assert {period_of(day, grain, week_start) for day in period} == {period}
        if grain is Grain.WEEK:
            assert (period.days, period.since.isoweekday()) == (7, week_start)
        if grain is Grain.MONTH:
            assert period.since.day == (period.until + timedelta(days=1)).day == 1


@given(DAYS, st.integers(1, 60), GRAINS, WEEKDAYS, WAYS)
def test_a_stretch_holds_whole_periods_and_enough_of_them(
    start: date, count: int, grain: Grain, week_start: Weekday, way: str
) -> None:
    found = stretch(start, count, grain, week_start, backward=way == "backward")
    whole = list(periods(found, grain, week_start))
    assert DateRange(whole[0].since, whole[-1].until) == found
    assert len(whole) >= count
    assert period_of(start, grain, week_start) == whole[-1 if way == "backward" else 0]


@given(
    RANGES,
    GRAINS,
    WEEKDAYS,
    WAYS,
    st.tuples(st.integers(1, 50), st.lists(st.integers(0, 30), min_size=1, max_size=20)),
)
def test_windows_cover_the_dates_once_in_the_order_of_the_walk(
    dates: DateRange,
    grain: Grain,
    week_start: Weekday,
    way: str,
    page: tuple[int, list[int]],
) -> None:
    since, until = dates.since, dates.until
    size, finds = page
    definition = AttributionDefinition(dates, grain, week_start)
    windows = Windows(definition, PageRequest(size, backward=way == "backward"))
    taken: list[DateRange] = []
    found = 0
    while window := windows.next(found):
        taken.append(window)
        found += finds[len(taken) % len(finds)]
        if found > size:
            break
    ordered = taken[::-1] if way == "backward" else taken
    for one, other in pairwise(ordered):
        assert other.since == one.until + timedelta(days=1)
    assert (taken[0].until == until) if way == "backward" else (taken[0].since == since)
    if found <= size:
        assert (ordered[0].since, ordered[-1].until) == (since, until)
    for window in taken:
        for edge in (window.since, window.until):
            period = period_of(edge, grain, week_start)
            inside = DateRange(max(period.since, since), min(period.until, until))
            assert window.since <= inside.since
            assert inside.until <= window.until


@given(DAYS, GRAINS, WEEKDAYS, WAYS)
def test_a_cursor_begins_the_walk_in_its_own_period(
    day: date, grain: Grain, week_start: Weekday, way: str
) -> None:
    whole = DateRange(date.min, date.max)
    period = period_of(day, grain, week_start)
    definition = AttributionDefinition(whole, grain, week_start)
    request = PageRequest(5, (period.since.isoformat(),), backward=way == "backward")
    window = Windows(definition, request).next(0)
    assert window is not None
    first, last = date(1990, 1, 1), date(2099, 12, 31)
    if way == "backward":
        assert window.until == min(period.until, last)
    else:
        assert window.since == max(period.since, first)


@given(GRAINS, WAYS, st.integers(1, 3))
def test_a_rare_row_leads_to_no_day_that_there_is_not(grain: Grain, way: str, rows: int) -> None:
    dates = DateRange(date(1990, 1, 1), date(2099, 12, 31))
    request = PageRequest(1000, backward=way == "backward")
    for before in range(6):
        windows = Windows(AttributionDefinition(dates, grain), request)
        found = 0
        for number in range(20):
            window = windows.next(found)
            if window is None:
                break
            assert dates.since <= window.since <= window.until <= dates.until
            found = rows if number >= before else 0
