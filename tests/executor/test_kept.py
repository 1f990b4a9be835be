"""What is made of documents is bounded, however short they are and however they are decided."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from graph.bounds import known_costs
from graph.bounds.known_costs import known_cost
from graph.executor import selection
from graph.executor.kept import EACH, Kept
from graph.executor.selection import variant_of
from tests.executor.shop import SCHEMA

GRAPHQL = SCHEMA._schema
MOST = 20_000
DECISIONS = [dict(zip("abcd", each, strict=True)) for each in product([True, False], repeat=4)]


class Counted(Kept[Any, Any]):
    """Knows what it was said to hold."""

    def __init__(self) -> None:
        super().__init__(MOST)
        self.said: dict[Any, tuple[Any, int]] = {}

    def keep(self, key: Any, value: Any, characters: int) -> None:
        super().keep(key, value, characters)
        self.said[key] = value, characters

    @property
    def held(self) -> list[Any]:
        """What is still there."""
        return [value for key, (value, _) in self.said.items() if self.find(key) is value]


def test_short_texts_count_for_more_than_they_are_long() -> None:
    kept: Kept[int, int] = Kept(10 * (EACH + 1))
    for number in range(20):
        kept.keep(number, number, 1)
    assert [number for number in range(20) if kept.find(number) is not None] == [*range(10, 20)]
    kept.keep(19, -19, EACH)
    assert [kept.find(number) for number in range(10, 20)] == [None, *range(11, 19), -19]


@pytest.mark.parametrize("length", [60, 900])
def test_each_way_in_which_an_operation_is_decided_counts_like_its_text(
    monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    operations = Counted()
    monkeypatch.setattr(selection, "_OPERATIONS", operations)
    monkeypatch.setattr(selection, "MAX_CHARACTERS", MOST)
    for number in range(30):
        text = "query($a: Boolean!, $b: Boolean!, $c: Boolean!, $d: Boolean!) { "
        text += " ".join(f"x{number}{name}: __typename @skip(if: ${name})" for name in "abcd")
        operation = parse(f"{text} }}".ljust(len(text) + length)).definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        assert operation.loc is not None
        for decided in DECISIONS:
            variant = variant_of(GRAPHQL, operation, {}, decided)
            again = variant_of(GRAPHQL, operation, {}, decided)
            assert variant is again
    sizes = [each.length + EACH for each in operations.held for _ in each.variants]
    assert MOST // 2 < sum(sizes) <= MOST


def test_each_cost_counts_with_the_variables_it_hangs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    costs = Counted()
    monkeypatch.setattr(known_costs, "_COSTS", costs)
    for number in range(30):
        document = parse(f"query($n: Boolean) {{ x{number}: __typename @skip(if: $n) }}")
        for length in range(20):
            known_cost(GRAPHQL, document, None, {"n": "x" * length})
    assert MOST // 2 < sum(each.characters for each in costs.held) <= MOST
