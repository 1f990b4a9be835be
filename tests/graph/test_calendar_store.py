"""Versions of the calendar, its settings and its events, over the real stores."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.calendar.places import PLACES
from core.errors import Conflict
from core.records.calendar import (
    CalendarEvent,
    CalendarEventKind,
    CalendarProfile,
    DayMarks,
    HolidayRecord,
)
from core.units import DateRange
from graph.context import Context
from graph.schema import LiftosSchema
from jobs.calendars import renew_calendars
from resolvers.session import Session
from stores.postgres.calendar_events import MAX_EVENTS
from stores.wiring import Stores
from tests.support import NewTenant, RunningWorker, SandboxAt, Tenant
from transform.calendar import RULES, edition
from transform.calendar.public_holidays import supported_places

DAYS = DateRange(date(2026, 1, 1), date(2027, 12, 31))
HOLIDAYS = """query($on: Date!, $asOf: DateTime) { calendar(
  dates: {since: $on, until: $on}, asOf: $asOf
) { isHoliday fiscalYear isBusinessDay holidays { name country subdivisions } events { name } } }"""
SET = """mutation($settings: CalendarSettingsInput!, $preview: Boolean!) { setCalendar(
  settings: $settings, preview: $preview
) { ... on SetCalendarPayload { settings { countries isInForce } changes {
    setting before after affects } } ... on UserError { code field message mend } } }"""
SETTINGS = "{ calendarSettings { countries subdivisions weekStart isInForce since until madeBy } }"
EVENT = """id name kind since until countries geos effectDirection effectSize note"""
ADD = f"""mutation($event: CalendarEventInput!) {{ said: addCalendarEvent(event: $event) {{
  ... on CalendarEventPayload {{ event {{ {EVENT} learnedAt }} }}
  ... on UserError {{ code field message mend }} }} }}"""
CHANGE = f"""mutation($id: ID!, $event: CalendarEventInput!) {{
  said: changeCalendarEvent(eventId: $id, event: $event) {{
  ... on CalendarEventPayload {{ event {{ {EVENT} learnedAt }} }}
  ... on UserError {{ code }} }} }}"""
REMOVE = """mutation($id: ID!) { said: removeCalendarEvent(eventId: $id) {
  ... on CalendarEventPayload { event { name learnedAt } } ... on UserError { code field } } }"""
EVENTS = """query($asOf: DateTime, $dates: DateRangeInput) {
  calendarEvents(asOf: $asOf, dates: $dates) { name since until } }"""
SALE = {"name": "Summer sale", "kind": "PROMOTION", "since": "2026-07-01", "until": "2026-07-03"}


class Caller:
    """One tenant over the real stores."""

    def __init__(self, schema: LiftosSchema, stores: Stores, tenant: Tenant) -> None:
        self.schema, self.stores, self.tenant = schema, stores, tenant

    async def ask(self, query: str, **variables: Any) -> Any:
        session = Session.open(self.tenant.scope, self.stores)
        result = await self.schema.execute(query, variables, Context(session, "request-1"))
        assert result.errors is None, result.errors
        return result.data

    async def day(self, on: str, as_of: str | None = None) -> Any:
        [day] = (await self.ask(HOLIDAYS, on=on, asOf=as_of))["calendar"]
        return day

    async def settings_in_force(self) -> Any:
        for _ in range(400):
            found = (await self.ask(SETTINGS))["calendarSettings"]
            if found["isInForce"]:
                return found
            await asyncio.sleep(0.05)
        pytest.fail("no worker made the calendar")

    async def renew(self, profile: CalendarProfile, *holidays: tuple[date, HolidayRecord]) -> int:
        marks = {on: DayMarks((holiday,)) for on, holiday in holidays}
        made = edition(profile, DAYS)
        changed = await self.stores.calendar.renew(self.tenant.scope, made, marks)
        assert changed is not None
        return changed


@pytest.fixture
async def caller(schema: LiftosSchema, stores: Stores, tenant: Tenant) -> Caller:
    return Caller(schema, stores, tenant)


def now() -> str:
    return datetime.now(UTC).isoformat()


NEW_YEAR = date(2026, 1, 1), HolidayRecord("New Year's Day", "US")
JUBILEE = date(2026, 6, 5), HolidayRecord("Jubilee", "US")


async def test_a_version_stores_what_differs_and_earlier_moments_keep_theirs(
    caller: Caller,
) -> None:
    us = CalendarProfile(("US",))
    assert await caller.renew(us, NEW_YEAR) == 1
    first = now()
    jubilee = {"name": "Jubilee", "country": "US", "subdivisions": []}
    assert await caller.renew(CalendarProfile(("US",), (), 7), NEW_YEAR, JUBILEE) == 1
    second = now()
    assert await caller.renew(CalendarProfile(("US",)), JUBILEE) == 1
    kept = [await caller.day("2026-06-05", moment) for moment in (first, second, None)]
    assert [day["holidays"] for day in kept] == [[], [jubilee], [jubilee]]
    assert [day["fiscalYear"] for day in kept] == [2026, 2026, 2026]
    years = [(await caller.day("2026-07-01", moment))["fiscalYear"] for moment in (first, second)]
    assert years == [2026, 2027]
    new_year = [await caller.day("2026-01-01", moment) for moment in (first, second, None)]
    assert [day["isHoliday"] for day in new_year] == [True, True, False]


async def test_before_the_first_version_the_first_answers(caller: Caller) -> None:
    before = caller.tenant.record.created_at.isoformat()
    await caller.renew(CalendarProfile(("US",)), NEW_YEAR)
    assert (await caller.day("2026-01-01", before))["isHoliday"] is True


async def test_a_version_that_says_the_same_is_none(caller: Caller) -> None:
    scope, made = caller.tenant.scope, edition(CalendarProfile(("US",)), DAYS)
    marks = {NEW_YEAR[0]: DayMarks((NEW_YEAR[1],))}
    many = await asyncio.gather(
        *(caller.stores.calendar.renew(scope, made, marks) for _ in range(4))
    )
    assert sorted(many, key=str) == [1, None, None, None]


async def test_a_moment_to_come_is_refused(caller: Caller) -> None:
    session = Session.open(caller.tenant.scope, caller.stores)
    given = {"on": "2026-01-01", "asOf": "2199-01-01T00:00:00+00:00"}
    answer = await caller.schema.execute(HOLIDAYS, given, Context(session, "r"))
    assert answer.errors is not None
    [error] = answer.errors
    assert error.extensions is not None
    assert error.extensions["field"] == "asOf"


async def test_calendars_that_are_not_as_they_should_be_are_found_at_once(
    caller: Caller, stores: Stores
) -> None:
    mine = caller.tenant.record.id
    today = date(2026, 11, 20)
    assert mine in await stores.calendar.outdated(date(2028, 12, 31), RULES)
    await renew_calendars(stores, today)
    assert mine not in await stores.calendar.outdated(date(2028, 12, 31), RULES)
    assert mine in await stores.calendar.outdated(date(2030, 1, 1), RULES)
    assert mine in await stores.calendar.outdated(date(2028, 12, 31), "other rules")
    await stores.tenants.wish_for_calendar(caller.tenant.scope, CalendarProfile(("FR",)))
    assert mine in await stores.calendar.outdated(date(2028, 12, 31), RULES)


async def test_a_wish_is_fulfilled_by_a_worker_at_once(
    schema: LiftosSchema,
    stores: Stores,
    new_tenant: NewTenant,
    running_worker: RunningWorker,
    sandbox: SandboxAt,
) -> None:
    caller = Caller(schema, stores, await new_tenant(calendar=True))
    good_friday, before = "2026-04-03", now()
    assert (await caller.day(good_friday))["isBusinessDay"] is True
    wished = {"countries": ["fr"], "subdivisions": ["FR-6AE"], "weekStart": "SUNDAY"}
    said = (await caller.ask(SET, settings=wished, preview=True))["setCalendar"]
    assert said["settings"] == {"countries": ["FR"], "isInForce": False}
    assert [(each["setting"], each["before"], each["after"]) for each in said["changes"]] == [
        ("countries", "US", "FR"),
        ("subdivisions", "none", "FR-6AE"),
        ("weekStart", "MONDAY", "SUNDAY"),
    ]
    assert said["changes"][2]["affects"] == ["weekStart", "weekEnd", "fiscalWeek", "retail"]
    assert (await caller.ask(SETTINGS))["calendarSettings"]["isInForce"] is True
    async with running_worker(sandbox.url):
        await caller.ask(SET, settings=wished, preview=False)
        found = await caller.settings_in_force()
    assert found == {
        "countries": ["FR"],
        "subdivisions": ["FR-6AE"],
        "weekStart": "SUNDAY",
        "isInForce": True,
        "since": "2010-01-01",
        "until": f"{datetime.now(UTC).year + 3}-12-31",
        "madeBy": RULES,
    }
    assert await caller.day(good_friday) == {
        "isHoliday": True,
        "fiscalYear": 2026,
        "isBusinessDay": False,
        "holidays": [{"name": "Good Friday", "country": "FR", "subdivisions": ["FR-6AE"]}],
        "events": [],
    }
    assert (await caller.day(good_friday, before))["isBusinessDay"] is True
    again = (await caller.ask(SET, settings=wished, preview=False))["setCalendar"]
    assert (again["changes"], again["settings"]["isInForce"]) == ([], True)


@pytest.mark.parametrize(
    ("settings", "field", "told"),
    [
        ({"countries": ["US", "XX"]}, "countries", "XX"),
        ({"countries": ["US", "us"]}, "countries", "more than once"),
        ({"countries": ["UK"]}, "countries", "ISO 3166"),
        ({"subdivisions": ["DE-BY"]}, "subdivisions", "none of the countries US"),
        ({"subdivisions": ["US-XY"]}, "subdivisions", "did you mean US-"),
        ({"fiscalStartMonth": 13}, "fiscalStartMonth", "1 to 12"),
        ({"countries": sorted(PLACES)[:51]}, "countries", "at most 50"),
    ],
)
async def test_settings_that_cannot_be_are_refused_by_name(
    caller: Caller, settings: dict[str, Any], field: str, told: str
) -> None:
    said = (await caller.ask(SET, settings=settings, preview=False))["setCalendar"]
    assert (said["code"], said["field"]) == ("BAD_USER_INPUT", field)
    assert told in f"{said['message']} {said['mend']}"
    assert (await caller.ask(SETTINGS))["calendarSettings"]["countries"] == ["US"]


def test_the_places_at_the_door_are_those_of_the_library() -> None:
    assert dict(PLACES) == supported_places()


async def test_events_are_known_from_when_they_were_written(caller: Caller) -> None:
    await caller.renew(CalendarProfile(("US",)), NEW_YEAR)
    untold = now()
    given = SALE | {"countries": ["us"], "effectDirection": "UP", "effectSize": "0.25"}
    added = (await caller.ask(ADD, event=given))["said"]["event"]
    learned = added.pop("learnedAt")
    event_id = added.pop("id")
    assert added == given | {"countries": ["US"], "geos": [], "note": None}
    longer = SALE | {"until": "2026-07-05", "note": "extended"}
    changed = (await caller.ask(CHANGE, id=event_id, event=longer))["said"]["event"]
    assert (changed["id"], changed["countries"], changed["note"]) == (event_id, [], "extended")
    removed = (await caller.ask(REMOVE, id=event_id))["said"]["event"]
    moments = (untold, learned, changed["learnedAt"], removed["learnedAt"], None)
    found = [(await caller.ask(EVENTS, asOf=each))["calendarEvents"] for each in moments]
    assert found == [
        [],
        [{"name": "Summer sale", "since": "2026-07-01", "until": "2026-07-03"}],
        [{"name": "Summer sale", "since": "2026-07-01", "until": "2026-07-05"}],
        [],
        [],
    ]
    on_days = [(await caller.day("2026-07-04", each))["events"] for each in moments]
    assert on_days == [[], [], [{"name": "Summer sale"}], [], []]
    assert (await caller.ask(REMOVE, id=event_id))["said"] == {
        "code": "NOT_FOUND",
        "field": "eventId",
    }


async def test_events_of_a_range_are_those_that_touch_it(caller: Caller) -> None:
    for name, since, until in (
        ("early", "2026-01-01", "2026-01-31"),
        ("into", "2026-01-15", "2026-02-01"),
        ("late", "2026-03-01", "2026-03-01"),
    ):
        event = SALE | {"name": name, "since": since, "until": until}
        await caller.ask(ADD, event=event)
    dates = {"since": "2026-02-01", "until": "2026-03-01"}
    found = (await caller.ask(EVENTS, dates=dates))["calendarEvents"]
    assert [event["name"] for event in found] == ["into", "late"]


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"until": "2026-06-30"}, "until"),
        ({"until": "2037-01-01"}, "until"),
        ({"since": "1950-01-01"}, "since"),
        ({"countries": ["XX"]}, "countries"),
        ({"effectSize": "0.2"}, "effectDirection"),
        ({"effectSize": "0", "effectDirection": "UP"}, "effectSize"),
        ({"name": "  "}, "name"),
    ],
)
async def test_events_that_cannot_be_are_refused_by_name(
    caller: Caller, part: dict[str, Any], field: str
) -> None:
    said = (await caller.ask(ADD, event=SALE | part))["said"]
    assert (said["code"], said["field"]) == ("BAD_USER_INPUT", field)
    assert said["mend"]
    assert (await caller.ask(EVENTS))["calendarEvents"] == []


async def test_the_prior_is_the_specifications_and_says_so(caller: Caller) -> None:
    ask = "query($i: Industry) { seasonalityPrior(industry: $i) { source industry %s } }"
    retail = await caller.ask(ask % "daysOfWeek months quarters", i="RETAIL")
    assert retail["seasonalityPrior"] == {
        "source": "liftos-specification",
        "industry": "RETAIL",
        "daysOfWeek": [1.1, 1.2, 1.15, 1.1, 0.9, 0.91, 0.78],
        "months": [0.7, 0.665, 0.735, 0.9, 0.945, 0.855, 0.99, 1.21, 1.155, 1.4, 1.68, 1.82],
        "quarters": [0.7, 0.9, 1.1, 1.4],
    }
    own = await caller.ask(ask % "quarters")
    assert own["seasonalityPrior"]["industry"] == "GENERAL"
    assert own["seasonalityPrior"]["quarters"] == [1.0, 1.0, 1.0, 1.0]


async def test_another_tenant_has_neither_the_events_nor_the_calendar(
    caller: Caller, schema: LiftosSchema, stores: Stores, new_tenant: NewTenant
) -> None:
    event_id = (await caller.ask(ADD, event=SALE))["said"]["event"]["id"]
    stranger = Caller(schema, stores, await new_tenant())
    assert (await stranger.ask(REMOVE, id=event_id))["said"]["code"] == "NOT_FOUND"
    assert (await stranger.ask(EVENTS))["calendarEvents"] == []


async def test_events_that_were_removed_make_room_for_others(
    stores: Stores, tenant: Tenant
) -> None:
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute(_AS_MANY_AS_MAY_BE, tenant.scope.tenant_id, MAX_EVENTS)
    day = date(2026, 5, 1)
    event = CalendarEvent("one more", CalendarEventKind.OTHER, day, day)
    with pytest.raises(Conflict, match="10000 events"):
        await stores.calendar_events.add(tenant.scope, event)
    [first, *_] = await stores.calendar_events.range(tenant.scope, DateRange(day, day))
    await stores.calendar_events.remove(tenant.scope, first.id)
    assert (await stores.calendar_events.add(tenant.scope, event)).event == event


_AS_MANY_AS_MAY_BE = """
INSERT INTO calendar_event (
    tenant_id, learned_at, is_present, name, kind, since, until, countries, geos)
SELECT $1, now(), true, 'event ' || n, 'OTHER', '2026-05-01', '2026-05-01', '{}', '{}'
FROM generate_series(1, $2) n
"""
