"""Registering, retiring and explaining operations through the deployed app."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.operation_files import new_operations_of
from core.errors import BadInput
from core.operation_manifests import FoundOperation, operations_in
from core.operation_text import sha256_of
from core.records.operations import Sighting
from core.scope import Role
from persisted import document_of
from tests.app.test_registered import Caller, caller
from tests.graph.test_attribution_rows import DATES, SINCE, UNTIL
from tests.support import NewTenant

__all__ = ["caller"]
Json = dict[str, Any]
ACTOR = "# Who asks.\nquery Actor { viewer { actor } }"
ENTRIES = """query Entries($dates: DateRangeInput!, $first: Int = 20) {
  marketingEntries(filter: {dates: $dates}, first: $first) { nodes { date channel } } }"""


class Desk:
    """One tenant's own, asked by the platform's operations."""

    def __init__(self, caller: Caller, tenant: Any, role: Role = Role.ADMIN) -> None:
        self.caller, self.tenant = caller, tenant
        self.token = caller.door.token(tenant.record.id, role)

    async def do(self, name: str, **variables: Any) -> Any:
        body = {"documentId": document_of("liftos", name).id, "variables": variables}
        answer = await self.caller.door.post({"Authorization": f"Bearer {self.token}"}, body)
        [found] = answer.json()["data"].values()
        return found

    async def register(self, *documents: str, client: str = "console", **more: Any) -> Any:
        given = [{"document": document} for document in documents]
        return await self.do(
            "RegisterOperations", input={"client": client, "operations": given, **more}
        )

    async def ask(self, query: str, **variables: Any) -> Json:
        return await self.caller.door.say(self.token, query, variables)


@pytest.fixture
async def desk(caller: Caller, new_tenant: NewTenant) -> Desk:
    return Desk(caller, await new_tenant())


async def test_what_is_registered_is_told_and_asked_for(desk: Desk) -> None:
    done = await desk.register(ACTOR, ENTRIES, owner="the console's team")
    first, second = done["operations"]
    assert [each["documentId"] for each in (first, second)] == [
        sha256_of(ACTOR),
        sha256_of(ENTRIES),
    ]
    assert (first["name"], first["cost"], second["name"], second["cost"]) == (
        "Actor",
        2,
        "Entries",
        22,
    )
    shown = await desk.ask(
        "query($id: ID!) { operation(id: $id) { client kind document description owner isBuiltIn "
        "registeredBy retiredAt } }",
        id=first["id"],
    )
    assert shown["data"]["operation"] == {
        "client": "console",
        "kind": "QUERY",
        "document": ACTOR,
        "description": "Who asks.",
        "owner": "the console's team",
        "isBuiltIn": False,
        "registeredBy": "user:ada",
        "retiredAt": None,
    }
    listed = await desk.do("Operations")
    assert [each["name"] for each in listed["nodes"]] == ["Actor", "Entries"]
    retired = await desk.do("RetireOperation", operationId=sha256_of(ACTOR))
    assert retired["operation"]["retiredAt"] is not None
    assert [each["name"] for each in (await desk.do("Operations"))["nodes"]] == ["Entries"]
    every = await desk.do("Operations", includeRetired=True, clients=["console"])
    assert [each["name"] for each in every["nodes"]] == ["Actor", "Entries"]
    assert (await desk.do("Operations", clients=["other"]))["nodes"] == []


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("query A {\n  nothing }", "operations.1: line 2: Cannot query field 'nothing'"),
        ("query A { viewer {", "operations.1: line 1: Syntax Error"),
        ("{ viewer { actor } }", "operations.1: the operation has no name"),
        ("query A { __typename } query B { __typename }", "operations.1: the document holds 2"),
        ("fragment F on Viewer { actor }", "operations.1: "),
        (f"query A {{ {'viewer { ' * 40}actor{' }' * 40} }}", "operations.1: "),
        (f"query A {{ __typename }} #{'x' * 65_536}", "operations.1: the document is longer"),
    ],
)
async def test_nothing_is_registered_unless_all_is_good(
    desk: Desk, document: str, words: str
) -> None:
    refused = await desk.register(ACTOR, document)
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", "operations.1")
    assert refused["message"].startswith(f"nothing was registered: {words}")
    assert (await desk.do("Operations"))["nodes"] == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"client": "a/b", "operations": [{"document": ACTOR}]}, "client"),
        ({"client": "console", "operations": []}, "operations"),
        ({"client": "console", "operations": [{"document": ACTOR}] * 1_001}, "operations"),
        ({"client": "console", "owner": " ", "operations": [{"document": ACTOR}]}, "owner"),
        (
            {"client": "causal", "operations": [{"document": "query CausalMedia { __typename }"}]},
            "operations",
        ),
    ],
)
async def test_what_cannot_be_registered_so_is_refused(desk: Desk, given: Json, field: str) -> None:
    refused = await desk.do("RegisterOperations", input=given)
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", field)


async def test_the_platforms_own_are_not_retired(desk: Desk) -> None:
    own = document_of("causal", "CausalMedia").id
    refused = await desk.do("RetireOperation", operationId=own)
    assert refused["__typename"] == "ConflictError"
    missing = await desk.do("RetireOperation", operationId=sha256_of("nothing"))
    assert missing["__typename"] == "NotFoundError"


async def test_a_stage_tells_what_it_would_keep_out(desk: Desk) -> None:
    await desk.register(ACTOR)
    seen = [
        Sighting(sha256_of(ACTOR), None, "query Actor", 5),
        Sighting(sha256_of("x"), None, "query X", 7),
        Sighting(sha256_of("x"), "console", "query X", 2),
        Sighting(sha256_of("x"), "notebook", "query X", 1),
    ]
    await desk.caller.stores.operation_stages.record(desk.tenant.scope, seen)
    await desk.do("SetOperationStage", stage="LOG", client="notebook")
    expected = {
        "ALLOW": [],
        "SAFELIST": [(None, 7), ("console", 2)],
        "BLOCK": [(None, 7), (None, 5), ("console", 2)],
    }
    for stage, kept_out in expected.items():
        told = await desk.do("SetOperationStage", stage=stage, preview=True)
        assert [(each["client"], each["times"]) for each in told["breaks"]] == kept_out
        assert told["stages"]["stage"] == "ALLOW"
    told = await desk.do("SetOperationStage", stage="SAFELIST", client="console")
    assert [(each["client"], each["times"]) for each in told["breaks"]] == [("console", 2)]
    told = await desk.do("SetOperationStage", stage="BLOCK")
    assert told["stages"]["stage"] == "BLOCK"
    assert [(each["client"], each["stage"]) for each in told["stages"]["clients"]] == [
        ("console", "SAFELIST"),
        ("notebook", "LOG"),
    ]
    # By its id the platform's own operation opens what it has closed.
    told = await desk.do("SetOperationStage", stage="ALLOW")
    assert told["stages"]["setBy"] == "user:ada"
    told = await desk.do("SetOperationStage", client="console")
    assert [each["client"] for each in told["stages"]["clients"]] == ["notebook"]
    assert (await desk.do("SetOperationStage"))["field"] == "stage"


async def test_a_viewer_registers_nothing(caller: Caller, new_tenant: NewTenant) -> None:
    viewer = Desk(caller, await new_tenant(), Role.VIEWER)
    assert (await viewer.register(ACTOR))["__typename"] == "ForbiddenError"
    developer = Desk(caller, viewer.tenant, Role.DEVELOPER)
    assert (await developer.register(ACTOR))["__typename"] == "RegisterOperationsPayload"
    refused = await developer.do("SetOperationStage", stage="BLOCK")
    assert refused["__typename"] == "ForbiddenError"


EXPLAIN = """query($id: ID!, $given: JSON) { explain(operationId: $id, variables: $given) {
  operation { name } stage isAllowed cost dearest rows cacheTier
  footing { dates { since until } entries matureShare newestDay lastReadAt } } }"""


async def test_an_operation_is_explained_before_it_is_carried_out(caller: Caller) -> None:
    desk = Desk(caller, caller.tenant)
    [made] = (await desk.register(ENTRIES))["operations"]
    given: Json = {"dates": DATES, "first": 50}
    found = (await desk.ask(EXPLAIN, id=made["documentId"], given=given))["data"]["explain"]
    async with caller.stores.database.read(caller.tenant.scope) as connection:
        count, newest = await connection.fetchrow(  # type: ignore[misc]  # there is one
            "SELECT count(*), max(date) FROM marketing_entry WHERE tenant_id = $1 AND is_present",
            caller.tenant.record.id,
        )
    counted = await desk.ask(
        "query($dates: DateRangeInput) { marketingEntries(filter: {dates: $dates, isMature: true}) "
        "{ totalCount } }",
        dates=DATES,
    )
    mature = counted["data"]["marketingEntries"]["totalCount"]
    read_at = found["footing"].pop("lastReadAt")
    assert found == {
        "operation": {"name": "Entries"},
        "stage": "ALLOW",
        "isAllowed": True,
        "cost": 52,
        "dearest": "marketingEntries.nodes",
        "rows": 50,
        "cacheTier": "NONE",
        "footing": {
            "dates": {"since": SINCE.isoformat(), "until": UNTIL.isoformat()},
            "entries": count,
            "matureShare": mature / count,
            "newestDay": newest.isoformat(),
        },
    }
    assert count == 3 * ((UNTIL - SINCE).days + 1)
    assert read_at is not None
    one_day = {"dates": {"since": SINCE.isoformat(), "until": SINCE.isoformat()}}
    found = (await desk.ask(EXPLAIN, id=made["id"], given=one_day))["data"]["explain"]
    assert (found["cost"], found["footing"]["entries"]) == (22, 3)
    wrong = await desk.ask(EXPLAIN, id=made["id"], given={"dates": {"since": "soon"}})
    assert wrong["errors"][0]["extensions"]["field"] == "dates.since"
    missing = await desk.ask(EXPLAIN, id=sha256_of("nothing"))
    assert missing["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    await desk.do("RetireOperation", operationId=made["id"])
    found = (await desk.ask(EXPLAIN, id=made["id"], given=given))["data"]["explain"]
    assert found["isAllowed"] is False


@pytest.mark.parametrize(
    ("asked", "tier"),
    [("", "AGGREGATE"), (', currency: "USD"', "NONE"), (", minQuality: 0.1", "NONE")],
)
async def test_rows_that_would_be_read_from_sums_are_explained_so(
    caller: Caller, asked: str, tier: str
) -> None:
    desk = Desk(caller, caller.tenant)
    document = (
        "query Rows($dates: DateRangeInput!) "
        f"{{ attributionRows(dates: $dates{asked}) {{ nodes {{ spend }} }} }}"
    )
    [made] = (await desk.register(document))["operations"]
    scope, given = caller.tenant.scope, {"dates": DATES}
    async with caller.stores.database.write(scope) as connection:
        await connection.execute("UPDATE attribution_day SET formula = NULL")
    found = await desk.ask(EXPLAIN, id=made["id"], given=given)
    assert found["data"]["explain"]["cacheTier"] == "NONE"
    await caller.stores.attribution_days.fold(scope)
    found = await desk.ask(EXPLAIN, id=made["id"], given=given)
    assert found["data"]["explain"]["cacheTier"] == tier


HASH = sha256_of(ACTOR)
FOUND = FoundOperation(ACTOR, "Who asks.")
OF_APOLLO = {"id": HASH, "name": "Actor", "type": "query", "body": ACTOR}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("actor.graphql", ACTOR, FOUND),
        ("persisted_queries.json", {HASH: ACTOR}, FOUND),
        ("persisted-documents.json", {f"sha256:{HASH}": ACTOR}, FOUND),
        (
            "persisted-query-manifest.json",
            {
                "format": "apollo-persisted-query-manifest",
                "version": 1,
                "operations": [OF_APOLLO | {"clientName": "console"}],
            },
            FoundOperation(ACTOR, "Who asks.", "console"),
        ),
    ],
)
def test_manifests_of_others_are_read(name: str, content: object, expected: FoundOperation) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    assert operations_in(name, text) == (expected,)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        [],
        {HASH: 7},
        {"5d41402abc4b2a76b9719d911017c592": ACTOR},
        {"format": "another", "version": 1, "operations": []},
        {"format": "apollo-persisted-query-manifest", "version": 2, "operations": []},
        {"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": HASH}]},
    ],
)
def test_what_is_no_manifest_is_refused(content: object) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    with pytest.raises(BadInput):
        operations_in("x.json", text)


def test_a_file_with_a_document_that_is_not_good_is_named(tmp_path: Path) -> None:
    good, bad, many = (tmp_path / name for name in ("a.graphql", "b.graphql", "queries.json"))
    good.write_text(ACTOR)
    bad.write_text("query Bad {\n  nothing }")
    many.write_text(json.dumps({HASH: ACTOR, sha256_of("query {"): "query {"}))
    with pytest.raises(BadInput) as refused:
        new_operations_of([good, bad, many], "console", None)
    assert f"{bad}: line 2: Cannot query field 'nothing'" in str(refused.value)
    assert f"{many}, document 2: line 1: Syntax Error" in str(refused.value)
    assert "a.graphql" not in str(refused.value)
