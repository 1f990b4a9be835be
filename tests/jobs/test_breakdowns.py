"""Rows broken down by country, region or device: their sums stay, and no day has two sets."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from core.errors import Conflict
from core.records.connections import Breakdown
from core.records.entries import EntryFilter, EntryOrder, EntryRecord
from core.records.pages import PageRequest
from core.records.runs import RunStatus
from stores.wiring import Stores
from tests.support import (
    NewTenant,
    RunningWorker,
    SandboxAt,
    Tenant,
    google_account,
    ingest,
    meta_account,
)

SINCE, UNTIL = "2026-10-01", "2026-10-05"
VALUES = {
    Breakdown.COUNTRY: {"DE", "AT", "ZZ"},
    Breakdown.GEO: {"Bayern", "Berlin", "Unknown"},
    Breakdown.DEVICE: {"MOBILE", "DESKTOP", "TABLET", "CONNECTED_TV", "OTHER"},
}
ACCOUNTS = {
    Breakdown.COUNTRY: meta_account,
    Breakdown.GEO: meta_account,
    Breakdown.DEVICE: google_account,
}


async def entries(stores: Stores, tenant: Tenant) -> Sequence[EntryRecord]:
    page = await stores.entries.page(
        tenant.scope, EntryFilter(), EntryOrder.DATE_ASC, PageRequest(1000)
    )
    assert not page.has_next
    return page.items


def sums(found: Sequence[EntryRecord]) -> dict[str, Decimal]:
    names = ("spend", "impressions", "clicks", "link_clicks", "conversions", "conversion_value")
    return {
        name: Decimal(sum(getattr(entry.metrics, name) or 0 for entry in found)) for name in names
    }


def broken_by(entry: EntryRecord) -> tuple[str | None, ...]:
    return entry.country, entry.geo, entry.device


@pytest.mark.parametrize("breakdown", list(Breakdown))
async def test_what_is_broken_down_adds_up_to_what_is_not(
    breakdown: Breakdown,
    stores: Stores,
    new_tenant: NewTenant,
    sandbox: SandboxAt,
    running_worker: RunningWorker,
) -> None:
    whole, apart = await new_tenant(), await new_tenant()
    one = await stores.connections.create(whole.scope, ACCOUNTS[breakdown]())
    other = await stores.connections.create(apart.scope, ACCOUNTS[breakdown](breakdown=breakdown))
    async with running_worker(sandbox.url):
        await ingest(stores, whole.scope, one, SINCE, UNTIL)
        run = await ingest(stores, apart.scope, other, SINCE, UNTIL)
        again = await ingest(stores, apart.scope, other, SINCE, UNTIL)
    assert run.status is RunStatus.SUCCEEDED, run.error
    found = await entries(stores, apart)
    place = list(Breakdown).index(breakdown)
    assert {broken_by(entry)[place] for entry in found} == VALUES[breakdown]
    assert {broken_by(entry).count(None) for entry in found} == {2}
    plain = await entries(stores, whole)
    assert {broken_by(entry) for entry in plain} == {(None, None, None)}
    assert sums(found) == sums(plain)
    assert run.counters.rejected == 0
    assert again.counters.stored == 0


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [(None, Breakdown.GEO, "no breakdown"), (Breakdown.GEO, Breakdown.COUNTRY, "GEO")],
)
async def test_an_account_never_has_two_sets_of_rows(
    before: Breakdown | None, after: Breakdown, told: str, stores: Stores, tenant: Tenant
) -> None:
    connection = await stores.connections.create(tenant.scope, meta_account(breakdown=before))
    await stores.connections.disconnect(tenant.scope, connection.id)
    with pytest.raises(Conflict, match=f"was connected with {told},") as refused:
        await stores.connections.create(tenant.scope, meta_account(breakdown=after))
    assert refused.value.field == "breakdown"
    again = await stores.connections.create(tenant.scope, meta_account(breakdown=before))
    assert (again.id, again.breakdown) == (connection.id, before)
