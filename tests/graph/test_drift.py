from __future__ import annotations

from typing import Any

import pytest

from graph.ids import CONNECTION, RUN, SCHEMA_CHANGE
from tests.graph import samples
from tests.graph.mutating import ERROR, FILES, META, result
from tests.graph.refused import CHANGE
from tests.graph.world import World

ACCEPT = f"""mutation($ids: [ID!]!) {{ acceptSchemaChanges(ids: $ids) {{
  __typename ... on AcceptSchemaChangesPayload {{ changes {{ state }} runs {{ status }} }}
  {ERROR} }} }}"""
SET = f"""mutation($id: ID!, $policy: DriftPolicy!, $stream: String) {{
  setSchemaPolicy(connectionId: $id, policy: $policy, stream: $stream) {{
  __typename ... on SetSchemaPolicyPayload {{ connection {{
    schemaPolicies {{ stream policy isDefault }} }} }} {ERROR} }} }}"""
ID = SCHEMA_CHANGE.encode(CHANGE)


async def test_changes_are_listed_by_name_and_type_and_accepted(world: World) -> None:
    query = """query($of: [ID!]) { schemaChanges(connections: $of, states: [OPEN]) { nodes {
      id stream field kind expected found policy records state acceptedBy
      connection { id } run { id } } } }"""
    answer = await world.ask(query, of=[META])
    assert answer["data"]["schemaChanges"]["nodes"] == [
        {
            "id": ID,
            "stream": "insights",
            "field": "spend",
            "kind": "CHANGED_TYPE",
            "expected": "string",
            "found": "number",
            "policy": "EVOLVE",
            "records": 3,
            "state": "OPEN",
            "acceptedBy": None,
            "connection": {"id": CONNECTION.encode(samples.CONNECTION)},
            "run": {"id": RUN.encode(samples.RUN)},
        }
    ]
    assert await result(world, ACCEPT, ids=[ID]) == {
        "__typename": "AcceptSchemaChangesPayload",
        "changes": [{"state": "ACCEPTED"}],
        "runs": [{"status": "QUEUED"}],
    }
    assert (await world.ask(query, of=[META]))["data"]["schemaChanges"]["nodes"] == []


async def test_a_policy_is_set_for_one_stream_or_for_all_without_their_own(world: World) -> None:
    usual = await world.ask(
        f'{{ node(id: "{META}") {{ ... on ConnectedSource {{ schemaPolicies {{ '
        "stream policy isDefault } } } }"
    )
    assert usual["data"]["node"]["schemaPolicies"] == [
        {"stream": "insights", "policy": "EVOLVE", "isDefault": True}
    ]
    for stream, policy in ((None, "FREEZE"), ("insights", "DISCARD_ROW"), (None, "FREEZE")):
        done = await result(world, SET, id=META, policy=policy, stream=stream)
        assert done["__typename"] == "SetSchemaPolicyPayload"
    assert done["connection"]["schemaPolicies"] == [
        {"stream": "insights", "policy": "DISCARD_ROW", "isDefault": False}
    ]


@pytest.mark.parametrize(
    ("query", "given", "kind", "field"),
    [
        (SET, {"id": FILES, "policy": "FREEZE"}, "InvalidInput", "connectionId"),
        (SET, {"id": META, "policy": "FREEZE", "stream": "reports"}, "InvalidInput", "stream"),
        (
            SET,
            {"id": CONNECTION.encode(samples.RUN), "policy": "FREEZE"},
            "NotFoundError",
            "connectionId",
        ),
        (ACCEPT, {"ids": []}, "InvalidInput", "ids"),
        (ACCEPT, {"ids": [META]}, "InvalidInput", "ids"),
        (ACCEPT, {"ids": [SCHEMA_CHANGE.encode(samples.RUN)]}, "NotFoundError", "ids"),
    ],
)
async def test_what_cannot_be_done_is_refused_by_field(
    world: World, query: str, given: dict[str, Any], kind: str, field: str
) -> None:
    answer = await result(world, query, **given)
    assert (answer["__typename"], answer["field"]) == (kind, field)
    assert world.stand_ins.drift.chosen == {}
