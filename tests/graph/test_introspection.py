"""The schema is shown to those who may see it, and to nobody else: not even in an error."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from graphql import get_introspection_query

from core.scope import Permission, Role
from graph.introspection import MEND
from tests.graph.world import World, error_of

REFUSAL = {
    "message": "this needs the permission schema:introspect",
    "code": "FORBIDDEN",
    "mend": "ask an administrator of your tenant for a role that has it",
}
SHOWN = frozenset({Role.ADMIN, Role.DEVELOPER, Role.ANALYST})
ASKS = (
    get_introspection_query(),
    '{ viewer { actor } a: __type(name: "Run") { name } }',
    "query { ...on Query { ...f } } fragment f on Query { __schema { __typename } }",
    "{ _service { sdl } }",
)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("asked", ASKS)
async def test_the_schema_is_shown_by_role(world: World, role: Role, asked: str) -> None:
    for _ in range(2):
        seen = await world.ask(asked, world.as_role(Role.ADMIN))
        answer = await world.ask(asked, world.as_role(role))
        assert "errors" not in seen
        if role in SHOWN:
            assert answer == seen
        else:
            assert (answer["data"], error_of(answer)) == (None, REFUSAL)


async def test_each_field_that_shows_the_schema_is_refused(world: World) -> None:
    answer = await world.ask(
        '{ a: __schema { nothing } b: __type(name: "x") { name } }', world.as_role(Role.VIEWER)
    )
    assert [error["locations"][0]["column"] for error in answer["errors"]] == [3, 27]
    assert {error["message"] for error in answer["errors"]} == {REFUSAL["message"]}


async def test_the_name_of_a_type_is_everybody_s(world: World) -> None:
    answer = await world.ask("{ __typename viewer { __typename } }", world.as_role(Role.VIEWER))
    assert answer == {"data": {"__typename": "Query", "viewer": {"__typename": "Viewer"}}}


async def test_the_permission_alone_counts(world: World) -> None:
    granted = frozenset({Permission.SCHEMA_INTROSPECT})
    asked = "{ __schema { queryType { name } } _service { sdl } }"
    scope = replace(world.as_role(Role.VIEWER), permissions=granted)
    answer = await world.ask(asked, scope)
    assert answer["data"]["__schema"] == {"queryType": {"name": "Query"}}
    assert answer["data"]["_service"]["sdl"].count("\ntype Query ") == 1


MISTAKES: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    (
        "{ campaign }",
        {},
        "Cannot query field 'campaign' on type 'Query'. Did you mean 'campaigns'?",
        "Cannot query field 'campaign'.",
    ),
    (
        "{ viewer }",
        {},
        (
            "Field 'viewer' of type 'Viewer!' must have a selection of subfields. "
            "Did you mean 'viewer { ... }'?"
        ),
        "Field 'viewer' must have a selection of subfields.",
    ),
    (
        "{ calendar { id } }",
        {},
        (
            "Argument 'Query.calendar(dates:)' of type 'DateRangeInput!' is required, "
            "but it was not provided."
        ),
        "Argument '….calendar(…:)' is required, but it was not provided.",
    ),
    (
        "mutation($i: ConnectSourceInput!) { connectSource(input: $i) { __typename } }",
        {"i": {"source": "META_AD", "accountId": "1", "name": "x"}},
        (
            "Variable '$i' has invalid value at .source: Value 'META_AD' does not exist in "
            "'Source' enum. Did you mean the enum value 'META_ADS'?"
        ),
        "Variable '$i' has invalid value at .source: Value 'META_AD' does not exist in '…' enum.",
    ),
    (
        "query($d: DateRangeInput!) { calendar(dates: $d) { id } }",
        {"d": {"sinse": "2026-11-01"}},
        (
            "Variable '$d' has invalid value: Expected value of type 'DateRangeInput' "
            "to include required field 'since'."
        ),
        (
            "Variable '$d' has invalid value: Expected value of type 'DateRangeInput' "
            "to include required field '…'."
        ),
    ),
    (
        "query($n: [Int!]) { campaigns(first: $n) { nodes { id } } }",
        {"n": [1]},
        "Variable '$n' of type '[Int!]' used in position expecting type 'Int'.",
        "Variable '$n' of type '[Int!]' used in position expecting type 'Int'.",
    ),
    (
        '{ marketingEntries(asOf: "yesterday") { totalCount } }',
        {},
        (
            "DateTime cannot be 'yesterday': give a moment with its zone, "
            "such as 2026-11-22T08:00:00Z."
        ),
        "… cannot be 'yesterday': give a moment with its zone, such as 2026-11-22T08:00:00Z.",
    ),
)


@pytest.mark.parametrize(("asked", "variables", "shown", "hidden"), MISTAKES)
async def test_a_mistake_names_only_what_the_caller_wrote(
    world: World, asked: str, variables: dict[str, Any], shown: str, hidden: str
) -> None:
    # Whoever asks first fills the caches: neither sees what the other is told.
    for role in (Role.VIEWER, Role.ADMIN, Role.USER, Role.DEVELOPER):
        answer = await world.ask(asked, world.as_role(role), **variables)
        told = answer["errors"][0]
        assert told["message"] == (shown if role in SHOWN else hidden)
        assert told["extensions"].get("mend") == (
            MEND if role not in SHOWN and hidden != shown else None
        )


async def test_no_mistake_tells_a_name_of_the_schema(world: World) -> None:
    names = set(re.findall(r"[_A-Za-z]\w*", str(world.schema.as_str())))
    asked = """query($a: Run, $b: Sourse!, $c: ExportFormat = CSW) {
      run { x } nodez exports(frist: 1, orderBy: { x: 1 }) { nodes { id { a } } }
      marketingEntries(filter: {sauce: [META_ADZ]}) { edges { node { ... on Rum { id } } } }
      node(id: 7) { ... on Campaign { naem } ... on DateRangeInput { a } }
      ...nothing
    }"""
    answer = await world.ask(asked, world.as_role(Role.VIEWER))
    own = set(re.findall(r"[_A-Za-z]\w*", asked)) | {"Int", "Float", "String", "Boolean", "ID"}
    told = [quoted for error in answer["errors"] for quoted in _quoted(error["message"])]
    assert len(answer["errors"]) > 8
    assert [name for name in told if name in names - own] == []


def _quoted(message: str) -> list[str]:
    return [
        name
        for quoted in re.findall(r"'[^']*'", message)
        for name in re.findall(r"[_A-Za-z]\w*", quoted)
    ]
