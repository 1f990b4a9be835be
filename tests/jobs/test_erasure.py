"""A tenant goes with all that is kept of it; everybody else's stays, and so does the receipt."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from redis.asyncio import Redis

from core.errors import Transient
from core.records.audit import Act, AuditFilter
from core.records.documents import DocumentFilter
from core.records.erasures import Erasure
from core.records.pages import PageRequest
from core.scope import SystemScope, TenantScope
from core.vectors import VectorItem
from jobs.erasure import erase
from stores.cache.erasure import TenantKeys
from stores.wiring import Stores
from tests.support import (
    NewTenant,
    RunningWorker,
    SandboxAt,
    Services,
    Tenant,
    ingest,
    meta_account,
    upload,
)
from tests.tenancy.rows import Rows
from tests.vectors.corpus import document, unit

SYSTEM = SystemScope(reason="erase a tenant", actor="test")
KEPT = {"audit_log", "audit_head"}
ITEM = VectorItem(document(1), unit([1.0] * 256))


@pytest.fixture
async def rows(services: Services) -> AsyncIterator[Rows]:
    connection = await asyncpg.connect(services.logins.owner)
    yield Rows(connection)
    await connection.close()


@pytest.fixture
async def redis(services: Services) -> AsyncIterator[Redis]:
    redis = Redis.from_url(services.redis_url)
    yield redis
    await redis.aclose()


async def lived_in(stores: Stores, tenant: Tenant, redis: Redis, tmp_path: Path) -> None:
    """A tenant that has a bit of everything."""
    scope = tenant.scope
    connection = await stores.connections.create(scope, meta_account())
    await ingest(stores, scope, connection, "2026-11-01", "2026-11-02")
    await upload(stores, scope, "orders.csv", b"a,b\n1,2\n")
    await stores.objects.put(scope, "exports/one/rows.csv", tmp_path / "rows.csv")
    await stores.objects.put(scope, "exports/two/rows.csv", tmp_path / "rows.csv")
    await stores.vectors.upsert(scope, "words", [ITEM])
    await redis.set(scope.key("answer", "one"), b"x")
    await redis.set(scope.key("events"), b"x")


async def counted(rows: Rows, tenant: Tenant) -> dict[str, int]:
    found = await rows.checksums(tenant.record.id, KEPT)
    return {table: count for table, (count, _) in found.items() if count}


async def keys_of(redis: Redis, scope: TenantScope) -> set[bytes]:
    return {key async for key in redis.scan_iter(match=scope.key("*"))}


@pytest.fixture
def work(
    running_worker: RunningWorker, sandbox: SandboxAt
) -> Callable[[], AbstractAsyncContextManager[None]]:
    return partial(running_worker, sandbox.url)


@pytest.fixture
async def pair(
    stores: Stores,
    new_tenant: NewTenant,
    work: Callable[[], AbstractAsyncContextManager[None]],
    redis: Redis,
    tmp_path: Path,
) -> tuple[Tenant, Tenant]:
    gone, stays = await new_tenant(calendar=True), await new_tenant(calendar=True)
    (tmp_path / "rows.csv").write_bytes(b"a\n1\n")
    async with work():
        for each in (gone, stays):
            await lived_in(stores, each, redis, tmp_path)
    return gone, stays


async def test_nothing_is_left_but_the_chain_and_the_receipt(
    stores: Stores, rows: Rows, redis: Redis, pair: tuple[Tenant, Tenant]
) -> None:
    gone, stays = pair
    before, untouched = await counted(rows, gone), await rows.checksums(stays.record.id)
    redis_keys = len(await keys_of(redis, gone.scope))
    assert {"marketing_entry", "raw_page", "upload_chunk", "document_vector"} <= set(before)
    erasure = await stores.erasures.begin(SYSTEM, gone.record.id, gone.record.slug)
    done = await erase(stores, SYSTEM, erasure)
    assert await counted(rows, gone) == {}
    assert [each async for each in stores.objects.list(gone.scope)] == []
    assert await keys_of(redis, gone.scope) == set()
    assert {name: done.counts[name] for name in before} == before
    assert (done.counts["objects"], done.counts["redis keys"]) == (2, redis_keys)
    assert done.finished_at is not None
    assert await rows.checksums(stays.record.id) == untouched
    assert len([each async for each in stores.objects.list(stays.scope)]) == 2
    assert len(await keys_of(redis, stays.scope)) >= 2
    near = await stores.vectors.query(stays.scope, "words", ITEM.vector, DocumentFilter(), 1)
    assert [each.document_id for each in near] == [ITEM.document.id]


async def test_the_chain_of_acts_ends_with_it_and_holds(
    stores: Stores, pair: tuple[Tenant, Tenant]
) -> None:
    gone, _ = pair
    erasure = await stores.erasures.begin(SYSTEM, gone.record.id, gone.record.slug)
    await erase(stores, SYSTEM, erasure)
    verdict = await stores.audit.verify(SYSTEM, gone.record.id)
    last = (await stores.audit.page(gone.scope, PageRequest(1), AuditFilter())).items[0]
    assert verdict.holds
    assert (last.act, last.subject, last.actor) == (
        Act.TENANT_ERASED, f"erasure:{erasure.id}", "test"
    )  # fmt: skip
    assert done_of(await stores.erasures.all(SYSTEM), erasure.id).finished_at is not None


async def test_one_that_was_broken_off_is_gone_on_with(
    stores: Stores, rows: Rows, pair: tuple[Tenant, Tenant]
) -> None:
    gone, _ = pair
    before = await counted(rows, gone)
    erasure = await stores.erasures.begin(SYSTEM, gone.record.id, gone.record.slug)
    away = Redis.from_url("redis://127.0.0.1:1")
    with pytest.raises(Transient):
        await erase(replace(stores, tenant_keys=TenantKeys(away)), SYSTEM, erasure)
    await away.aclose()
    assert await stores.tenants.by_slug(SYSTEM, gone.record.slug) is None
    found = await stores.erasures.under_way(SYSTEM, gone.record.slug)
    assert found is not None
    done = await erase(stores, SYSTEM, found)
    assert (done.id, done.counts["objects"]) == (erasure.id, 2)
    assert {name: done.counts[name] for name in before} == before
    assert await stores.erasures.under_way(SYSTEM, gone.record.slug) is None


def done_of(found: tuple[Erasure, ...], erasure_id: UUID) -> Erasure:
    return next(each for each in found if each.id == erasure_id)
