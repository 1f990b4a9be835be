"""kill -9 of the worker in mid-index: the next goes on, and nothing is said twice or left out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import pytest

from core.commands import CreateTenant, StartIngestion
from core.records.documents import IndexState
from core.records.runs import RunStatus
from core.scope import SystemScope, TenantScope
from core.units import DateRange
from tests.chaos.ground import Platform, Revived, stepped, worker_environment
from tests.support import ended, meta_account, scope_of

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

DATES = DateRange(date(2026, 7, 1), date(2026, 10, 31))
KILLS = 6


@pytest.fixture
async def worker(platform: Platform, sandbox_url: str) -> AsyncIterator[Revived]:
    environment = {**worker_environment(sandbox_url), "LIFTOS_INDEX_LOOK_SECONDS": "0"}
    async with Revived(platform.home, environment).running() as made:
        yield made


async def filled(platform: Platform, slug: str) -> TenantScope:
    """A tenant whose account was read."""
    command = CreateTenant(slug=slug, name="Index")
    scope = scope_of(await platform.stores.tenants.create(SystemScope(reason="chaos"), command))
    account = await platform.stores.connections.create(scope, meta_account())
    asked = StartIngestion(account.id, dates=DATES)
    run = await platform.stores.runs.start_ingestion(scope, asked)
    assert (await ended(platform.stores, scope, run.id, 120)).status is RunStatus.SUCCEEDED
    return scope


async def said(platform: Platform, scope: TenantScope) -> dict[str, list[str]]:
    """What every version of every document says, by title; each has one that holds."""
    async with platform.stores.database.read(scope) as connection:
        rows = await connection.fetch("SELECT title, text, superseded_at FROM document")
        twice = await connection.fetchval(
            "SELECT count(*) - count(DISTINCT id) FROM document WHERE superseded_at IS NULL"
        )
    assert twice == 0
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["title"], []).append(row["text"])
    return {title: sorted(texts) for title, texts in sorted(found.items())}


async def test_an_index_survives_kills(platform: Platform, worker: Revived) -> None:
    stores = platform.stores
    whole = await filled(platform, "index-whole")
    run = await stores.documents.rebuild(whole, everything=True)
    done = await ended(stores, whole, run.id, 120)
    assert done.status is RunStatus.SUCCEEDED, done.error
    killed = await filled(platform, "index-killed")
    run = await stores.documents.rebuild(killed, everything=True)
    kills = 0
    for step in range(KILLS):
        if not await stepped(platform, killed, run.id, step):
            break
        worker.kill()
        kills += 1
    again = await ended(stores, killed, run.id, 200)
    assert again.status is RunStatus.SUCCEEDED, again.error
    assert kills >= KILLS // 2
    assert await said(platform, killed) == await said(platform, whole)
    assert (again.counters.created, again.counters.restated) == (done.counters.created, 0)
    for scope in (whole, killed):
        [index] = (await stores.search_status.status(scope)).indexes
        documents = (await stores.search_status.status(scope)).documents
        assert (index.state, index.documents) == (IndexState.SERVING, documents)
        assert await stores.vectors.count(scope, index.model) == documents
