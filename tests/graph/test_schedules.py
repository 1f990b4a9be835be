"""Schedules through the schema: shown, made, changed, and refused with their reasons."""

from __future__ import annotations

from typing import Any

import pytest

from core.records.connections import Source
from core.scope import Role
from graph.ids import RUN, SCHEDULE
from tests.graph import samples
from tests.graph.mutating import FILES, META, result
from tests.graph.world import World, error_of

ERROR = "... on UserError { code message field mend }"
SHOWN = """schedule { cron intervalMinutes timeZone jitterSeconds lookBackDays isPaused
  lastDueAt lastOutcome createdBy upcoming(first: 2) connection { id } lastRun { id } }"""
LIST = "query($c: [ID!]) { schedules(connections: $c) { nodes { id cron upcoming } } }"
CREATE = f"""mutation($id: ID!, $schedule: ScheduleInput!) {{
  createSchedule(connectionId: $id, schedule: $schedule) {{
    __typename ... on CreateSchedulePayload {{ {SHOWN} }} {ERROR} }} }}"""
CHANGE = f"""mutation($id: ID!, $schedule: ScheduleInput!) {{
  changeSchedule(scheduleId: $id, schedule: $schedule) {{
    __typename ... on ChangeSchedulePayload {{ {SHOWN} }} {ERROR} }} }}"""
SWITCH = f"""mutation($id: ID!) {{ %sSchedule(scheduleId: $id) {{
  __typename ... on ChangeSchedulePayload {{ schedule {{ isPaused upcoming }} }} {ERROR} }} }}"""
DELETE = f"""mutation($id: ID!) {{ deleteSchedule(scheduleId: $id) {{
  __typename ... on DeleteSchedulePayload {{ scheduleId }} {ERROR} }} }}"""
DAILY = SCHEDULE.encode(samples.SCHEDULE)
MORNINGS = [f"2026-11-{day}T05:30:00Z" for day in range(23, 28)]


async def test_schedules_are_listed_with_their_next_times(world: World) -> None:
    answer = await world.ask(LIST)
    mine = {"id": DAILY, "cron": "30 6 * * *", "upcoming": MORNINGS}
    assert answer == {"data": {"schedules": {"nodes": [mine]}}}
    assert await world.ask(LIST, c=[META]) == answer
    assert await world.ask(LIST, c=[FILES]) == {"data": {"schedules": {"nodes": []}}}


async def test_a_schedule_is_made_with_its_defaults(world: World) -> None:
    made = await result(world, CREATE, id=META, schedule={"intervalMinutes": 60})
    upcoming = made["schedule"].pop("upcoming")
    assert [moment[14:16] for moment in upcoming] == ["00", "00"]
    assert made == {
        "__typename": "CreateSchedulePayload",
        "schedule": {
            "cron": None,
            "intervalMinutes": 60,
            "timeZone": "Pacific/Kiritimati",
            "jitterSeconds": 60,
            "lookBackDays": None,
            "isPaused": False,
            "lastDueAt": None,
            "lastOutcome": None,
            "createdBy": "user:ada",
            "connection": {"id": META},
            "lastRun": None,
        },
    }


async def test_a_change_replaces_the_whole_timing(world: World) -> None:
    given = {"cron": " 0  7 * * MON ", "jitterSeconds": 0, "lookBackDays": 3}
    changed = await result(world, CHANGE, id=DAILY, schedule=given)
    assert changed["schedule"] == {
        "cron": "0 7 * * MON",
        "intervalMinutes": None,
        "timeZone": "Europe/Berlin",
        "jitterSeconds": 0,
        "lookBackDays": 3,
        "isPaused": False,
        "lastDueAt": "2026-11-22T05:30:00Z",
        "lastOutcome": "STARTED",
        "createdBy": "user:ada",
        "upcoming": ["2026-11-23T06:00:00Z", "2026-11-30T06:00:00Z"],
        "connection": {"id": META},
        "lastRun": {"id": RUN.encode(samples.RUN)},
    }


