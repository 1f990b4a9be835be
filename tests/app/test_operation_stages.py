"""What a stage lets pass, at every door of the deployed app; documents that clients persist."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import pytest

from app import recent
from app.http.graphql_requests import Asked
from app.operations import sightings
from app.operations.admission import Admission
from app.operations.rules import Rules
from app.operations.sightings import Sightings
from core.errors import Transient
from core.operation_text import sha256_of
from core.records.operations import NewOperation, OperationKey, OperationKind, Sighting, Stage
from core.scope import Role, TenantId, TenantScope
from persisted import built_in, document_of
from stores.wiring import Stores
from tests.support import NewTenant, Services, Tenant
from tests.tenancy.door import JWT_SECRET, Door, bearer, hear, opened, settings_for

Json = dict[str, Any]
ACTOR = "query Actor { viewer { actor } }"
ROLES = "query Roles { viewer { roles } }"
SETTLED = 0.06


@dataclass(frozen=True)
class Caller:
    """A tenant, and how its clients ask."""

    door: Door
    stores: Stores
    tenant: Tenant

    def token(self, client: str | None = None) -> str:
        made = self.door.token(self.tenant.record.id, Role.ADMIN)
        if client is None:
            return made
        claims = jwt.decode(made, JWT_SECRET, algorithms=["HS256"])
        return jwt.encode(claims | {"azp": client}, JWT_SECRET, algorithm="HS256")

    async def post(self, body: object, client: str | None = None) -> Json:
        answer = await self.door.http.post(
            "/graphql", json=body, headers=bearer(self.token(client))
        )
        found: Json = answer.json()
        return found

    async def set_stage(self, stage: Stage | None, client: str | None = None) -> None:
        await self.stores.operation_stages.set_stage(self.tenant.scope, client, stage)
        await asyncio.sleep(SETTLED)

    async def register(self, document: str, client: str = "console") -> None:
        operation = NewOperation(client, "Any", OperationKind.QUERY, document, "", None, 1)
        await self.stores.operations.register(self.tenant.scope, [operation])


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the times for which a process keeps to what it has read."""
    assert recent.FRESH_SECONDS == 0.5
    monkeypatch.setattr(recent, "FRESH_SECONDS", 0.05)
    monkeypatch.setattr(sightings, "EVERY_SECONDS", 0.1)


@pytest.fixture(scope="module")
async def door(services: Services, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    home: Path = tmp_path_factory.mktemp("home")
    async with opened(settings_for(services, home, "http://127.0.0.1:1")) as served:
        yield served


@pytest.fixture
async def caller(door: Door, stores: Stores, new_tenant: NewTenant) -> Caller:
    return Caller(door, stores, await new_tenant())


def verdict(answer: Json) -> str:
    """The code of the only error; `data` where there is none."""
    errors = answer.get("errors")
    return str(errors[0]["extensions"]["code"]) if errors else "data"


async def by_post(caller: Caller, request: Json) -> Json:
    return await caller.post(request)


async def by_get(caller: Caller, request: Json) -> Json:
    params = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in request.items()
    }
    answer = await caller.door.http.get("/graphql", params=params, headers=bearer(caller.token()))
    found: Json = answer.json()
    return found


async def by_batch(caller: Caller, request: Json) -> Json:
    fine = {"documentId": document_of("causal", "CausalMedia").id}
    answers = await caller.post([fine, request])
    found: Json = answers[1]  # type: ignore[index]  # a batch is answered by a list
    return found


async def by_socket(caller: Caller, request: Json) -> Json:
    async with caller.door.socket(bearer(caller.token())) as socket:
        assert (await hear(socket))["type"] == "connection_ack"
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": request}))
        told = await hear(socket)
    payload = told["payload"]
    return {"errors": payload} if told["type"] == "error" else payload


Ask = Callable[[Caller, Json], Awaitable[Json]]


