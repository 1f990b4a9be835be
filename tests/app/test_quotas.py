"""Quotas: counted exactly, told, and held before work starts, at every door that starts some."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import httpx2
import pytest
from prometheus_client import CollectorRegistry

from app.http.embedding_metrics import Embeddings
from core.commands import NewRun
from core.errors import QuotaExceeded
from core.records.quotas import (
    Allowances,
    EmbeddingTotal,
    EmbeddingUse,
    Quota,
    QuotaKind,
    Usage,
    next_month,
    quotas,
)
from core.records.runs import RunKind
from core.scope import SystemScope
from core.settings import Settings
from core.tiers import Tiers
from graph.ids import CONNECTION
from stores.postgres.embedding_usage import EmbeddingUsageStore
from stores.postgres.embeddings import EmbeddingStore
from stores.wiring import Stores
from tests.app.deployed import bearer, deployed, settings_for
from tests.support import NewTenant, Tenant, meta_account, upload

START = """mutation ($id: ID!) {
    startIngestion(input: {connectionId: $id}) {
        __typename
        ... on UserError { code message mend }
        ... on QuotaExceededError { quota used limit resetsAt }
    }
}"""
EXPORT = """mutation {
    exportCausal(input: {
        dates: {since: "2026-01-01", until: "2026-01-31"}
        kpi: {orders: {measure: COUNT}}
        grain: DAY
    }) { __typename ... on QuotaExceededError { quota } }
}"""
LATE = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)


@pytest.fixture
async def client(services: Any, tmp_path: Any) -> AsyncIterator[httpx2.AsyncClient]:
    async with deployed(settings_for(services, tmp_path)) as opened:
        yield opened


async def allow(stores: Stores, tenant: Tenant, **given: int) -> None:
    scope = SystemScope(reason="tests")
    await stores.quotas.allow(scope, tenant.record.id, Allowances(**given))


async def ask(
    client: httpx2.AsyncClient, tenant: Tenant, query: str, **variables: object
) -> dict[str, Any]:
    body = {"query": query, "variables": variables}
    answer = (await client.post("/graphql", json=body, headers=bearer(tenant))).json()
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


async def connected(stores: Stores, tenant: Tenant) -> str:
    made = await stores.connections.create(tenant.scope, meta_account())
    return CONNECTION.encode(made.id)


async def test_what_is_kept_and_run_is_counted(
    stores: Stores, tenant: Tenant, new_tenant: NewTenant
) -> None:
    other = await new_tenant()
    for owner, body in ((tenant, b"a" * 1000), (tenant, b"b" * 24), (other, b"c" * 7)):
        await upload(stores, owner.scope, "spend.csv", body)
    run = NewRun(RunKind.EXPORT)
    await stores.runs.start_all(tenant.scope, [run, run, run])
    now = datetime.now(UTC)
    assert await stores.quotas.usage(tenant.scope, now) == Usage("FREE", 1024, 3, 0, Allowances())
    # They are of this day; the next one counts anew.
    tomorrow = await stores.quotas.usage(tenant.scope, now + timedelta(days=1))
    assert (tomorrow.runs_today, tomorrow.storage_bytes) == (0, 1024)


async def test_a_run_that_does_not_fit_is_refused_with_what_mends_it(
    stores: Stores, client: httpx2.AsyncClient, tenant: Tenant
) -> None:
    connection = await connected(stores, tenant)
    await allow(stores, tenant, runs_a_day=1)
    first = await ask(client, tenant, START, id=connection)
    assert first["startIngestion"] == {"__typename": "StartIngestionPayload"}
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    assert (await ask(client, tenant, START, id=connection))["startIngestion"] == {
        "__typename": "QuotaExceededError",
        "code": "QUOTA_EXCEEDED",
        "message": "your quota of runs a day does not suffice: 1 of 1 used",
        "mend": "wait until `resetsAt`, or have the quota raised",
        "quota": "RUNS_A_DAY",
        "used": 1,
        "limit": 1,
        "resetsAt": f"{midnight + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
    }
    usage = await stores.quotas.usage(tenant.scope, datetime.now(UTC))
    assert usage.runs_today == 1


async def test_runs_and_exports_need_room_for_what_they_store(
    stores: Stores, client: httpx2.AsyncClient, tenant: Tenant
) -> None:
    connection = await connected(stores, tenant)
    await allow(stores, tenant, storage_bytes=0)
    refused = (await ask(client, tenant, START, id=connection))["startIngestion"]
    assert (refused["quota"], refused["resetsAt"]) == ("STORAGE_BYTES", None)
    await allow(stores, tenant, export_rows_a_month=0)
    refused = (await ask(client, tenant, EXPORT))["exportCausal"]
    assert refused == {"__typename": "QuotaExceededError", "quota": "EXPORT_ROWS_A_MONTH"}


@pytest.mark.parametrize("is_chunked", [False, True])
async def test_an_upload_that_does_not_fit_leaves_nothing(
    stores: Stores, client: httpx2.AsyncClient, tenant: Tenant, *, is_chunked: bool
) -> None:
    await allow(stores, tenant, storage_bytes=1000)

    async def parts(size: int) -> AsyncIterator[bytes]:
        for _ in range(size // 100):
            yield b"x" * 100

    async def send(size: int) -> httpx2.Response:
        return await client.post(
            "/uploads",
            params={"filename": "spend.csv"},
            content=parts(size) if is_chunked else b"x" * size,
            headers=bearer(tenant),
        )

    assert (await send(900)).status_code == 201
    refused = await send(200)
    assert refused.status_code == 403
    told = refused.json()
    del told["requestId"]
    assert told == {
        "code": "QUOTA_EXCEEDED",
        "message": "your quota of bytes of storage does not suffice: 900 of 1,000 used",
        "mend": "delete exports or connections, or have the quota raised",
        "quota": "STORAGE_BYTES",
        "used": 900,
        "limit": 1000,
    }
    assert (await stores.quotas.usage(tenant.scope, LATE)).storage_bytes == 900


async def test_the_viewer_is_told(
    stores: Stores, client: httpx2.AsyncClient, tenant: Tenant
) -> None:
    await upload(stores, tenant.scope, "spend.csv", b"x" * 80)
    await allow(stores, tenant, storage_bytes=100)
    viewer = (
        await ask(
            client,
            tenant,
            """{ viewer {
                quota { storage { used limit remaining isNear resetsAt } runs { kind isNear } }
                rateLimit { limit perSecond maximum }
            } }""",
        )
    )["viewer"]
    assert viewer == {
        "quota": {
            "storage": {
                "used": 80,
                "limit": 100,
                "remaining": 20,
                "isNear": True,
                "resetsAt": None,
            },
            "runs": {"kind": "RUNS_A_DAY", "isNear": False},
        },
        "rateLimit": {"limit": 200_000, "perSecond": 2_000, "maximum": 50_000},
    }


async def test_what_was_embedded_is_counted_with_its_cost(stores: Stores, tenant: Tenant) -> None:
    spending = EmbeddingUsageStore(stores.database, {"FREE": 5_000_000})
    made = EmbeddingStore(stores.database)
    for model in ("large-1536", "words-256"):
        await made.begin(tenant.scope, model, 256)
        await made.count(tenant.scope, model, embedded=30, reused=12)
    before = {each.model: each for each in await stores.quotas.embedding_totals()}
    await spending.spend(tenant.scope, "large-1536", 1_200_000)
    await spending.spend(tenant.scope, "large-1536", 300_000)
    now = datetime.now(UTC)
    usage = await stores.quotas.usage(tenant.scope, now)
    assert usage.embedding == EmbeddingUse(texts=60, reused=24, requests=2, tokens=1_500_000)
    priced = Tiers(Settings(embedder_price=Decimal("0.02")))
    found = quotas(usage, priced.of("FREE"), now)
    assert (found.embedded_tokens.used, found.embedded_tokens.limit) == (1_500_000, 5_000_000)
    assert found.embedded_tokens.resets_at == next_month(now)
    assert found.embedding_cost == Decimal("0.03")
    assert quotas(usage, Tiers(Settings()).of("FREE"), now).embedding_cost is None
    next_time = await stores.quotas.usage(tenant.scope, next_month(now))
    assert next_time.embedding == EmbeddingUse(texts=60, reused=24)
    totals = {each.model: each for each in await stores.quotas.embedding_totals()}
    assert totals["large-1536"].tokens - before["large-1536"].tokens == 1_500_000
    metrics = Embeddings()
    metrics.price = Decimal("0.02")
    await metrics.look(partial(_only, EmbeddingTotal("large-1536", 30, 12, 2, 1_500_000)))
    registry = CollectorRegistry()
    registry.register(metrics)
    told = {
        name: registry.get_sample_value(
            f"liftos_core_data_embedding_{name}_total", {"model": "large-1536"}
        )
        for name in ("texts", "reused", "requests", "tokens", "cost_dollars")
    }
    assert told == {
        "texts": 30,
        "reused": 12,
        "requests": 2,
        "tokens": 1_500_000,
        "cost_dollars": 0.03,
    }


async def _only(total: EmbeddingTotal) -> Sequence[EmbeddingTotal]:
    return (total,)


async def test_the_viewer_is_told_what_was_embedded(
    stores: Stores, client: httpx2.AsyncClient, tenant: Tenant
) -> None:
    await EmbeddingUsageStore(stores.database, {}).spend(tenant.scope, "large-1536", 5)
    asked = (
        "{ viewer { quota { embeddedTokens { kind used } embedding { texts requests cost } } } }"
    )
    assert (await ask(client, tenant, asked))["viewer"]["quota"] == {
        "embeddedTokens": {"kind": "EMBEDDED_TOKENS_A_MONTH", "used": 5},
        "embedding": {"texts": 0, "requests": 1, "cost": None},
    }


def test_days_and_months_are_of_utc() -> None:
    usage = Usage("FREE", 1, 2, 3, Allowances(runs_a_day=7))
    found = quotas(usage, Tiers(Settings()).of("FREE"), LATE)
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    assert found.runs == Quota(QuotaKind.RUNS_A_DAY, 2, 7, new_year)
    assert found.export_rows == Quota(QuotaKind.EXPORT_ROWS_A_MONTH, 3, 5_000_000, new_year)


def test_what_fits_exactly_fits() -> None:
    quota = Quota(QuotaKind.STORAGE_BYTES, 90, 100, None)
    quota.demand(10)
    with pytest.raises(QuotaExceeded):
        quota.demand(11)
