"""Operations asked for by their hash, through the served app, against the tables themselves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.commands import ConnectSource
from core.records.connections import Level, Source
from core.scope import Role
from persisted import built_in
from stores.wiring import Stores
from tests.graph.test_attribution_rows import DATES, SINCE, UNTIL, loaded, media_file
from tests.support import NewTenant, RunningWorker, Services, Tenant
from tests.tenancy.door import Door, bearer, hear, opened, settings_for

Json = dict[str, Any]
IDS = {each.name: id_ for id_, each in built_in().items() if each.client == "causal"}
MEDIA = IDS["CausalMedia"]
NOBODYS = hashlib.sha256(b"{ viewer { roles } }").hexdigest()
BY_WEEK = """
SELECT date_trunc('week', date)::date AS date, channel, sum(spend), sum(impressions), sum(clicks),
       sum(conversions), sum(conversion_value), count(*)
FROM marketing_entry WHERE tenant_id = $1 GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Caller:
    """A tenant with ten weeks of media, and a token of its analyst."""

    door: Door
    stores: Stores
    tenant: Tenant
    token: str

    async def post(self, **body: Any) -> tuple[int, Json]:
        answer = await self.door.post(bearer(self.token), body)
        return answer.status_code, without_cost(answer.json())

    async def now(self) -> str:
        async with self.stores.database.read(self.tenant.scope) as connection:
            moment: datetime = await connection.fetchval("SELECT clock_timestamp()")
        return moment.isoformat()


def without_cost(answer: Json) -> Json:
    """What was answered, whatever it cost: the clock changes what is left of that."""
    return {name: value for name, value in answer.items() if name != "extensions"}


@pytest.fixture(scope="module")
async def caller(
    services: Services,
    stores: Stores,
    new_tenant: NewTenant,
    running_worker: RunningWorker,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Caller]:
    home: Path = tmp_path_factory.mktemp("home")
    tenant = await new_tenant(calendar=True)
    command = ConnectSource(
        Source.FILE, "shop", "Shop", "EUR", "Europe/Berlin", Level.CAMPAIGN, look_back_days=0
    )
    made = await stores.connections.create(tenant.scope, command)
    async with running_worker("http://unused.invalid"):
        await loaded(stores, tenant, made, media_file(7))
    async with opened(settings_for(services, home, "http://127.0.0.1:1")) as door:
        yield Caller(door, stores, tenant, door.token(tenant.record.id, Role.ANALYST))


async def test_a_registered_operation_tells_what_the_tables_hold_number_by_number(
    caller: Caller,
) -> None:
    given: Json = {"dates": DATES, "grain": "WEEK", "asOf": await caller.now(), "first": 7}
    rows: list[Json] = []
    after: str | None = None
    while True:
        status, answer = await caller.post(documentId=MEDIA, variables=given | {"after": after})
        assert (status, answer.get("errors")) == (200, None)
        page = answer["data"]["attributionRows"]
        assert datetime.fromisoformat(page["asOf"]) == datetime.fromisoformat(given["asOf"])
        rows += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    async with caller.stores.database.read(caller.tenant.scope) as connection:
        expected = await connection.fetch(BY_WEEK, caller.tenant.record.id)
    assert [
        (
            row["date"],
            row["channel"],
            Decimal(row["spend"]),
            row["impressions"],
            row["clicks"],
            Decimal(row["conversions"]),
            Decimal(row["conversionValue"]),
            row["entries"],
        )
        for row in rows
    ] == [(str(row[0]), *tuple(row)[1:]) for row in expected]
    assert len(rows) == 11 * 3


@pytest.mark.parametrize("name", sorted(IDS))
async def test_every_registered_operation_is_answered(caller: Caller, name: str) -> None:
    given = {"dates": DATES, "asOf": await caller.now()}
    status, answer = await caller.post(documentId=f"sha256:{IDS[name]}", variables=given)
    assert (status, answer.get("errors")) == (200, None)
    entries = sum(row["entries"] for row in answer["data"]["attributionRows"]["nodes"])
    days = (UNTIL - SINCE).days + 1
    assert entries == (3 * days if "Media" in name else 0)


async def test_apollos_clients_name_a_document_in_their_extension(caller: Caller) -> None:
    given: Json = {"dates": DATES, "asOf": await caller.now(), "first": 2}
    named = {"persistedQuery": {"version": 1, "sha256Hash": MEDIA}}
    by_id = await caller.post(documentId=MEDIA, variables=given)
    assert await caller.post(extensions=named, variables=given) == by_id
    document = built_in()[MEDIA].document
    assert await caller.post(query=document, extensions=named, variables=given) == by_id
    got = await caller.door.http.get(
        "/graphql",
        params={"extensions": json.dumps(named), "variables": json.dumps(given)},
        headers={**bearer(caller.token), "Accept": "text/html"},
    )
    assert got.status_code == 406
    got = await caller.door.http.get(
        "/graphql",
        params={"documentId": MEDIA, "variables": json.dumps(given)},
        headers=bearer(caller.token),
    )
    assert (got.status_code, without_cost(got.json())) == by_id


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"documentId": NOBODYS}, 404, "PERSISTED_QUERY_NOT_FOUND", "documentId"),
        ({"documentId": "CausalMedia"}, 400, "BAD_USER_INPUT", "documentId"),
        ({"documentId": 7}, 400, "BAD_USER_INPUT", "documentId"),
        ({"documentId": MEDIA, "query": "{ __typename }"}, 400, "BAD_USER_INPUT", "documentId"),
        (
            {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": NOBODYS}}},
            404,
            "PERSISTED_QUERY_NOT_FOUND",
            "extensions.persistedQuery.sha256Hash",
        ),
        (
            {"query": "{ __typename }", "extensions": {"persistedQuery": {"sha256Hash": MEDIA}}},
            400,
            "BAD_USER_INPUT",
            "extensions.persistedQuery.sha256Hash",
        ),
        (
            {"extensions": {"persistedQuery": "yes"}},
            400,
            "BAD_USER_INPUT",
            "extensions.persistedQuery.sha256Hash",
        ),
        ({}, 400, "BAD_USER_INPUT", "query"),
    ],
)
async def test_what_names_no_document_is_refused(
    caller: Caller, body: Json, status: int, code: str, field: str
) -> None:
    answered, answer = await caller.post(**body)
    [error] = answer["errors"]
    assert (answered, error["extensions"]["code"], error["extensions"]["field"]) == (
        status,
        code,
        field,
    )


async def test_a_socket_takes_ids_too(caller: Caller) -> None:
    given = {"dates": DATES, "asOf": await caller.now(), "first": 1}
    payload = {"documentId": MEDIA, "variables": given}
    async with caller.door.socket(bearer(caller.token)) as socket:
        assert (await hear(socket))["type"] == "connection_ack"
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        told = await hear(socket)
    assert told["type"] == "next"
    assert told["payload"]["data"]["attributionRows"]["nodes"][0]["date"] == SINCE.isoformat()