def by_stream(accept: str, data: str) -> Ask:
    """By a stream of that media type, whose first result follows after `data`."""

    async def ask(caller: Caller, request: Json) -> Json:
        headers = bearer(caller.token()) | {"Accept": accept}
        answer = await caller.door.http.post("/graphql", json=request, headers=headers)
        assert answer.headers["Content-Type"].startswith(accept.partition(";")[0])
        first = answer.text.split(data, 1)[1]
        found, _ = json.JSONDecoder().raw_decode(first.lstrip())
        return dict(found.get("payload") or found)

    return ask


DOORS: dict[str, Ask] = {
    "POST": by_post,
    "GET": by_get,
    "batch": by_batch,
    "socket": by_socket,
    "events": by_stream("text/event-stream", "data:"),
    "parts": by_stream("multipart/mixed;subscriptionSpec=1.0", "application/json"),
}
KNOWN, UNKNOWN = {"query": ACTOR}, {"query": ROLES}
BY_ID = {"documentId": sha256_of(ACTOR)}
IN_SAFELIST, ID_REQUIRED = "QUERY_NOT_IN_SAFELIST", "PERSISTED_QUERY_ID_REQUIRED"


@pytest.mark.parametrize("name", DOORS)
async def test_a_stage_holds_at_every_door(caller: Caller, name: str) -> None:
    await caller.register(ACTOR)
    expected = {
        Stage.ALLOW: ("data", "data", "data"),
        Stage.LOG: ("data", "data", "data"),
        Stage.SAFELIST: ("data", IN_SAFELIST, "data"),
        Stage.BLOCK: (ID_REQUIRED, ID_REQUIRED, "data"),
    }
    for stage, verdicts in expected.items():
        await caller.set_stage(stage)
        asked = [await DOORS[name](caller, request) for request in (KNOWN, UNKNOWN, BY_ID)]
        assert tuple(map(verdict, asked)) == verdicts, stage


@pytest.mark.parametrize("name", DOORS)
async def test_the_platforms_own_pass_at_every_stage(caller: Caller, name: str) -> None:
    own = document_of("causal", "CausalMedia")
    given: Json = {"dates": {"since": "2026-10-01", "until": "2026-10-02"}}
    variables = given | {"asOf": "2026-11-01T00:00:00Z"}
    for stage in (Stage.SAFELIST, Stage.BLOCK):
        await caller.set_stage(stage)
        by_id = await DOORS[name](caller, {"documentId": own.id, "variables": variables})
        assert verdict(by_id) == "data"
        commented = {"query": f"# {own.description}\n{own.document}", "variables": variables}
        as_text = await DOORS[name](caller, commented)
        assert verdict(as_text) == ("data" if stage is Stage.SAFELIST else ID_REQUIRED)


async def test_a_client_has_a_stage_of_its_own(caller: Caller) -> None:
    await caller.set_stage(Stage.BLOCK, "console")
    assert verdict(await caller.post(UNKNOWN)) == "data"
    assert verdict(await caller.post(UNKNOWN, "console")) == ID_REQUIRED
    assert verdict(await caller.post(UNKNOWN, "notebook")) == "data"
    await caller.set_stage(Stage.SAFELIST)
    await caller.set_stage(Stage.ALLOW, "console")
    assert verdict(await caller.post(UNKNOWN)) == IN_SAFELIST
    assert verdict(await caller.post(UNKNOWN, "console")) == "data"
    await caller.set_stage(None, "console")
    assert verdict(await caller.post(UNKNOWN, "console")) == IN_SAFELIST


async def test_an_api_key_is_the_client_of_its_module(caller: Caller) -> None:
    _, secret = await caller.stores.keys.create(
        caller.tenant.scope, "causal", frozenset({Role.VIEWER})
    )
    await caller.set_stage(Stage.BLOCK, "causal")
    answer = await caller.door.http.post(
        "/graphql", json=UNKNOWN, headers={"X-API-Key": secret, "X-Gateway-Client": "other"}
    )
    assert answer.status_code == 401
    answer = await caller.door.http.post("/graphql", json=UNKNOWN, headers={"X-API-Key": secret})
    assert verdict(answer.json()) == ID_REQUIRED


