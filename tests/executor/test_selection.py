"""Selections are normalised, and compiled once."""

from __future__ import annotations

import pytest

from graph.executor.rendered import encoded
from tests.executor.shop import SCHEMA

QUERIES = {
    "plain": "{ name price }",
    "aliases": "{ price n: name again: name }",
    "typename": "{ __typename name kind: __typename }",
    "fragments": "{ ...T price ...T ... on Thing { maker { city } } ... on Named { ...M } }",
    "interfaces": "{ ... on Named { name } price }",
    "merged": "{ maker { name } price ... { maker { city name } } }",
    "left out": "{ name @skip(if: $yes) price @include(if: $yes) tags @include(if: $no) }",
    "left out fragments": "{ ...T @skip(if: $yes) ... @include(if: $no) { price } all: name }",
    "arguments": "{ tags a: tags(first: $count) b: tags(first: 1, upper: true) c: tags(first: 0) }",
}


@pytest.mark.parametrize("selected", QUERIES.values(), ids=QUERIES)
@pytest.mark.parametrize("yes", [True, False])
def test_what_is_rendered_from_a_selection_is_what_completion_answers(
    selected: str, *, yes: bool
) -> None:
    query = f"""
      query ($rendered: Boolean!, $yes: Boolean = true, $no: Boolean!, $count: Int) {{
        things(isRendered: $rendered) {selected}
        {USES}
      }}
      fragment T on Thing {{ name maker {{ name }} }}
      fragment M on Maker {{ city }}
    """
    bodies = [
        SCHEMA.execute_sync(query, {"rendered": rendered, "yes": yes, "no": not yes, "count": 3})
        for rendered in (False, True)
    ]
    assert [body.errors for body in bodies] == [None, None]
    assert encoded(bodies[0].data) == encoded(bodies[1].data)


USES = """
  all { ...M }
  used: things {
    ...T @include(if: $yes)
    x: name @skip(if: $no)
    tags(first: $count)
  }
"""
"""So that no variable and no fragment stands unused."""


def test_what_objects_of_several_types_select_is_told_by_the_type() -> None:
    query = "{ all { name ... on Thing { price } ... on Maker { city } } }"
    found = SCHEMA.execute_sync(query)
    assert found.data == {"all": [{"name": "name,price", "price": 0.0}]}
