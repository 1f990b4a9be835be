"""Exports through the schema: shown, linked to, ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from core.export_links import LinkClaims
from core.records.exports import ExportState
from core.records.runs import RunStatus
from core.scope import Role
from graph.ids import EXPORT, RUN
from tests.graph import samples
from tests.graph.mutating import result
from tests.graph.samples import NOW
from tests.graph.world import LINKS, World

ID = EXPORT.encode(samples.EXPORT)
SHOWN = """query($id: ID!) { export(id: $id) {
  id state asOf definition definitionSha256 rowHash rows requestedBy createdAt readyAt expiresAt
  removedAt removedBy manifest run { id }
  files { name mediaType sizeBytes sha256 rows }
  checks { check severity columns value threshold message } } }"""
LINK = """query($id: ID!, $seconds: Int!) { export(id: $id) {
  files { name url(expiresIn: $seconds) } } }"""
LIST = "query($s: [ExportState!]) { exports(states: $s) { nodes { id state } } }"
DELETE = """mutation($id: ID!) { deleteExport(exportId: $id) { __typename
  ... on DeleteExportPayload { export { id state removedBy files { url } } }
  ... on UserError { code message field mend } } }"""


async def test_an_export_is_shown_as_it_is(world: World) -> None:
    answer = await world.ask(SHOWN, id=ID)
    assert answer["data"]["export"] == {
        "id": ID,
        "state": "READY",
        "asOf": "2026-11-20T06:30:00Z",
        "definition": {"kpi": {"orders": "REVENUE"}},
        "definitionSha256": "d" * 64,
        "rowHash": "c" * 64,
        "rows": 7,
        "requestedBy": "user:ada",
        "createdAt": "2026-11-20T06:30:00Z",
        "readyAt": "2026-11-20T06:31:00Z",
        "expiresAt": "2026-12-20T06:30:00Z",
        "removedAt": None,
        "removedBy": None,
        "manifest": {"format": "liftos-causal-export"},
        "run": {"id": RUN.encode(samples.RUN)},
        "files": [
            {
                "name": "manifest.json",
                "mediaType": "application/json",
                "sizeBytes": 812,
                "sha256": "b" * 64,
                "rows": None,
            },
            {
                "name": "wide.parquet",
                "mediaType": "application/vnd.apache.parquet",
                "sizeBytes": 5_000_000_000,
                "sha256": "a" * 64,
                "rows": 7,
            },
        ],
        "checks": [
            {
                "check": "vif",
                "severity": "ATTENTION",
                "columns": ["meta_spend"],
                "value": 12.5,
                "threshold": 10.0,
                "message": "collinear",
            }
        ],
    }


def claims_of(url: str) -> LinkClaims | None:
    base, token, file = url.rsplit("/", 2)
    assert base == "https://api.test/exports"
    return LINKS.signer.read(token, file)


async def links(world: World, seconds: int) -> dict[str, str | None]:
    answer = await world.ask(LINK, id=ID, seconds=seconds)
    return {file["name"]: file["url"] for file in answer["data"]["export"]["files"]}


async def test_each_file_has_a_link_of_its_own_that_ends(world: World) -> None:
    found = await links(world, 900)
    assert list(found) == ["manifest.json", "wide.parquet"]
    for name, url in found.items():
        until = NOW + timedelta(seconds=900)
        claims = LinkClaims(world.north.tenant_id, samples.EXPORT, name, until)
        assert claims_of(str(url)) == claims


async def test_no_link_outlives_its_export(world: World) -> None:
    ends = NOW + timedelta(minutes=2)
    world.memory.of(world.north).exports[samples.EXPORT] = samples.export(expires_at=ends)
    [*_, url] = (await links(world, 3600)).values()
    claims = claims_of(str(url))
    assert claims is not None
    assert claims.expires_at == ends


@pytest.mark.parametrize(
    "changes",
    [
        {"state": ExportState.PENDING},
        {"state": ExportState.EXPIRED},
        {"state": ExportState.DELETED},
        {"expires_at": NOW},
        {"expires_at": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
)
async def test_what_cannot_be_had_has_no_link(world: World, changes: dict[str, Any]) -> None:
    world.memory.of(world.north).exports[samples.EXPORT] = samples.export(**changes)
    assert await links(world, 900) == {"manifest.json": None, "wide.parquet": None}


@pytest.mark.parametrize("seconds", [59, 0, -1, 604_801])
async def test_a_link_that_lasts_too_long_or_too_short_is_refused(
    world: World, seconds: int
) -> None:
    answer = await world.ask(LINK, id=ID, seconds=seconds)
    assert [error["extensions"]["field"] for error in answer["errors"]] == ["expiresIn"] * 2


async def test_a_viewer_sees_that_there_is_one_and_not_what_is_in_it(world: World) -> None:
    query = "query($id: ID!) { node(id: $id) { ... on Export { state files { url } manifest } } }"
    answer = await world.ask(query, world.as_role(Role.VIEWER), id=ID)
    assert answer["data"]["node"] == {"state": "READY", "files": None, "manifest": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"] * 2


async def test_exports_are_listed_newest_first_and_by_state(world: World) -> None:
    older = samples.export(id=UUID(int=0xE0), state=ExportState.EXPIRED)
    world.memory.of(world.north).exports[older.id] = older
    both = [{"id": ID, "state": "READY"}, {"id": EXPORT.encode(older.id), "state": "EXPIRED"}]
    assert (await world.ask(LIST))["data"]["exports"]["nodes"] == both
    assert (await world.ask(LIST, s=["EXPIRED"]))["data"]["exports"]["nodes"] == both[1:]


async def test_a_deleted_export_has_no_files_and_no_links(world: World) -> None:
    answer = await result(world, DELETE, id=ID)
    assert answer["export"] == {
        "id": ID,
        "state": "DELETED",
        "removedBy": "user:ada",
        "files": [{"url": None}, {"url": None}],
    }
    folder = f"exports/{samples.EXPORT}"
    assert sorted(world.stand_ins.objects.deleted) == [
        f"{folder}/manifest.json",
        f"{folder}/wide.parquet",
    ]


async def test_an_export_ends_though_its_files_cannot_be_deleted_yet(world: World) -> None:
    world.stand_ins.objects.is_away = True
    answer = await result(world, DELETE, id=ID)
    assert answer["export"]["state"] == "DELETED"


async def test_what_cannot_be_deleted_is_told(world: World) -> None:
    shelf = world.memory.of(world.north)
    nobodys = EXPORT.encode(UUID(int=0xEF))
    assert (await result(world, DELETE, id=nobodys))["code"] == "NOT_FOUND"
    shelf.runs[samples.RUN] = samples.run(status=RunStatus.RUNNING)
    assert (await result(world, DELETE, id=ID))["code"] == "CONFLICT"
    assert shelf.exports[samples.EXPORT].state is ExportState.READY


async def test_only_who_may_export_may_delete(world: World) -> None:
    answer = await world.ask(DELETE, world.as_role(Role.DEVELOPER), id=ID)
    assert answer["data"]["deleteExport"]["code"] == "FORBIDDEN"
    assert "errors" not in answer
