"""A cost that is kept is the cost of what is asked."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import parse

from graph.bounds import known_costs
from graph.bounds.cost import cost_of, measured
from graph.bounds.known_costs import known_cost
from graph.schema import LiftosSchema

DOCUMENT = parse("""
  query One($n: Int = 7, $more: Boolean = false, $after: String, $dates: DateRangeInput!) {
    marketingEntries(first: $n, after: $after) { nodes { id run @include(if: $more) { id } } }
    calendar(dates: $dates) { date }
  }
  query Two { runs(first: 3) { nodes { id } } }
""")
WEEK = {"since": "2026-01-01", "until": "2026-01-07"}
GIVEN: list[dict[str, Any]] = [
    {},
    {"n": 1},
    {"n": True},
    {"n": 1.0},
    {"n": 2.5},
    {"n": "1"},
    {"n": None},
    {"more": True},
    {"more": 1},
    {"more": True, "after": "x"},
    {"dates": WEEK},
    {"dates": {**WEEK, "until": "2026-01-31"}},
    {"dates": list(range(10_000))},
]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_it_is_what_is_reckoned_anew(schema: LiftosSchema, times: int) -> None:
    for _ in range(times):
        for given in GIVEN:
            expected = cost_of(schema.graphql, DOCUMENT, "One", given)
            assert known_cost(schema.graphql, DOCUMENT, "One", given) == expected
        assert known_cost(schema.graphql, DOCUMENT, "Two", {}).points == 5


def test_it_is_reckoned_once_for_what_it_does_not_hang_on(
    schema: LiftosSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, reckoned = (
        parse("query ($n: Int, $after: String) { runs(first: $n) { nodes { id } } }"),
        [],
    )

    def counted(*given: Any) -> Any:
        reckoned.append(given)
        return measured(*given)

    monkeypatch.setattr(known_costs, "measured", counted)
    for after in "abc":
        known_cost(schema.graphql, document, None, {"n": 3, "after": after})
    assert len(reckoned) == 1
    known_cost(schema.graphql, document, None, {"n": 4})
    assert len(reckoned) == 2


def test_a_megabyte_of_variables_is_written_out_once(schema: LiftosSchema) -> None:
    written: list[int] = []

    class Ids(list[int]):
        def __repr__(self) -> str:
            written.append(len(self))
            return super().__repr__()

    document = parse("query($ids: [ID!]!) { _entities(representations: $ids) { __typename } }")
    for number in range(20):
        known_cost(schema.graphql, document, None, {"ids": [number]})
    cost = known_cost(schema.graphql, document, None, {"ids": Ids(range(900))})
    assert cost == cost_of(schema.graphql, document, None, {"ids": list(range(900))})
    assert written == [900]
