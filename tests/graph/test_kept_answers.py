"""Where answers are kept in one process, and where nothing is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core.records.answers import AnswerBounds, Area, DataVersions, Footing, KeptAnswer, Place
from core.scope import TenantScope
from loaders.answers import Answers, Question
from loaders.kept_answers import KeptAnswers
from tests.graph.world import World

QUESTION = Question("digest", {}, Footing(frozenset({Area.FACTS})))
ANSWER = KeptAnswer(b'{"a":1}', 1)


class Versions:
    """Tokens that do not change, and how often they were asked for."""

    def __init__(self) -> None:
        self.asked = 0

    async def current(self, scope: TenantScope) -> DataVersions | None:
        del scope
        self.asked += 1
        return DataVersions({Area.FACTS: "one"})


class Nowhere:
    """A cache that holds nothing."""

    async def find(self, scope: TenantScope, key: str) -> KeptAnswer | None:
        del scope, key
        return None

    async def keep(self, *kept: Any) -> None:
        del kept


@pytest.mark.parametrize(("own", "shared", "asked"), [(0, 0, 0), (0, 1, 1), (1, 0, 1)])
async def test_the_database_is_asked_for_tokens_only_where_something_is_kept(
    world: World, own: int, shared: int, asked: int
) -> None:
    versions = Versions()
    answers = Answers(versions, Nowhere(), own, AnswerBounds(shared, 60), "build")
    place = await answers.place(world.north, QUESTION)
    assert (place is not None, versions.asked) == (bool(asked), asked)


async def test_whoever_breaks_off_leaves_the_turn_to_one_of_those_who_wait(world: World) -> None:
    answers = Answers(Versions(), Nowhere(), 1_000_000, AnswerBounds(0, 60), "build")
    place = await answers.place(world.north, QUESTION)
    assert place is not None
    made, has_begun = list[int](), asyncio.Event()

    async def ask(number: int) -> KeptAnswer | None:
        async with answers.turn(world.north, place) as turn:
            if turn.answer is None:
                made.append(number)
                has_begun.set()
                await asyncio.sleep(10 if number == 0 else 0)
                turn.made = ANSWER
            return turn.answer

    first = asyncio.create_task(ask(0))
    await has_begun.wait()
    others = [asyncio.create_task(ask(number)) for number in range(1, 9)]
    await asyncio.sleep(0)
    first.cancel()
    found = await asyncio.gather(*others)
    assert made == [0, 1]
    assert found == [None, *[ANSWER] * 7]


def kept(size: int, *tokens: str) -> tuple[Place, KeptAnswer]:
    return Place(f"{size} {tokens}", frozenset(tokens)), KeptAnswer(b"x" * size, 1)


def test_what_a_process_keeps_is_counted_as_what_it_takes(world: World) -> None:
    tenant, other = world.north.tenant_id, world.south.tenant_id
    answers = KeptAnswers(40_000)
    answers.keep(tenant, *kept(3_000))
    assert answers.held == 3_375 + 800
    answers.keep(tenant, *kept(3_000))
    assert answers.held == 3_375 + 800
    answers.keep(tenant, *kept(3_800))
    assert answers.held == 3_375 + 800
    answers.keep(tenant, *kept(3_700))
    answers.keep(tenant, *kept(3_700, "FACTS"))
    assert answers.held == 2 * (4_162 + 800)
    assert answers.find(tenant, "3000 ()") is None
    for size in range(8):
        answers.keep(other, *kept(size))
        assert answers.find(other, "0 ()") is not None
    assert answers.held == 2 * (4_162 + 800) + sum(range(8)) + 8 * 800


def test_what_has_changed_is_let_go_of(world: World) -> None:
    tenant, other = world.north.tenant_id, world.south.tenant_id
    answers = KeptAnswers(400_000)
    for each in (tenant, other):
        for size, tokens in ((1, ("FACTS", "LABELS")), (2, ("FACTS 2025-11",)), (3, ("LABELS",))):
            answers.keep(each, *kept(size, *tokens))
    before = answers.held
    assert answers.drop(tenant, frozenset({"FACTS", "FACTS 2025-11"})) == 2
    assert answers.drop(tenant, frozenset({"FACTS"})) == 0
    assert before - answers.held == 1 + 2 + 2 * 800
    assert answers.drop(tenant, frozenset({"LABELS"})) == 1
    assert answers.held == before // 2
    assert answers.drop(tenant, frozenset({"LABELS"})) == 0
