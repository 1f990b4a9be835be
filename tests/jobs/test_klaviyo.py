"""Klaviyo through the real worker: what is stored is what the platform has, by both views."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from core.commands import ConnectSource, Credentials
from core.records.connections import Level, Source
from core.records.entries import DateBasis, EntryFilter, EntryOrder, EntryRecord
from core.records.pages import PageRequest
from core.records.runs import RunRecord, RunStatus
from stores.wiring import Stores
from tests.support import RunningWorker, SandboxAt, Tenant, ingest, start_sandbox

SINCE, UNTIL = "2026-10-20", "2026-11-02"


@pytest.fixture
def klaviyo() -> Iterator[SandboxAt]:
    """A sandbox of its own, with quota enough not to wait for."""
    process, url = start_sandbox("--seed", "1", "--now", "2026-11-03T12:00:00+00:00")
    at = SandboxAt(url, process.pid)
    control(at, "limits", klaviyo_quota=1_000)
    yield at
    process.kill()
    process.wait()


def control(sandbox: SandboxAt, what: str, **change: object) -> None:
    address, body = f"{sandbox.url}/_sandbox/{what}", json.dumps(change).encode()
    with urllib.request.urlopen(urllib.request.Request(address, data=body)) as answer:
        assert answer.status == 200


def truth(sandbox: SandboxAt) -> dict[str, Any]:
    query = f"platform=klaviyo&account=SB1001&since={SINCE}&until={UNTIL}&level=campaign"
    with urllib.request.urlopen(f"{sandbox.url}/_sandbox/truth?{query}") as answer:
        found: dict[str, Any] = json.load(answer)
        return found


@asynccontextmanager
async def connected(
    stores: Stores, tenant: Tenant, sandbox: SandboxAt, worker: RunningWorker
) -> AsyncIterator[Any]:
    command = ConnectSource(
        Source("KLAVIYO"), "SB1001", "Northwind", "EUR", "Europe/Berlin", Level.CAMPAIGN, 7,
        credentials=Credentials(Source("KLAVIYO"), {"api_key": "pk_sandbox_1001"}),
    )  # fmt: skip
    connection = await stores.connections.create(tenant.scope, command)
    async with worker(sandbox.url):
        yield connection


async def entries(stores: Stores, tenant: Tenant) -> list[EntryRecord]:
    request = PageRequest(1_000)
    page = await stores.entries.page(tenant.scope, EntryFilter(), EntryOrder.DATE_ASC, request)
    return list(page.items)


async def assert_true(
    stores: Stores, tenant: Tenant, run: RunRecord, expected: dict[str, Any]
) -> None:
    """The columns hold the view by send date only, so that their sums count an order once."""
    assert run.error is None
    assert run.status is RunStatus.SUCCEEDED
    stored = await entries(stores, tenant)
    found = {
        (str(each.key.date), each.entity_id): (
            each.metrics.spend,
            each.metrics.clicks,
            each.metrics.conversions,
            each.metrics.conversion_value,
        )
        for each in stored
        if each.date_basis is DateBasis.SEND
    }
    assert found == {
        (row["date"], row["id"]): (
            None if row["spend"] is None else Decimal(row["spend"]),
            row["clicks"],
            Decimal(row["conversions"]),
            Decimal(row["conversion_value"]),
        )
        for row in expected["rows"]
    }
    whole = {
        str(each.key.date): each.metrics.actions
        for each in stored
        if each.level is Level.ACCOUNT and each.metrics.actions
    }
    assert {day: actions["orders"] for day, actions in whole.items()} == {
        day["date"]: day["orders"] for day in expected["orders"]
    }


async def test_a_range_is_stored_as_the_platform_has_it_and_a_second_reading_changes_nothing(
    stores: Stores, tenant: Tenant, klaviyo: SandboxAt, running_worker: RunningWorker
) -> None:
    async with connected(stores, tenant, klaviyo, running_worker) as connection:
        first = await ingest(stores, tenant.scope, connection, SINCE, UNTIL)
        again = await ingest(stores, tenant.scope, connection, SINCE, UNTIL)
    expected = truth(klaviyo)
    await assert_true(stores, tenant, first, expected)
    assert first.receipt is not None
    total = first.receipt.totals[0]
    assert total.spend == Decimal(expected["totals"]["spend"])
    assert total.conversions == Decimal(expected["totals"]["conversions"])
    assert total.conversion_value == Decimal(expected["totals"]["conversion_value"])
    assert (again.counters.stored, again.counters.unchanged) == (0, first.counters.fetched)
    assert again.receipt is not None
    assert again.receipt.changed_nothing
    assert {each.vintage_count for each in await entries(stores, tenant)} == {1}


@pytest.mark.long
async def test_a_storm_of_faults_and_late_orders_end_at_the_truth(
    stores: Stores, tenant: Tenant, klaviyo: SandboxAt, running_worker: RunningWorker
) -> None:
    storm = {"server_error": 0.1, "truncated": 0.1, "reset": 0.05, "transient": 0.1, "seed": 3}
    control(klaviyo, "faults", **storm)
    async with connected(stores, tenant, klaviyo, running_worker) as connection:
        first = await ingest(stores, tenant.scope, connection, SINCE, UNTIL)
        await assert_true(stores, tenant, first, truth(klaviyo))
        control(klaviyo, "clock", advance_days=4)
        later = await ingest(stores, tenant.scope, connection, SINCE, UNTIL)
    await assert_true(stores, tenant, later, truth(klaviyo))
    assert later.counters.restated > 0