async def test_a_schedule_is_paused_resumed_and_deleted(world: World) -> None:
    paused = await result(world, SWITCH % "pause", id=DAILY)
    assert paused["schedule"] == {"isPaused": True, "upcoming": []}
    resumed = await result(world, SWITCH % "resume", id=DAILY)
    assert resumed["schedule"] == {"isPaused": False, "upcoming": MORNINGS}
    deleted = await result(world, DELETE, id=DAILY)
    assert deleted == {"__typename": "DeleteSchedulePayload", "scheduleId": DAILY}
    assert (await result(world, DELETE, id=DAILY))["__typename"] == "NotFoundError"


CRON_MEND = "give minute, hour, day of month, month and day of week, such as `30 6 * * *`"


@pytest.mark.parametrize(
    ("given", "message", "field", "mend"),
    [
        (
            {},
            "a schedule has either a cron expression or an interval",
            "cron",
            "give one of cron and intervalMinutes",
        ),
        (
            {"cron": "0 6 * * *", "intervalMinutes": 60},
            "a schedule has either a cron expression or an interval",
            "cron",
            "give one of cron and intervalMinutes",
        ),
        ({"cron": "0 6 * *"}, "a cron expression has 5 fields", "cron", CRON_MEND),
        (
            {"cron": "0 25 * * *"},
            "'0 25 * * *' is no cron expression: bad hour",
            "cron",
            CRON_MEND,
        ),
        (
            {"intervalMinutes": 4},
            "intervalMinutes is 4, but must be between 5 and 44640",
            "intervalMinutes",
            "leave out intervalMinutes and give cron",
        ),
        (
            {"intervalMinutes": 60, "jitterSeconds": 3601},
            "jitterSeconds is 3601, but must be between 0 and 3600",
            "jitterSeconds",
            "leave it out for up to 60, or give 0 for none",
        ),
        (
            {"intervalMinutes": 60, "lookBackDays": 91},
            "lookBackDays is 91, but must be between 0 and 90",
            "lookBackDays",
            "leave it out to take the connection's own",
        ),
    ],
)
async def test_a_bad_timing_is_named_with_its_reason_and_its_mend(
    world: World, given: dict[str, Any], message: str, field: str, mend: str
) -> None:
    for query, id_ in ((CREATE, META), (CHANGE, DAILY)):
        refused = await result(world, query, id=id_, schedule=given)
        assert refused == {
            "__typename": "InvalidInput",
            "code": "BAD_USER_INPUT",
            "message": message,
            "field": field,
            "mend": mend,
        }
    assert list(world.memory.of(world.north).schedules.values()) == [samples.schedule()]


async def test_what_is_sent_to_us_is_not_scheduled(world: World) -> None:
    refused = await result(world, CREATE, id=FILES, schedule={"intervalMinutes": 60})
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", "connectionId")
    assert refused["message"] == f"a {Source.FILE} connection cannot be asked for days"


async def test_another_tenant_has_no_such_schedule(world: World) -> None:
    found = await world.ask(LIST, world.south)
    assert found == {"data": {"schedules": {"nodes": []}}}
    for query in (SWITCH % "pause", SWITCH % "resume", DELETE):
        assert (await result(world, query, world.south, id=DAILY))["code"] == "NOT_FOUND"


async def test_who_may_only_read_changes_nothing(world: World) -> None:
    analyst = world.as_role(Role.ANALYST)
    for query in (SWITCH % "pause", SWITCH % "resume", DELETE):
        assert (await result(world, query, analyst, id=DAILY))["code"] == "FORBIDDEN"
    assert world.memory.of(world.north).schedules == {samples.SCHEDULE: samples.schedule()}


async def test_how_many_times_are_told_is_limited(world: World) -> None:
    query = "{ schedules { nodes { upcoming(first: %s) } } }"
    for count in (0, 101):
        assert error_of(await world.ask(query % count))["field"] == "first"
    found = await world.ask(query % 100)
    assert len(found["data"]["schedules"]["nodes"][0]["upcoming"]) == 100
