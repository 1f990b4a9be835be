from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from graph.ids import ENTRY
from graph.nodes import NODES
from tests.graph import samples
from tests.graph.memory import Shelf
from tests.graph.world import NORTH, World, error_of, fill

IDS = {
    "MarketingEntry": "20261102-" + "0" * 31 + "1",
    "Campaign": "0" * 31 + "1",
    "CalendarDimension": "2026-11-02",
    "Incident": str(samples.insight().incident_id),
    "Insight": str(samples.insight().id),
    "Run": str(samples.RUN),
    "ConnectedSource": str(samples.CONNECTION),
    "IngestionSchedule": str(samples.SCHEDULE),
    "RawPage": str(samples.RAW_PAGE),
    "Export": str(samples.EXPORT),
    "Tenant": str(NORTH),
}


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def global_ids() -> dict[str, str]:
    return {name: packed(f"{name}:{local}") for name, local in IDS.items()}


def test_every_type_of_node_is_tried_here() -> None:
    assert set(IDS) == set(NODES)


async def test_every_type_of_node_is_fetched_by_its_id(world: World) -> None:
    for name, global_id in global_ids().items():
        answer = await world.ask(
            "query($id: ID!) { node(id: $id) { __typename id } }", id=global_id
        )
        assert answer == {"data": {"node": {"__typename": name, "id": global_id}}}


async def test_nodes_keep_the_order_of_their_ids_and_are_batched(world: World) -> None:
    entries = [ENTRY.encode(samples.entry(n).key) for n in (3, 1, 99, 2)]
    run = global_ids()["Run"]
    answer = await world.ask(
        "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=[run, *entries, run]
    )
    found = [node and node["id"] for node in answer["data"]["nodes"]]
    assert found == [run, *entries[:2], None, entries[3], run]
    assert sorted(world.calls) == ["entries.by_keys", "runs.by_ids"]


ABSENT = {
    "MarketingEntry": "20261102-" + "f" * 32,
    "Campaign": "f" * 32,
    "CalendarDimension": "1999-01-01",
    "Incident": "f" * 8 + "-ffff-ffff-ffff-" + "f" * 12,
    "Insight": "f" * 8 + "-ffff-ffff-ffff-" + "f" * 12,
    "Run": "f" * 8 + "-ffff-ffff-ffff-" + "f" * 12,
    "ConnectedSource": "f" * 8 + "-ffff-ffff-ffff-" + "f" * 12,
    "IngestionSchedule": "f" * 8 + "-ffff-ffff-ffff-" + "f" * 12,
    "RawPage": "f" * 8 + "-ffff-ffff-ffff-" + "f" * 12,
    "Export": "f" * 8 + "-ffff-ffff-ffff-" + "f" * 12,
    "Tenant": "f" * 8 + "-ffff-ffff-ffff-" + "f" * 12,
}


async def test_what_another_tenant_has_looks_like_what_nobody_has(world: World) -> None:
    fill(world.memory, world.south, "south")
    world.memory.shelves[NORTH] = Shelf()
    absent = {name: packed(f"{name}:{local}") for name, local in ABSENT.items()}
    ids = global_ids() | {"Tenant": packed(f"Tenant:{world.south.tenant_id}")}
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    theirs = await world.ask(query, ids=list(ids.values()))
    nobodys = await world.ask(query, ids=list(absent.values()))
    assert theirs == nobodys == {"data": {"nodes": [None] * len(IDS)}}
    own = await world.ask(query, world.south, ids=[i for n, i in ids.items()])
    assert None not in own["data"]["nodes"]


MALFORMED = [
    "",
    "7",
    "not base64!",
    "ünïcode",
    packed("Run"),
    packed("Run:"),
    packed("Run:7"),
    packed(f"run:{samples.RUN}"),
    packed(f"Run:{samples.RUN.hex}"),
    packed(f"Run:{str(samples.RUN).upper()}"),
    packed(f"Nothing:{samples.RUN}"),
    packed(f"RejectedRecord:{samples.RUN}"),
    packed("MarketingEntry:20261301-" + "0" * 32),
    packed("MarketingEntry:20261101" + "0" * 32),
    packed("MarketingEntry:20261101-" + "0" * 31 + "A"),
    packed("CalendarDimension:20261101"),
    packed("Campaign:" + "g" * 32),
    packed("Campaign:" + "0" * 100_000),
    packed(f"Run:{samples.RUN}").rstrip("="),
    packed(f"Run:{samples.RUN}") + "\n",
    base64.b64encode(b"Run:\xff").decode(),
]


@pytest.mark.parametrize("global_id", MALFORMED)
async def test_a_malformed_id_names_the_argument(world: World, global_id: str) -> None:
    one = await world.ask("query($id: ID!) { node(id: $id) { id } }", id=global_id)
    many = await world.ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[global_id])
    for answer, field in ((one, "id"), (many, "ids")):
        error = error_of(answer)
        assert (error["code"], error["field"]) == ("BAD_USER_INPUT", field)
    assert world.calls == []


async def test_an_id_of_the_wrong_type_names_the_argument_and_the_type(world: World) -> None:
    answer = await world.ask("query($id: ID!) { run(id: $id) { id } }", id=global_ids()["Campaign"])
    assert answer["data"] == {"run": None}
    assert error_of(answer) == {
        "message": "id is not the id of a Run",
        "code": "BAD_USER_INPUT",
        "field": "id",
        "mend": "pass the id of a Run",
    }


async def test_too_many_ids_are_refused(world: World) -> None:
    answer = await world.ask(
        "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[global_ids()["Run"]] * 1001
    )
    assert error_of(answer)["field"] == "ids"
    assert world.calls == []


async def test_a_second_operation_of_one_socket_reads_anew(world: World) -> None:
    context = world.context()
    query = f'{{ node(id: "{global_ids()["Campaign"]}") {{ ... on Campaign {{ name }} }} }}'
    first = await world.schema.execute(query, None, context)
    shelf = world.memory.of(world.north).campaigns
    digest = next(iter(shelf))
    shelf[digest] = replace(shelf[digest], name="Renamed")
    second = await world.schema.execute(query, None, context)
    assert first.data == {"node": {"name": "Campaign 1"}}
    assert second.data == {"node": {"name": "Renamed"}}
