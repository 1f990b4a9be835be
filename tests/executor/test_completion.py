"""What is completed by columns is what graphql-core completes field by field, errors too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from strawberry.types import ExecutionResult

from graph.executor.rendered import encoded
from tests.executor.odd import ASKED, ORDINARY, PLANNED


@dataclass
class Context:
    renders: bool


LEAF = "id kind size ratio label may(suffix: $s) __typename"
QUERIES = {
    "objects": f"{{ sound {{ id leaves {{ {LEAF} }} grid first {{ {LEAF} }} }} }}",
    "waiting": """{ sound {
        sibling { id sibling { leaves { later } } }
        leaves { later pair { id } }
    } }""",
    "several types": f"""{{ things {{
        ... on Leaf {{ {LEAF} }}
        ... on Branch {{ nodes {{ id __typename ... on Branch {{ sibling {{ id }} }} }} }}
    }} }}""",
    "nothing selected": "{ sound { id @skip(if: true) } things { ... on Leaf { id } } }",
    "promises": "{ promises { id later } }",
    "a promise fails": "{ promises(fails: true) { id may } }",
    "a promise of a plain resolver": "{ sound { leaves { promised may } } }",
    "an error in a place that may be null": "{ odd { id leaves { id may } } }",
    "an error in a place that may not": "{ odd { id leaves { id must } } sound { id } }",
    "errors side by side": "{ odd { leaves { may must later } } sound { leaves { later } } }",
    "a null out of place": "{ odd { leaves { id never } } }",
    "an error deep below": "{ odd { sibling { first { never may } } } }",
    "a number too large": "{ large { id size } }",
    "no number": "{ infinite { ratio id } }",
    "an iterator": "{ once { id } }",
    "introspection": """{
        __schema { types { name kind fields { name type { name ofType { name } } } } }
        __type(name: "Leaf") { interfaces { name possibleTypes { name } } }
    }""",
}


def document(selected: str) -> str:
    return f'query ($s: String! = "!") {selected}' if "$s" in selected else selected


async def ask(schema: Any, selected: str, *, renders: bool) -> ExecutionResult:
    result = await schema.execute(document(selected), context_value=Context(renders))
    assert isinstance(result, ExecutionResult)
    return result


def told(result: ExecutionResult) -> tuple[bytes, list[Any]]:
    errors = [error.formatted for error in result.errors or ()]
    return encoded(result.data), sorted(errors, key=orjson.dumps)


@pytest.mark.parametrize("selected", QUERIES.values(), ids=QUERIES)
async def test_the_answer_is_the_ordinary_one(selected: str) -> None:
    ordinary = await ask(ORDINARY, selected, renders=False)
    for renders in (False, True):
        assert told(await ask(PLANNED, selected, renders=renders)) == told(ordinary)


@pytest.mark.parametrize("selected", QUERIES.values(), ids=QUERIES)
async def test_no_resolver_is_asked_twice(selected: str) -> None:
    ASKED.clear()
    await ask(PLANNED, selected, renders=True)
    assert set(ASKED.values()) <= {1}


@pytest.mark.parametrize(
    "selected", [QUERIES["objects"], QUERIES["an error in a place that may not"]]
)
def test_what_waits_for_nothing_needs_no_loop(selected: str) -> None:
    plain = selected.replace("odd", "sound")
    ordinary, planned = (each.execute_sync(document(plain)) for each in (ORDINARY, PLANNED))
    assert told(planned) == told(ordinary)
    assert planned.errors is None
