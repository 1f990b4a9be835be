"""A number that the platform restates: both versions stay, and asOf tells them apart."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core.errors import BadInput
from core.records.entries import EntryFilter, EntryOrder, EntryRecord
from core.records.pages import PageRequest
from core.records.runs import RunRecord
from core.scope import TenantScope
from core.units import DateRange
from stores.wiring import Stores
from tests.support import NewTenant, RunningWorker, Tenant, ingest, meta_account, start_sandbox

SINCE, UNTIL = "2026-10-01", "2026-10-22"
VANISHING = ("120200100100060000", date(2026, 10, 20))


Readings = tuple[Tenant, RunRecord, RunRecord, list[EntryRecord]]


class Clock:
    def __init__(self, url: str) -> None:
        self.url = url

    def set(self, now: str) -> None:
        body = json.dumps({"now": now}).encode()
        request = urllib.request.Request(
            f"{self.url}/_sandbox/clock", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request):
            pass


@pytest.fixture(scope="module")
def clock() -> Iterator[Clock]:
    process, url = start_sandbox("--seed", "1", "--now", "2026-10-23T12:00:00+00:00")
    yield Clock(url)
    process.kill()
    process.wait()


async def everything(
    stores: Stores, scope: TenantScope, as_of: datetime | None = None
) -> list[EntryRecord]:
    found: list[EntryRecord] = []
    cursor: tuple[str, ...] | None = None
    while True:
        request = PageRequest(37, cursor)
        page = await stores.entries.page(scope, EntryFilter(), EntryOrder.DATE_ASC, request, as_of)
        found.extend(page.items)
        if not page.has_next:
            return found
        cursor = (page.items[-1].key.date.isoformat(), page.items[-1].key.digest.hex)


@pytest.fixture(scope="module")
async def two_readings(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker, clock: Clock
) -> Readings:
    tenant = await new_tenant()
    connection = await stores.connections.create(tenant.scope, meta_account(look_back_days=1))
    async with running_worker(clock.url):
        clock.set("2026-10-23T12:00:00+00:00")
        first = await ingest(stores, tenant.scope, connection, SINCE, UNTIL)
        before = await everything(stores, tenant.scope)
        clock.set("2026-10-24T12:00:00+00:00")
        second = await ingest(stores, tenant.scope, connection, SINCE, UNTIL)
    return tenant, first, second, before


async def test_as_of_the_first_reading_answers_the_first_reading_exactly(
    stores: Stores, two_readings: Readings
) -> None:
    tenant, first, _, before = two_readings
    assert first.receipt is not None
    then = await everything(stores, tenant.scope, first.receipt.as_of)
    assert [(e.key, e.metrics, e.learned_at) for e in then] == [
        (e.key, e.metrics, e.learned_at) for e in before
    ]
    assert {entry.vintage_count for entry in then} == {1}


async def test_before_the_first_reading_nothing_was_known(
    stores: Stores, two_readings: Readings
) -> None:
    tenant, _, _, before = two_readings
    earliest = min(entry.learned_at for entry in before)
    assert await everything(stores, tenant.scope, datetime(2026, 1, 1, tzinfo=UTC)) == []
    assert await everything(stores, tenant.scope, earliest) != []


async def test_a_vanished_row_is_a_tombstone_not_a_delete(
    stores: Stores, two_readings: Readings
) -> None:
    tenant, _, second, before = two_readings
    after = {entry.key for entry in await everything(stores, tenant.scope)}
    gone = [entry for entry in before if entry.key not in after]
    assert VANISHING in [(entry.entity_id, entry.key.date) for entry in gone]
    assert second.counters.vanished == len(gone)
    for entry in gone:
        versions = (await stores.entries.vintages(tenant.scope, [entry.key]))[entry.key]
        assert [version.is_present for version in versions] == [True, False]
        assert versions[0].metrics == entry.metrics
        assert versions[1].metrics.spend is None


async def test_counters_and_vintages_agree(stores: Stores, two_readings: Readings) -> None:
    tenant, first, second, before = two_readings
    entries = await everything(stores, tenant.scope)
    assert first.counters.created == len(before)
    assert second.counters.restated == sum(entry.vintage_count == 2 for entry in entries) > 0
    assert second.counters.fetched == second.counters.stored + second.counters.unchanged
    assert (
        len(entries) == first.counters.created + second.counters.created - second.counters.vanished
    )


async def test_each_restatement_of_a_settled_day_is_told_with_its_sums(
    stores: Stores, two_readings: Readings
) -> None:
    tenant, _, second, before = two_readings
    insights = (await stores.insights.page(tenant.scope, PageRequest(50))).items
    after = {entry.key: entry for entry in await everything(stores, tenant.scope)}
    # With a look-back of a day, what was read on 23 October was settled up to 21 October.
    # learned_at is the present, not the sandbox's clock: every day lies further back.
    for metric in ("spend", "impressions", "clicks", "conversions", "conversion_value"):
        moved = [
            (getattr(old.metrics, metric), getattr(new.metrics, metric) if new else 0)
            for old in before
            if (new := after.get(old.key)) is None
            or getattr(old.metrics, metric) != getattr(new.metrics, metric)
        ]
        moved = [(old, new) for old, new in moved if old is not None and old != new]
        found = [insight for insight in insights if insight.metric == metric]
        if not moved:
            assert found == []
            continue
        assert [insight.entries for insight in found] == [len(moved)]
        assert found[0].before == sum(Decimal(old) for old, _ in moved)
        assert found[0].after == sum(Decimal(new) for _, new in moved)
        assert found[0].run_id == second.id


async def test_a_moment_in_the_future_is_refused(stores: Stores, tenant: Tenant) -> None:
    with pytest.raises(BadInput, match="is in the future") as refused:
        await everything(stores, tenant.scope, datetime(2999, 1, 1, tzinfo=UTC))
    assert refused.value.field == "asOf"


async def test_maturity_follows_the_last_reading_of_the_day(
    stores: Stores, two_readings: Readings
) -> None:
    tenant, _, _, _ = two_readings
    entries = await everything(stores, tenant.scope)
    assert {entry.is_mature for entry in entries} == {True}
    mature = EntryFilter(is_mature=True, dates=DateRange(date(2026, 10, 1), date(2026, 10, 2)))
    assert await stores.entries.count(tenant.scope, mature) == sum(
        entry.key.date <= date(2026, 10, 2) for entry in entries
    )
