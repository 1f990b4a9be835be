"""kill -9 of the worker in mid-analysis: the next goes on, nothing is told twice or left out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from core.commands import CreateTenant, FileOptions, FileReading, StartIngestion
from core.records.insights import InsightFilter, InsightKind
from core.records.pages import PageRequest
from core.records.runs import RunStatus
from core.scope import SystemScope, TenantScope
from tests.chaos.ground import Platform, Revived, stepped, worker_environment
from tests.jobs.analysing import account, csv
from tests.support import ended, scope_of, upload

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

CURRENCIES = ("CHF", "DKK", "EUR", "GBP", "SEK", "USD")
DAYS = csv({"alpha": 100.0, "beta": 100.0, "gamma": 100.0}, {"alpha": 4.0}).encode()


@pytest.fixture
async def worker(platform: Platform, sandbox_url: str) -> AsyncIterator[Revived]:
    quiet = {"LIFTOS_INDEX_LOOK_SECONDS": "0", "LIFTOS_ANALYSIS_LOOK_SECONDS": "0"}
    environment = {**worker_environment(sandbox_url), **quiet}
    async with Revived(platform.home, environment).running() as made:
        yield made


async def filled(platform: Platform, slug: str) -> TenantScope:
    """A tenant with an account in each currency, to which the same happened."""
    command = CreateTenant(slug=slug, name="Analysis")
    stores = platform.stores
    scope = scope_of(await stores.tenants.create(SystemScope(reason="chaos"), command))
    options = FileOptions(columns={}, reading=FileReading.COMPLETE)
    for currency in CURRENCIES:
        connection = await stores.connections.create(scope, account(currency))
        uploaded = await upload(stores, scope, "days.csv", DAYS)
        asked = StartIngestion(connection.id, upload_id=uploaded.id, file=options)
        run = await stores.runs.start_ingestion(scope, asked)
        assert (await ended(stores, scope, run.id, 120)).status is RunStatus.SUCCEEDED
    return scope


async def told(platform: Platform, scope: TenantScope) -> Sequence[object]:
    """What is told, but for ids, which are each tenant's own."""
    asked = InsightFilter(kinds=(InsightKind.ANOMALY,))
    found = await platform.stores.insights.page(scope, PageRequest(200), asked)
    findings = [each.finding for each in found.items if each.finding]
    return sorted(
        (each.currency, each.subject.level, each.metric, each.window, each.observed, each.p, each.q)
        for each in findings
    )


async def test_an_analysis_survives_kills(platform: Platform, worker: Revived) -> None:
    stores = platform.stores
    whole = await filled(platform, "analysis-whole")
    run = await stores.analyses.request(whole)
    done = await ended(stores, whole, run.id, 120)
    assert done.status is RunStatus.SUCCEEDED, done.error
    assert (done.counters.pages, done.counters.created) == (6, 24)
    killed = await filled(platform, "analysis-killed")
    run = await stores.analyses.request(killed)
    kills = 0
    for step in range(len(CURRENCIES)):
        if not await stepped(platform, killed, run.id, step):
            break
        # Each time a little later: while it reads, while it detects, while it writes.
        await asyncio.sleep(0.01 * step)
        worker.kill()
        kills += 1
    again = await ended(stores, killed, run.id, 200)
    assert again.status is RunStatus.SUCCEEDED, again.error
    assert kills >= len(CURRENCIES) // 2
    assert again.counters == done.counters
    assert await told(platform, killed) == await told(platform, whole)
