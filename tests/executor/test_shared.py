"""Events that many are told of: rendered once for each selection, and told to each as ever."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core.records.runs import RunStatus
from graph.executor.executor import PlannedExecution
from graph.executor.rendered import Rendered
from graph.executor.shared import MOST_SELECTIONS, SharedValues
from graph.ids import RUN
from tests.graph import samples
from tests.graph.conftest import schema, world
from tests.graph.world import World

__all__ = ["schema", "world"]

FOLLOW = "subscription($id: ID!) {{ told: ingestionProgress(runId: $id) {{ {} }} }}"
PLAIN = "__typename at kind ...counted } } fragment counted on RunEvent { counters { pages"


async def told(world: World, selected: str, *, renders: bool = True) -> list[Any]:
    """What a follower of the run is told."""
    context = world.context()
    context.renders = renders
    variables = {"id": RUN.encode(samples.RUN)}
    stream: Any = await world.schema.subscribe(FOLLOW.format(selected), variables, context)
    frames = [frame async for frame in stream]
    assert [frame.errors for frame in frames] == [None] * len(frames)
    return [frame.data["told"] for frame in frames]


@pytest.fixture
def over(world: World) -> World:
    """A world with a run of two steps that is over."""
    world.memory.of(world.north).runs[samples.RUN] = samples.run(status=RunStatus.SUCCEEDED)
    world.memory.tell(world.north, samples.event(1))
    world.memory.tell(world.north, samples.event(2, RunStatus.SUCCEEDED))
    return world


async def test_all_who_select_the_same_are_told_the_same_bytes(over: World) -> None:
    first, other, plain = await asyncio.gather(
        told(over, PLAIN), told(over, PLAIN), told(over, PLAIN, renders=False)
    )
    assert [type(each) for each in first] == [Rendered] * 2
    assert [one is another for one, another in zip(first, other, strict=True)] == [True] * 2
    assert [each.value for each in first] == plain
    assert [each.objects for each in first] == [2, 2]


async def test_an_event_that_is_rendered_is_not_executed_again(
    over: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed: list[Any] = []
    ordinary = PlannedExecution.execute_operation

    def noted(self: Any, serially: bool | None = None) -> Any:  # noqa: FBT001 - as it is called
        executed.append(self.root_value)
        return ordinary(self, serially)

    monkeypatch.setattr(PlannedExecution, "execute_operation", noted)
    first = await told(over, PLAIN)
    assert len(executed) == 2
    # The first event tells which field it is; what follows is only handed on.
    again = await told(over, PLAIN)
    assert len(executed) == 3
    assert [each.body for each in again] == [each.body for each in first]
    plain = await told(over, PLAIN, renders=False)
    assert len(executed) == 5
    assert [each.value for each in first] == plain


async def test_who_selects_otherwise_is_told_otherwise(over: World) -> None:
    count = MOST_SELECTIONS + 3
    asked = [f"s{number}: sequence" for number in range(count)] * 2
    found = [await told(over, selected) for selected in asked]
    assert [[each.value for each in frames] for frames in found] == [
        [{f"s{number % count}": 1}, {f"s{number % count}": 2}] for number in range(len(asked))
    ]
    kept = [found[number][0] is found[number + count][0] for number in range(count)]
    assert kept == [True] * MOST_SELECTIONS + [False] * 3


async def test_skip_by_variable_is_a_selection_of_its_own(over: World) -> None:
    query = """subscription($id: ID!, $less: Boolean!) {
      told: ingestionProgress(runId: $id) { sequence at @skip(if: $less) } }"""
    found = []
    for less in (True, False, True):
        context = over.context()
        context.renders = True
        variables = {"id": RUN.encode(samples.RUN), "less": less}
        stream: Any = await over.schema.subscribe(query, variables, context)
        found.append([sorted((frame.data["told"]).value) async for frame in stream])
    assert found == [[["sequence"]] * 2, [["at", "sequence"]] * 2, [["sequence"]] * 2]


def test_no_more_values_are_held_than_are_said() -> None:
    made: list[str] = []

    def make(source: str) -> str:
        made.append(source)
        return source.upper()

    values = SharedValues(make, 2)
    sources = ["a1", "b1", "c1"]
    first = [values.of(source) for source in sources]
    again = [values.of(source) for source in sources[1:]]
    assert [one is another for one, another in zip(again, first[1:], strict=True)] == [True] * 2
    assert values.of(sources[0]) is not first[0]
    assert [each.value for each in first] == ["A1", "B1", "C1"]
    assert made == ["a1", "b1", "c1", "a1"]