async def test_what_is_retired_is_not_found_within_a_second(caller: Caller) -> None:
    await caller.register(ACTOR)
    await caller.register(ACTOR, "notebook")
    await caller.set_stage(Stage.SAFELIST)
    assert verdict(await caller.post(BY_ID)) == "data"
    key = OperationKey(sha256_of(ACTOR), "console")
    await caller.stores.operations.retire(caller.tenant.scope, key)
    await asyncio.sleep(SETTLED)
    # The other client's is in force still.
    assert verdict(await caller.post(BY_ID)) == "data"
    await caller.stores.operations.retire(
        caller.tenant.scope, OperationKey(sha256_of(ACTOR), "notebook")
    )
    await asyncio.sleep(SETTLED)
    assert verdict(await caller.post(BY_ID)) == "PERSISTED_QUERY_NOT_FOUND"
    assert verdict(await caller.post(KNOWN)) == IN_SAFELIST
    await caller.register(ACTOR)
    assert verdict(await caller.post(BY_ID)) == "data"


async def test_an_operation_of_another_tenant_is_none(
    caller: Caller, new_tenant: NewTenant
) -> None:
    other = Caller(caller.door, caller.stores, await new_tenant())
    await other.register(ACTOR)
    assert verdict(await other.post(BY_ID)) == "data"
    assert verdict(await caller.post(BY_ID)) == "PERSISTED_QUERY_NOT_FOUND"
    await other.set_stage(Stage.BLOCK)
    assert verdict(await caller.post(UNKNOWN)) == "data"


async def test_what_is_sent_as_text_is_counted_under_log(caller: Caller) -> None:
    secret = "EAAB-a-token-that-stands-in-the-document"
    lines = f'query Spied {{ node(id: "{secret}") {{ id }} }}'
    await caller.register(ACTOR)
    await caller.post(UNKNOWN)
    await caller.set_stage(Stage.LOG)
    for client in ("console", "console", None):
        await caller.post(UNKNOWN, client)
    for request in (KNOWN, BY_ID, {"query": lines}, {"query": "{ no document"}):
        await caller.post(request, "console")
    seen = await _seen(caller, 4)
    assert {(each.id, each.client, each.times, each.is_registered) for each in seen} == {
        (sha256_of(ROLES), "console", 2, False),
        (sha256_of(ROLES), None, 1, False),
        (sha256_of(ACTOR), "console", 1, True),
        (sha256_of(lines), "console", 1, False),
    }
    assert secret not in repr(seen)
    [spied] = [each.document for each in seen if each.id == sha256_of(lines)]
    assert spied == 'query Spied {\n  node(id: "") {\n    id\n  }\n}'


async def _seen(caller: Caller, count: int) -> tuple[Any, ...]:
    async with asyncio.timeout(10):
        while True:
            found = await caller.stores.operation_stages.all_seen(
                caller.tenant.scope, tuple(built_in())
            )
            if len(found) == count:
                return found
            await asyncio.sleep(0.1)


def apollo(document: str, *, send: bool = False) -> Json:
    hashed = {"version": 1, "sha256Hash": sha256_of(document)}
    found: Json = {"extensions": {"persistedQuery": hashed}}
    return found | {"query": document} if send else found


@pytest.mark.parametrize("name", DOORS)
async def test_a_client_persists_its_document_by_itself(caller: Caller, name: str) -> None:
    ask = DOORS[name]
    missed = await ask(caller, apollo(ROLES))
    assert verdict(missed) == "PERSISTED_QUERY_NOT_FOUND"
    assert missed["errors"][0]["message"] == "PersistedQueryNotFound"
    assert verdict(await ask(caller, apollo(ROLES, send=True))) == "data"
    assert verdict(await ask(caller, apollo(ROLES))) == "data"


