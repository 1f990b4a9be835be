"""What composers make of our schema, alone and beside other subgraphs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
)

from core.records.connections import Source
from docs.federation import planner
from tests.conformance.conftest import NpmFolder

HERE = Path(__file__).resolve().parent
OURS = HERE.parents[2] / "schema.graphql"
COMPOSERS = {"apollo", "theGuild", "wunderGraph"}
INTERNAL = ("_Any", "_Entity", "_Service", "_entities", "_service", "link__", "federation__")
WRITERS = "memory/admin memory/write causal/data/access causal/data/export"
Composed = dict[str, GraphQLSchema]


@pytest.fixture(scope="session")
def planner_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("planner") / "planner.graphql"
    file.write_text(str(planner.schema), encoding="utf-8")
    return file


async def composed(npm_folder: NpmFolder, contract: str = "", **subgraphs: Path) -> Composed:
    """What clients see, by composer; none may have found a fault."""
    files = [f"{name}={file}" for name, file in subgraphs.items()]
    environment = {"CONTRACT": contract} if contract else {}
    told = json.loads(await npm_folder("federation").run("compose.mjs", *files, **environment))
    assert {name: each["errors"] for name, each in told.items()} == {name: [] for name in told}
    for each in told.values():
        assert [name for name in INTERNAL if name in each["api"]] == []
    return {name: build_schema(each["api"], assume_valid=True) for name, each in told.items()}


def descriptions(schema: GraphQLSchema) -> dict[str, str]:
    """Every description by what it describes."""
    found: dict[str, str | None] = {}
    for name, named in schema.type_map.items():
        found[name] = named.description
        if isinstance(named, GraphQLEnumType):
            found |= {f"{name}.{key}": value.description for key, value in named.values.items()}
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            parts: Any = named.fields
            for field, part in parts.items():
                found[f"{name}.{field}"] = part.description
                for argument, given in getattr(part, "args", {}).items():
                    found[f"{name}.{field}({argument})"] = given.description
    return {
        place: text
        for place, text in found.items()
        if text and not place.startswith(("_", "Query._"))
    }


async def test_alone_it_is_what_clients_of_a_gateway_see(npm_folder: NpmFolder) -> None:
    ours = descriptions(build_schema(OURS.read_text(encoding="utf-8"), assume_valid=True))
    found = await composed(npm_folder, liftos=OURS)
    assert set(found) == COMPOSERS
    for schema in found.values():
        assert ours.items() - descriptions(schema).items() == set()


async def test_another_subgraph_extends_what_is_ours(
    npm_folder: NpmFolder, planner_file: Path
) -> None:
    found = await composed(npm_folder, liftos=OURS, planner=planner_file)
    assert set(found) == COMPOSERS
    for schema in found.values():
        campaign: Any = schema.type_map["Campaign"]
        day: Any = schema.type_map["CalendarDimension"]
        assert {"name", "entries", "plannedBudget", "plans"} <= set(campaign.fields)
        assert {"year", "plans"} <= set(day.fields)


async def test_a_second_relay_subgraph_takes_node_over(
    npm_folder: NpmFolder, planner_file: Path, tmp_path: Path
) -> None:
    shelf = tmp_path / "shelf.graphql"
    own = (HERE / "shelf.graphql").read_text(encoding="utf-8")
    shelf.write_text(f"{own}\nenum Source {{ {' '.join(Source)} }}\n", encoding="utf-8")
    found = await composed(npm_folder, liftos=OURS, planner=planner_file, shelf=shelf)
    for schema in found.values():
        node: Any = schema.type_map["Node"]
        implementing = {each.name for each in schema.get_implementations(node).objects}
        assert {"Shelf", "Campaign", "Run", "MarketingEntry"} <= implementing
        query: Any = schema.query_type
        assert {"node", "nodes", "shelves", "campaigns"} <= set(query.fields)


async def test_a_contract_by_permission_is_a_readers_api(npm_folder: NpmFolder) -> None:
    found = await composed(npm_folder, WRITERS, liftos=OURS)
    assert set(found) == COMPOSERS - {"apollo"}
    for schema in found.values():
        query: Any = schema.query_type
        assert {"marketingEntries", "campaigns", "calendar"} <= set(query.fields)
        mutation: Any = schema.mutation_type
        assert mutation is None or "connectSource" not in mutation.fields
