"""What is rendered is written as it is, and costs what the same value costs."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from graph.bounds.answered import actual_points
from graph.bounds.cost import Cost
from graph.executor.rendered import Rendered, encoded

ROWS: list[dict[str, Any]] = [
    {"a": 1, "below": {"b": None, "raw": {"x": {}}}},
    {"a": 2, "below": None},
]


def rendered(rows: object, objects: int) -> Rendered:
    keys = frozenset({"a", "below", "b", "raw"})
    return Rendered(orjson.dumps(rows), objects, keys, frozenset({"raw"}))


def cost(heavy: dict[str, int], *opaque: str) -> Cost:
    return Cost(9, 9, "", heavy, frozenset(opaque), 1, frozenset({"rows"}))


def test_it_stands_in_the_answer_as_it_is() -> None:
    content: dict[str, Any] = {"data": {"rows": rendered(ROWS, 3), "z": "é"}}
    assert encoded(content) == orjson.dumps({"data": {"rows": ROWS, "z": "é"}})


def test_what_is_no_value_of_an_answer_is_not_written() -> None:
    with pytest.raises(TypeError):
        encoded({"data": object()})


@pytest.mark.parametrize(
    "priced",
    [
        cost({}, "raw"),
        cost({}, "raw", "other"),
        cost({"a": 5}, "raw"),
        cost({"below": 3}, "raw"),
        cost({"rows": 7}, "raw"),
        # Where another field of the same name holds objects, JSON is counted as they are.
        cost({}),
    ],
)
def test_it_costs_what_its_value_costs(priced: Cost) -> None:
    nested = {"rows": [{"below": rendered(ROWS[0]["below"], 1)}, {"a": rendered(ROWS, 3)}]}
    plain = {"rows": [{"below": ROWS[0]["below"]}, {"a": ROWS}]}
    assert actual_points(priced, nested) == actual_points(priced, plain)
    whole = {"rows": rendered(ROWS, 3)}
    assert actual_points(priced, whole) == actual_points(priced, {"rows": ROWS})
