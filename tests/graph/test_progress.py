from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.records.runs import RunStatus
from core.scope import Permission, TenantScope
from graph.ids import CAMPAIGN, RUN
from tests.graph import samples
from tests.graph.samples import NOW
from tests.graph.world import World, error_of

FOLLOW = """subscription($id: ID!, $after: Int! = 0) {
  ingestionProgress(runId: $id, after: $after) { sequence status } }"""


@asynccontextmanager
async def following(
    world: World, after: int = 0, scope: TenantScope | None = None, run_id: str | None = None
) -> AsyncIterator[Any]:
    variables = {"id": run_id or RUN.encode(samples.RUN), "after": after}
    stream = await world.schema.subscribe(FOLLOW, variables, world.context(scope))
    try:
        yield stream
    finally:
        await stream.aclose()


def sequence(frame: Any) -> int:
    assert frame.errors is None, frame.errors
    number: int = frame.data["ingestionProgress"]["sequence"]
    return number


def running(world: World, *numbers: int) -> None:
    world.memory.of(world.north).runs[samples.RUN] = samples.run(status=RunStatus.RUNNING)
    for number in numbers:
        world.memory.tell(world.north, samples.event(number))


def finish(world: World, number: int, status: RunStatus = RunStatus.SUCCEEDED) -> None:
    world.memory.of(world.north).runs[samples.RUN] = samples.run(status=status)
    world.memory.tell(world.north, samples.event(number, status))


async def test_a_frame_says_everything_about_its_event(world: World) -> None:
    finish(world, 1)
    query = """subscription($id: ID!) { ingestionProgress(runId: $id) {
      sequence at kind status message progress counters { pages fetched } } }"""
    stream = await world.schema.subscribe(query, {"id": RUN.encode(samples.RUN)}, world.context())
    frames = [frame.data async for frame in stream]
    assert frames == [
        {
            "ingestionProgress": {
                "sequence": 1,
                "at": "2026-11-20T06:30:01Z",
                "kind": "SUCCEEDED",
                "status": "SUCCEEDED",
                "message": "step 1",
                "progress": 0.1,
                "counters": {"pages": 1, "fetched": 0},
            }
        }
    ]


async def test_what_has_happened_is_replayed_and_what_happens_is_told(world: World) -> None:
    running(world, 1, 2)
    async with following(world) as stream:
        assert [sequence(await anext(stream)) for _ in range(2)] == [1, 2]
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        world.memory.tell(world.north, samples.event(3))
        assert sequence(await waiting) == 3
        world.memory.tell(world.north, samples.event(4))
        finish(world, 5)
        assert [sequence(frame) async for frame in stream] == [4, 5]
    assert world.stand_ins.topics.closed == 1


@pytest.mark.parametrize("after", range(6))
async def test_resuming_anywhere_has_no_gap_and_no_repeat(world: World, after: int) -> None:
    running(world, 1, 2, 3, 4)
    finish(world, 5)
    async with following(world, after) as stream:
        assert [sequence(frame) async for frame in stream] == list(range(after + 1, 6))


async def test_an_event_that_lands_while_others_are_read_is_told_once(world: World) -> None:
    running(world, 1)
    async with following(world) as stream:
        assert sequence(await anext(stream)) == 1
        for number in range(2, 1200):
            world.memory.tell(world.north, samples.event(number))
        finish(world, 1200)
        assert [sequence(frame) async for frame in stream] == list(range(2, 1201))


async def test_a_run_that_was_retried_is_followed_past_its_first_end(world: World) -> None:
    running(world, 1)
    finish(world, 2, RunStatus.FAILED)
    running(world, 3)
    async with following(world) as stream:
        assert [sequence(await anext(stream)) for _ in range(3)] == [1, 2, 3]
        finish(world, 4)
        assert [sequence(frame) async for frame in stream] == [4]


async def test_leaving_early_leaves_nothing_behind(world: World) -> None:
    running(world, 1, 2)
    async with following(world) as stream:
        assert sequence(await anext(stream)) == 1
    assert world.stand_ins.topics.closed == 1
    assert world.memory.waiting[samples.RUN] == []


async def test_it_ends_when_the_credentials_run_out(world: World) -> None:
    running(world, 1)
    scope = replace(world.north, expires_at=NOW + timedelta(seconds=0.1))
    async with following(world, scope=scope) as stream:
        assert [sequence(frame) async for frame in stream] == [1]
    assert world.stand_ins.topics.closed == 1


@pytest.mark.parametrize(
    ("run_id", "after", "code", "field"),
    [
        (RUN.encode(samples.entry(9).key.digest), 0, "NOT_FOUND", "runId"),
        (CAMPAIGN.encode(samples.RUN), 0, "BAD_USER_INPUT", "runId"),
        ("nonsense", 0, "BAD_USER_INPUT", "runId"),
        (None, -1, "BAD_USER_INPUT", "after"),
    ],
)
async def test_what_cannot_be_followed_is_refused_before_the_stream(
    world: World, run_id: str | None, after: int, code: str, field: str
) -> None:
    async with following(world, after, run_id=run_id) as stream:
        [frame] = [frame async for frame in stream]
    error = error_of({"errors": [each.formatted for each in frame.errors]})
    assert (type(frame).__name__, error["code"], error["field"]) == (
        "PreExecutionError",
        code,
        field,
    )


async def test_another_tenant_s_run_is_unknown(world: World) -> None:
    running(world, 1)
    async with following(world, scope=world.south) as stream:
        [theirs] = [frame async for frame in stream]
    async with following(world, run_id=RUN.encode(samples.entry(9).key.digest)) as stream:
        [nobodys] = [frame async for frame in stream]
    assert theirs.data is None
    assert theirs.errors[0].formatted == nobodys.errors[0].formatted


async def test_without_the_permission_nothing_is_followed(world: World) -> None:
    running(world, 1)
    scope = replace(world.north, permissions=frozenset(Permission) - {Permission.MEMORY_READ})
    async with following(world, scope=scope) as stream:
        [frame] = [frame async for frame in stream]
    assert frame.data is None
    assert frame.errors[0].extensions["code"] == "FORBIDDEN"
    assert world.calls == ["audit.note"]


async def test_a_stream_that_breaks_is_masked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(world, 1)

    async def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(world.stand_ins.runs, "events_of", fail)
    async with following(world) as stream:
        [frame] = [frame async for frame in stream]
    assert error_of({"errors": [each.formatted for each in frame.errors]}) == {
        "message": "Internal error",
        "code": "INTERNAL",
        "requestId": "request-1",
    }


async def test_a_syntax_error_in_a_subscription_is_an_answer(world: World) -> None:
    stream = await world.schema.subscribe("subscription {", {}, world.context())
    [frame] = [frame async for frame in stream]
    error = error_of({"errors": [each.formatted for each in frame.errors or ()]})
    assert error["code"] == "GRAPHQL_PARSE_FAILED"


async def test_the_events_of_a_run_can_be_read_at_once(world: World) -> None:
    running(world, 1, 2, 3)
    query = """query($id: ID!, $n: Int!) {
      run(id: $id) { events(after: 1, first: $n) { sequence } } }"""
    answer = await world.ask(query, id=RUN.encode(samples.RUN), n=1000)
    assert answer["data"]["run"]["events"] == [{"sequence": 2}, {"sequence": 3}]
    refused = await world.ask(query, id=RUN.encode(samples.RUN), n=1001)
    assert error_of(refused)["field"] == "first"
