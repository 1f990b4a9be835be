"""Google Ads through the real worker, held against the ground truth."""

from __future__ import annotations

import json
import urllib.request
from decimal import Decimal
from typing import Any

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
)

SINCE, UNTIL = "2026-09-01", "2026-10-31"


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
