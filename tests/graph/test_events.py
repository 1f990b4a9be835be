"""Events through the schema, over the real stores: read again, followed, resumed, refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.scope import Permission, TenantScope
from graph.context import Context
from graph.ids import CONNECTION, RUN
from graph.schema import LiftosSchema
from resolvers import runs
from resolvers.session import Session
from stores.wiring import Stores
from tests.graph.world import error_of
from tests.jobs.by_hand import ByHand, by_hand
from tests.support import Tenant

DAY, NEXT = "2026-05-01", "2026-05-02"
READ = """query($after: BigInt, $first: Int! = 100, $kinds: [DataEventKind!]) {
  events(after: $after, first: $first, kinds: $kinds) { sequence kind } }"""
WHOLE = """query { events(kinds: [ENTRIES_RESTATED]) {
  id sequence kind at status counters { pages restated vanished } dates { since until }
  run { id status } connection { id } } }"""
FOLLOW = """subscription($after: BigInt, $kinds: [DataEventKind!]) {
  told: events(after: $after, kinds: $kinds) { sequence kind run { status } } }"""
FOLLOW_RUNS = "subscription($after: BigInt) { told: runs(after: $after) { sequence kind } }"
FOLLOW_RESTATED = """subscription($after: BigInt) {
  told: entriesRestated(after: $after) { sequence kind dates { since until } } }"""
RESTATED_AT = 8


@pytest.fixture
async def at(stores: Stores, tenant: Tenant) -> ByHand:
    """Two runs: events 1 to 4, and with a restatement as number 8, 5 to 10."""
    made = await by_hand(stores, tenant.scope)
    await made.read(DAY, NEXT, [{("1", DAY): "1", ("1", NEXT): "3"}])
    await made.read(DAY, NEXT, [{("1", DAY): "9", ("1", NEXT): "3"}])
    return made


def context(at: ByHand, scope: TenantScope | None = None) -> Context:
    return Context(Session.open(scope or at.scope, at.stores), "request-1")


async def ask(
    schema: LiftosSchema, at: ByHand, query: str, scope: TenantScope | None = None, **given: Any
) -> Any:
    result = await schema.execute(query, given, context(at, scope))
    if result.errors:
        return error_of({"errors": [each.formatted for each in result.errors]})
    assert result.data is not None
    return result.data["events"]


@asynccontextmanager
async def following(
    schema: LiftosSchema, at: ByHand, query: str, scope: TenantScope | None = None, **given: Any
) -> AsyncIterator[Any]:
    stream: Any = await schema.subscribe(query, given, context(at, scope))
    try:
        yield stream
    finally:
        await stream.aclose()


async def told(stream: Any) -> dict[str, Any]:
    async with asyncio.timeout(20):
        frame = await anext(stream)
    assert frame.errors is None, frame.errors
    found: dict[str, Any] = frame.data["told"]
    return found


async def test_events_are_read_again_from_any_place(schema: LiftosSchema, at: ByHand) -> None:
    found = await ask(schema, at, READ)
    assert [(event["sequence"], event["kind"]) for event in found] == [
        (1, "RUN_QUEUED"),
        (2, "RUN_STARTED"),
        (3, "PAGE_LANDED"),
        (4, "RUN_FINISHED"),
        (5, "RUN_QUEUED"),
        (6, "RUN_STARTED"),
        (7, "PAGE_LANDED"),
        (RESTATED_AT, "ENTRIES_RESTATED"),
        (9, "RUN_FINISHED"),
        (10, "INSIGHT_RAISED"),
    ]
    assert await ask(schema, at, READ, after=3, first=2) == found[3:5]
    assert await ask(schema, at, READ, after=10) == []
    only = await ask(schema, at, READ, after=1, kinds=["RUN_STARTED", "ENTRIES_RESTATED"])
    assert [event["sequence"] for event in only] == [2, 6, RESTATED_AT]


async def test_a_restatement_says_everything_about_itself(schema: LiftosSchema, at: ByHand) -> None:
    [kept] = (await at.stores.events.after(at.scope, RESTATED_AT - 1, 1)).events
    assert await ask(schema, at, WHOLE) == [
        {
            "id": str(kept.id),
            "sequence": RESTATED_AT,
            "kind": "ENTRIES_RESTATED",
            "at": kept.at.isoformat().replace("+00:00", "Z"),
            "status": "RUNNING",
            "counters": {"pages": 0, "restated": 1, "vanished": 0},
            "dates": {"since": DAY, "until": DAY},
            "run": {"id": RUN.encode(kept.event.run_id), "status": "SUCCEEDED"},
            "connection": {"id": CONNECTION.encode(at.connection.id)},
        }
    ]


@pytest.mark.parametrize(
    ("given", "field", "mend"),
    [
        ({"after": -1}, "after", "give the sequence of an event that you saw, or leave after out"),
        ({"after": 11}, "after", "give the sequence of an event that you saw, or leave after out"),
        ({"first": 0}, "first", "ask for at most 1000 and go on after the last sequence"),
        ({"first": 1001}, "first", "ask for at most 1000 and go on after the last sequence"),
    ],
)
async def test_what_cannot_be_read_is_refused(
    schema: LiftosSchema, at: ByHand, given: dict[str, Any], field: str, mend: str
) -> None:
    error = await ask(schema, at, READ, **given)
    assert (error["code"], error["field"], error["mend"]) == ("BAD_USER_INPUT", field, mend)


async def test_a_cursor_before_what_is_kept_is_told_what_it_lacks(
    schema: LiftosSchema, stores: Stores, at: ByHand
) -> None:
    async with stores.database.write(at.scope) as connection:
        await connection.execute(
            "INSERT INTO data_event (tenant_id, sequence, kind, connection_id, run_id, status, "
            "counters) SELECT tenant_id, sequence + 100, kind, connection_id, run_id, status, "
            "counters FROM data_event"
        )
        await connection.execute("UPDATE event_clock SET sequence = 109")
    await forget(stores, at, 100)
    refused = {
        "message": "the events 4 to 100 have been forgotten",
        "code": "BAD_USER_INPUT",
        "field": "after",
        "mend": "read what you keep anew, then go on after 100",
    }
    assert await ask(schema, at, READ, after=3) == refused
    async with following(schema, at, FOLLOW, after=3) as stream:
        [frame] = [frame async for frame in stream]
    assert error_of({"errors": [each.formatted for each in frame.errors]}) == refused
    assert [event["sequence"] for event in await ask(schema, at, READ, after=100, first=2)] == [
        101,
        102,
    ]
    assert (await ask(schema, at, READ, first=1))[0]["sequence"] == 101


async def forget(stores: Stores, at: ByHand, through: int) -> None:
    """As upkeep does, for this tenant alone."""
    async with stores.database._system.acquire() as connection:
        await connection.execute(
            "DELETE FROM data_event WHERE tenant_id = $1 AND sequence <= $2",
            at.scope.tenant_id,
            through,
        )


@pytest.mark.parametrize("after", range(11))
async def test_resuming_anywhere_has_no_gap_and_no_repeat(
    schema: LiftosSchema, at: ByHand, after: int
) -> None:
    async with following(schema, at, FOLLOW, after=after) as stream:
        heard = [(await told(stream))["sequence"] for _ in range(after, 10)]
        assert heard == list(range(after + 1, 11))
        waiting = asyncio.ensure_future(told(stream))
        claimed = await at.begun(DAY, DAY)
        await at.stores.topics.announce(at.scope, claimed.run.id)
        assert (await waiting)["sequence"] == 11
    await at.work.runs.cancel(at.scope, claimed)


async def test_without_a_cursor_only_what_happens_from_now_on_is_told(
    schema: LiftosSchema, at: ByHand
) -> None:
    async with following(schema, at, FOLLOW_RUNS) as stream:
        waiting = asyncio.ensure_future(told(stream))
        await asyncio.sleep(0.05)
        claimed = await at.begun(DAY, DAY)
        await runs.cancel(context(at).session, claimed.run.id)
        assert await waiting == {"sequence": 11, "kind": "RUN_QUEUED"}
        assert await told(stream) == {"sequence": 12, "kind": "RUN_STARTED"}
    await at.work.runs.cancel(at.scope, claimed)


async def test_each_event_is_answered_from_the_present(schema: LiftosSchema, at: ByHand) -> None:
    claimed = await at.begun(DAY, DAY)
    async with following(schema, at, FOLLOW, after=10) as stream:
        assert (await told(stream))["run"] == {"status": "RUNNING"}
        await at.work.runs.cancel(at.scope, claimed)
        assert (await told(stream))["run"] == {"status": "CANCELLED"}


async def test_runs_and_restatements_have_subscriptions_of_their_own(
    schema: LiftosSchema, at: ByHand
) -> None:
    async with following(schema, at, FOLLOW_RESTATED, after=0) as stream:
        assert await told(stream) == {
            "sequence": RESTATED_AT,
            "kind": "ENTRIES_RESTATED",
            "dates": {"since": DAY, "until": DAY},
        }
    async with following(schema, at, FOLLOW_RUNS, after=2) as stream:
        assert [(await told(stream))["sequence"] for _ in range(4)] == [4, 5, 6, 9]


async def test_it_ends_when_the_credentials_run_out(schema: LiftosSchema, at: ByHand) -> None:
    scope = replace(at.scope, expires_at=datetime.now(UTC) + timedelta(seconds=0.5))
    async with following(schema, at, FOLLOW, scope, after=7) as stream:
        assert [frame.data["told"]["sequence"] async for frame in stream] == [RESTATED_AT, 9, 10]


async def test_without_the_permission_nothing_is_told(schema: LiftosSchema, at: ByHand) -> None:
    scope = replace(at.scope, permissions=frozenset(Permission) - {Permission.MEMORY_READ})
    assert (await ask(schema, at, READ, scope))["code"] == "FORBIDDEN"
    for query in (FOLLOW, FOLLOW_RUNS, FOLLOW_RESTATED):
        async with following(schema, at, query, scope, after=0) as stream:
            [frame] = [frame async for frame in stream]
        assert frame.errors[0].extensions["code"] == "FORBIDDEN"


async def test_another_tenant_hears_nothing(
    schema: LiftosSchema, at: ByHand, new_tenant: Any
) -> None:
    stranger = (await new_tenant()).scope
    assert await ask(schema, at, READ, stranger) == []
    async with following(schema, at, FOLLOW, stranger) as stream:
        waiting = asyncio.ensure_future(told(stream))
        claimed = await at.begun(DAY, DAY)
        await at.stores.topics.announce(at.scope, claimed.run.id)
        await runs.cancel(context(at).session, claimed.run.id)
        theirs = await by_hand(at.stores, stranger)
        asked = await theirs.begun(DAY, DAY)
        await at.stores.topics.announce(stranger, asked.run.id)
        heard = await waiting
        assert (heard["sequence"], heard["kind"]) == (1, "RUN_QUEUED")
    await theirs.work.runs.cancel(stranger, asked)
    await at.work.runs.cancel(at.scope, claimed)
