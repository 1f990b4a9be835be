"""Google Ads through the real worker, held against the ground truth."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from decimal import Decimal
from typing import Any

import pytest

from connectors.retry import Clock
from core.records.connections import ConnectionRecord
from core.records.entries import EntryFilter, EntryOrder
from core.records.pages import PageRequest
from core.records.runs import RunRecord, RunStatus
from core.scope import TenantScope
from stores.wiring import Stores
from tests.support import (
    RunningWorker,
    SandboxAt,
    Tenant,
    google_account,
    ingest,
    start_sandbox,
)

SINCE, UNTIL = "2026-09-01", "2026-10-31"
STORM = {"rate_limited": 0.1, "server_error": 0.05, "truncated": 0.02, "seed": 4}


def control(url: str, faults: dict[str, float]) -> None:
    request = urllib.request.Request(
        f"{url}/_sandbox/faults", json.dumps(faults).encode(), method="POST"
    )
    with urllib.request.urlopen(request):
        pass


def truth(url: str, account: str) -> dict[str, Any]:
    query = f"platform=google_ads&account={account}&since={SINCE}&until={UNTIL}&level=campaign"
    with urllib.request.urlopen(f"{url}/_sandbox/truth?{query}") as answer:
        found: dict[str, Any] = json.load(answer)
        return found


async def stored(stores: Stores, scope: TenantScope) -> dict[tuple[str, str], tuple[Any, ...]]:
    page = await stores.entries.page(scope, EntryFilter(), EntryOrder.DATE_DESC, PageRequest(1000))
    assert {entry.vintage_count for entry in page.items} == {1}
    return {
        (str(entry.key.date), entry.entity_id): (
            entry.metrics.spend,
            entry.metrics.impressions,
            entry.metrics.clicks,
            entry.metrics.conversions,
            entry.metrics.conversion_value,
        )
        for entry in page.items
    }


def expected_of(truth: dict[str, Any]) -> dict[tuple[str, str], tuple[Any, ...]]:
    names = ("spend", "impressions", "clicks", "purchases", "purchase_value")
    return {
        (row["date"], row["id"]): tuple(Decimal(row[name]) for name in names)
        for row in truth["rows"]
    }


async def briefly(seconds: float) -> None:
    await asyncio.sleep(seconds / 100)


async def read(stores: Stores, tenant: Tenant, connection: ConnectionRecord) -> RunRecord:
    return await ingest(stores, tenant.scope, connection, SINCE, UNTIL)


async def test_a_range_is_stored_as_google_has_it_and_a_second_reading_changes_nothing(
    stores: Stores, tenant: Tenant, sandbox: SandboxAt, running_worker: RunningWorker
) -> None:
    connection = await stores.connections.create(tenant.scope, google_account())
    async with running_worker(sandbox.url):
        first = await read(stores, tenant, connection)
        again = await read(stores, tenant, connection)
    expected = truth(sandbox.url, "1002002001")
    rows = len(expected["rows"])
    assert (first.error, first.status) == (None, RunStatus.SUCCEEDED)
    assert (first.counters.fetched, first.counters.stored, first.counters.created) == (rows,) * 3
    assert first.receipt is not None
    total = first.receipt.totals[0]
    assert total.spend == Decimal(expected["totals"]["spend"])
    assert total.conversions == Decimal(expected["totals"]["purchases"])
    assert total.conversion_value == Decimal(expected["totals"]["purchase_value"])
    assert (again.counters.stored, again.counters.unchanged) == (0, rows)
    assert again.receipt is not None
    assert again.receipt.changed_nothing
    assert await stored(stores, tenant.scope) == expected_of(expected)


async def test_a_storm_of_faults_changes_no_figure(
    stores: Stores,
    tenant: Tenant,
    running_worker: RunningWorker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("connectors.google_ads.client.Clock", lambda: Clock(sleep=briefly))
    process, url = start_sandbox("--seed", "1", "--now", "2026-11-20T12:00:00+00:00")
    try:
        control(url, STORM)
        connection = await stores.connections.create(tenant.scope, google_account())
        async with running_worker(url):
            run = await read(stores, tenant, connection)
        assert (run.error, run.status) == (None, RunStatus.SUCCEEDED)
        assert await stored(stores, tenant.scope) == expected_of(truth(url, "1002002001"))
    finally:
        process.kill()
        process.wait()
