from __future__ import annotations

import json
import urllib.request
from decimal import Decimal
from typing import Any

from core.records.entries import EntryFilter, EntryOrder
from core.records.pages import PageRequest
from core.records.runs import RunStatus
from stores.wiring import Stores
from tests.support import RunningWorker, SandboxAt, Tenant, ingest, meta_account


def truth(sandbox: SandboxAt, account: str, since: str, until: str) -> dict[str, Any]:
    query = f"platform=meta&account={account}&since={since}&until={until}&level=campaign"
    with urllib.request.urlopen(f"{sandbox.url}/_sandbox/truth?{query}") as answer:
        found: dict[str, Any] = json.load(answer)
        return found


async def test_a_range_is_stored_as_the_platform_has_it_and_a_second_reading_changes_nothing(
    stores: Stores, tenant: Tenant, sandbox: SandboxAt, running_worker: RunningWorker
) -> None:
    connection = await stores.connections.create(tenant.scope, meta_account())
    async with running_worker(sandbox.url):
        first = await ingest(stores, tenant.scope, connection, "2026-09-01", "2026-10-31")
        again = await ingest(stores, tenant.scope, connection, "2026-09-01", "2026-10-31")
    expected = truth(sandbox, "act_1001", "2026-09-01", "2026-10-31")
    rows = len(expected["rows"])
    assert first.error is None
    assert first.status is RunStatus.SUCCEEDED
    assert (first.counters.fetched, first.counters.stored, first.counters.created) == (rows,) * 3
    assert first.receipt is not None
    total = first.receipt.totals[0]
    assert total.spend == Decimal(expected["totals"]["spend"])
    assert total.impressions == expected["totals"]["impressions"]
    assert total.conversions == Decimal(expected["totals"]["purchases"])
    assert total.conversion_value == Decimal(expected["totals"]["purchase_value"])
    assert (again.counters.stored, again.counters.unchanged) == (0, rows)
    assert again.receipt is not None
    assert again.receipt.changed_nothing
    page = await stores.entries.page(
        tenant.scope, EntryFilter(), EntryOrder.DATE_DESC, PageRequest(1000)
    )
    assert {entry.vintage_count for entry in page.items} == {1}
    assert len(page.items) == rows
