"""Days of calendars are kept by tenant and state, and no more of them than fit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from core.records.calendar import CalendarDayRecord
from core.scope import TenantId, TenantScope
from stores.postgres.known_days import CalendarState, KnownDays
from tests.graph import samples

NORTH, SOUTH = (TenantScope(TenantId(UUID(int=number)), "test", frozenset()) for number in (1, 2))
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
STATE = CalendarState(MONDAY, None)
FIRST = date(2026, 1, 1)


def days(count: int, since: date = FIRST) -> dict[date, CalendarDayRecord]:
    return {day: samples.day(day) for day in (since + timedelta(days=n) for n in range(count))}


def test_days_are_known_to_their_tenant_in_their_state_alone() -> None:
    known = KnownDays()
    known.keep(NORTH, STATE, days(3))
    assert known.find(NORTH, STATE, days(4)) == days(3)
    assert known.find(SOUTH, STATE, days(4)) == {}
    assert known.find(NORTH, CalendarState(MONDAY, MONDAY), days(4)) == {}
    assert known.find(NORTH, CalendarState(MONDAY + timedelta(seconds=1), None), days(4)) == {}


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    known = KnownDays(most=6, most_of_one=3)
    states = [CalendarState(MONDAY + timedelta(days=number), None) for number in range(3)]
    for state in states[:2]:
        known.keep(NORTH, state, days(3))
    known.find(NORTH, states[0], [FIRST])
    known.keep(NORTH, states[2], days(3))
    assert [len(known.find(NORTH, state, days(3))) for state in states] == [3, 0, 3]


def test_one_calendar_has_no_more_than_its_share() -> None:
    known = KnownDays(most=6, most_of_one=3)
    known.keep(NORTH, STATE, days(10))
    known.keep(NORTH, STATE, days(10, FIRST + timedelta(days=50)))
    assert known.find(NORTH, STATE, days(400)) == days(3)
