"""What bounds cost and what they save: `python -m benchmarks.bounds`.

Everything is timed side by side in one run: rules with and without the walk before them, a page
of 10,000 rows executed, encoded and counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import orjson
from graphql import (
    ASTValidationRule,
    GraphQLField,
    GraphQLInt,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    execute,
    parse,
    specified_rules,
    validate,
)

from benchmarks import machine
from graph.bounds.answered import actual_points
from graph.bounds.cost import cost_of
from graph.bounds.walk import MAX_TOKENS, WithinBounds
from graph.schema import build_schema

ROWS = 10_000
FIELDS = 10
TIMES = 5
HOSTILE = {
    "1,200 repeated root fields": "{" + "viewer { actor } " * 1_200 + "}",
    "the same in an unused fragment": (
        "{ viewer { actor } } fragment U on Query {" + "viewer { actor } " * 1_200 + "}"
    ),
    "99 fragments side by side": (
        "{" + " ".join(f"...F{n}" for n in range(99)) + "}"
        + " ".join(
            f"fragment F{n} on Query {{ viewer {{ tenant {{ id name slug }} actor roles }} }}"
            for n in range(99)
        )
    ),
}  # fmt: skip
USUAL = (
    "query ($n: Int) { marketingEntries(first: $n) "
    "{ edges { cursor node { id date spend campaign { name } } } pageInfo { hasNextPage } } }"
)


def timed(what: Callable[[], Any], times: int = TIMES) -> float:
    """Milliseconds, the best of some times."""
    return min(_seconds(what) for _ in range(times)) * 1_000


def _seconds(what: Callable[[], Any]) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def refusals(schema: GraphQLSchema) -> None:
    """Documents that are refused: rules alone, and with the walk before them."""
    first: Sequence[type[ASTValidationRule]] = (WithinBounds, *specified_rules)
    for name, text in HOSTILE.items():
        document = parse(text, max_tokens=MAX_TOKENS)
        without = timed(partial(validate, schema, document, specified_rules))
        walked = timed(partial(validate, schema, document, first))
        print(f"{name:34} rules {without:9.2f} ms   walk first {walked:7.2f} ms")


def reckoning(schema: GraphQLSchema) -> None:
    """A usual document: validated (once, then cached), and reckoned (every time)."""
    document = parse(USUAL)
    rules = timed(lambda: validate(schema, document, (WithinBounds, *specified_rules)))
    cost = timed(lambda: cost_of(schema, document, None, {"n": 1_000}))
    print(f"{'a usual document':34} rules {rules:9.2f} ms   cost {cost:7.3f} ms")


def counting() -> None:
    """10,000 rows: resolved by the executor, encoded, and counted for what they cost."""
    row = GraphQLObjectType("Row", {f"f{n}": GraphQLField(GraphQLString) for n in range(FIELDS)})
    query = GraphQLObjectType(
        "Query", {"rows": GraphQLField(GraphQLList(row)), "n": GraphQLField(GraphQLInt)}
    )
    schema = GraphQLSchema(query)
    document = parse("{ rows { " + " ".join(f"f{n}" for n in range(FIELDS)) + " } }")
    held = {"rows": [{f"f{n}": "12.50" for n in range(FIELDS)} for _ in range(ROWS)]}
    result: Any = execute(schema, document, held)
    cost = cost_of(schema, document)
    resolved = timed(lambda: execute(schema, document, held), 3)
    encoded = timed(lambda: orjson.dumps(result.data))
    counted = timed(lambda: actual_points(cost, result.data))
    share = 100 * counted / (resolved + encoded)
    print(f"{f'{ROWS:,} rows of {FIELDS} fields':34} executed {resolved:9.2f} ms")
    print(f"{'':34} encoded {encoded:9.2f} ms   counted {counted:7.2f} ms: {share:.1f} % of both")


def main() -> None:
    """Print the figures."""
    print(machine.described())
    schema = build_schema().graphql
    refusals(schema)
    reckoning(schema)
    counting()


if __name__ == "__main__":
    main()