async def test_a_document_is_persisted_for_its_tenant_and_while_any_passes(
    caller: Caller, new_tenant: NewTenant
) -> None:
    other = Caller(caller.door, caller.stores, await new_tenant())
    await caller.post(apollo(ROLES, send=True))
    assert verdict(await caller.post(apollo(ROLES))) == "data"
    assert verdict(await other.post(apollo(ROLES))) == "PERSISTED_QUERY_NOT_FOUND"
    by_id = {"documentId": sha256_of(ROLES)}
    assert verdict(await caller.post(by_id)) == "PERSISTED_QUERY_NOT_FOUND"
    await caller.set_stage(Stage.SAFELIST)
    assert verdict(await caller.post(apollo(ROLES))) == "PERSISTED_QUERY_NOT_FOUND"
    assert verdict(await caller.post(apollo(ROLES, send=True))) == IN_SAFELIST
    wrong = apollo(ROLES) | {"query": ACTOR}
    assert verdict(await caller.post(wrong)) == "BAD_USER_INPUT"


async def test_of_persisted_documents_those_asked_for_last_are_kept(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stores.cache.persisted_queries.MAX_DOCUMENTS", 3)
    queries, scope = caller.stores.persisted_queries, caller.tenant.scope
    for number in range(3):
        await queries.keep(scope, f"{number}", f"document {number}", 60)
    assert await queries.find(scope, "0", 60) == "document 0"
    await queries.keep(scope, "3", "document 3", 60)
    found = [await queries.find(scope, f"{number}", 60) for number in range(4)]
    assert found == ["document 0", None, "document 2", "document 3"]
    await queries.keep(scope, "long", "x" * 65_537, 60)
    assert await queries.find(scope, "long", 60) is None


@asynccontextmanager
async def persisting(services: Services, home: Path, seconds: int) -> AsyncIterator[Door]:
    settings = settings_for(services, home, "http://127.0.0.1:1")
    async with opened(settings.model_copy(update={"persisted_query_seconds": seconds})) as door:
        yield door


async def test_an_installation_may_persist_nothing(
    services: Services, stores: Stores, tenant: Tenant, tmp_path: Path
) -> None:
    async with persisting(services, tmp_path, 0) as door:
        caller = Caller(door, stores, tenant)
        refused = await caller.post(apollo(ROLES))
        assert verdict(refused) == "PERSISTED_QUERY_NOT_SUPPORTED"
        assert refused["errors"][0]["message"] == "PersistedQueryNotSupported"
        assert verdict(await caller.post(apollo(ROLES, send=True))) == "data"
        await caller.register(ROLES)
        assert verdict(await caller.post(apollo(ROLES))) == "data"


async def test_nothing_passes_while_nobody_can_tell_what_may(tenant: Tenant) -> None:
    class Away:
        async def stages(self, *_: object) -> Any:
            raise Transient("the database does not answer")

        document = named = record = find = keep = stages

    away: Any = Away()
    admission = Admission(Rules(away, away), away, Sightings(away), 60)
    own = next(iter(built_in()))
    asked = await admission.admit(tenant.scope, Asked(None, document_id=own))
    assert asked.query == built_in()[own].document
    for asked in (Asked(ROLES), Asked(None, document_id=sha256_of(ROLES))):
        with pytest.raises(Transient):
            await admission.admit(tenant.scope, asked)


@dataclass
class Counted:
    """Takes the counts of every tenant but one."""

    refused: TenantId
    counts: list[tuple[TenantId, str]] = field(default_factory=list)

    async def record(self, scope: TenantScope, sightings: Sequence[Sighting], /) -> None:
        if scope.tenant_id == self.refused:
            raise RuntimeError("gone meanwhile")
        self.counts += [(scope.tenant_id, each.document) for each in sightings]


async def test_counting_stops_nobody(new_tenant: NewTenant) -> None:
    """Neither another tenant's counts, nor requests that come while documents are read."""
    gone, other = await new_tenant(), await new_tenant()
    store = Counted(gone.record.id)
    seen = Sightings(store)
    for scope in (gone.scope, other.scope):
        for document in (ACTOR, ROLES, "{"):
            seen.see(scope, sha256_of(document), document)
    turns = 0
    closing = asyncio.create_task(seen.aclose())
    while not closing.done():
        await asyncio.sleep(0)
        turns += 1
    assert [tenant for tenant, _ in store.counts] == [other.record.id] * 2
    assert turns >= 6
