"""A real Meta account's files (shared/data/SOURCES.md): every row in, or refused and why."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pytest

from core.commands import ConnectSource, FileOptions, FileReading, StartIngestion
from core.records.connections import ConnectionRecord, Level, Source
from core.records.entries import EntryFilter, EntryOrder, EntryRecord
from core.records.pages import PageRequest
from core.records.runs import RunRecord, RunStatus
from stores.wiring import Stores
from tests.support import SHARED_DATA, NewTenant, RunningWorker, Tenant, ended, upload

FOLDER = SHARED_DATA / "meta_real"
FIRST_182 = "query_182_adset_daily__rec2026-03-06_v23.csv"
SECOND_182 = "query_182_adset_daily__rec2026-06-02_v25.csv"

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="the recorded files of shared/data are not on this machine"
)


@dataclass(frozen=True)
class Account:
    tenant: Tenant
    connection: ConnectionRecord


async def account(stores: Stores, new_tenant: NewTenant, level: Level) -> Account:
    tenant = await new_tenant()
    command = ConnectSource(
        source=Source.FILE,
        account_id="361744628296290",
        name="Keboola G+S",
        currency="EUR",
        time_zone="Europe/Prague",
        level=level,
        look_back_days=28,
    )
    return Account(tenant, await stores.connections.create(tenant.scope, command))


async def load(
    stores: Stores, at: Account, name: str, columns: dict[str, str] | None = None
) -> RunRecord:
    uploaded = await upload(stores, at.tenant.scope, name, (FOLDER / name).read_bytes())
    options = FileOptions(columns=columns or {}, reading=FileReading.COMPLETE)
    command = StartIngestion(at.connection.id, upload_id=uploaded.id, file=options)
    run = await stores.runs.start_ingestion(at.tenant.scope, command)
    return await ended(stores, at.tenant.scope, run.id)


async def entries(
    stores: Stores, at: Account, as_of: datetime | None = None
) -> dict[tuple[str, str], EntryRecord]:
    found: dict[tuple[str, str], EntryRecord] = {}
    cursor: tuple[str, ...] | None = None
    while True:
        page = await stores.entries.page(
            at.tenant.scope, EntryFilter(), EntryOrder.DATE_ASC, PageRequest(500, cursor), as_of
        )
        found |= {(e.entity_id, e.key.date.isoformat()): e for e in page.items}
        if not page.has_next:
            return found
        cursor = (page.items[-1].key.date.isoformat(), page.items[-1].key.digest.hex)


def rows_of(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_ad_set_day(name: str) -> dict[tuple[str, str], dict[str, str]]:
    """One row of each ad set and day: spend, impressions and clicks repeat on all of them."""
    return {(row["parent_id"], row["date_start"]): row for row in rows_of(name)}


async def test_query_42_is_in_to_the_cent(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker
) -> None:
    name = "query_42_insights__rec2026-03-06_v23.csv"
    at = await account(stores, new_tenant, Level.CAMPAIGN)
    async with running_worker("http://unused.invalid"):
        run = await load(stores, at, name)
    rows = rows_of(name)
    assert run.status is RunStatus.SUCCEEDED, run.error
    assert (run.counters.fetched, run.counters.stored, run.counters.rejected) == (93, 93, 0)
    assert run.receipt is not None
    total = run.receipt.totals[0]
    assert total.spend == sum(Decimal(row["spend"]) for row in rows)
    assert total.impressions == sum(int(row["impressions"]) for row in rows)
    assert total.clicks == sum(int(row["clicks"]) for row in rows)
    stored = await entries(stores, at)
    assert {key: str(e.metrics.reach) for key, e in stored.items()} == {
        (row["campaign_id"], row["date_start"]): row["reach"] for row in rows
    }


async def test_the_second_reading_of_182_keeps_the_first(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker
) -> None:
    at = await account(stores, new_tenant, Level.AD_SET)
    async with running_worker("http://unused.invalid"):
        first = await load(stores, at, FIRST_182)
        after_first = await entries(stores, at)
        second = await load(stores, at, SECOND_182)
    after_second = await entries(stores, at)
    for run, name, rows in ((first, FIRST_182, 7009), (second, SECOND_182, 14301)):
        assert run.status is RunStatus.SUCCEEDED, run.error
        assert (run.counters.fetched, run.counters.rejected) == (rows, 0), name
        assert run.counters.balances
    for name, known in ((FIRST_182, after_first), (SECOND_182, after_second)):
        expected = by_ad_set_day(name)
        covered = {key: e for key, e in known.items() if key in expected}
        assert covered.keys() == expected.keys()
        assert sum(e.metrics.spend or 0 for e in covered.values()) == sum(
            Decimal(row["spend"]) for row in expected.values()
        )
        assert sum(e.metrics.impressions or 0 for e in covered.values()) == sum(
            int(row["impressions"]) for row in expected.values()
        )
    assert first.receipt is not None
    then = await entries(stores, at, first.receipt.as_of)
    assert then == after_first
    between_first, between_second = by_ad_set_day(FIRST_182), by_ad_set_day(SECOND_182)
    days = sorted(date for _, date in between_second)
    gone = {
        key for key in between_first.keys() - between_second.keys() if days[0] <= key[1] <= days[-1]
    }
    assert second.counters.vanished == len(gone)
    assert gone.isdisjoint(after_second)
    for key in gone:
        versions = await stores.entries.vintages(at.tenant.scope, [after_first[key].key])
        assert [v.is_present for v in versions[after_first[key].key]] == [True, False]
