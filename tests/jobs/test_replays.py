"""Refused records put in again: corrected, twice, at once, killed, and newer by now."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from core.commands import ConnectSource, FileOptions, StartIngestion
from core.errors import BadInput, Conflict, NotFound
from core.records.connections import ConnectionStatus, Level, Source
from core.records.entries import EntryFilter, EntryOrder, EntryRecord
from core.records.pages import PageRequest
from core.records.rejections import (
    RejectedRecord,
    RejectionChoice,
    RejectionFilter,
    RejectionState,
)
from core.records.runs import RunKind, RunRecord, RunStatus
from jobs.replays import replay
from stores.wiring import Stores
from stores.work import WorkStores, work_stores
from tests.jobs.by_hand import ByHand, by_hand, page_of
from tests.support import RunningWorker, Tenant, ended, upload

DAY = "2026-05-01"
ALL = RejectionFilter()


@dataclass
class Desk:
    """A connection with refused records, and what an operator does about them."""

    stores: Stores
    tenant: Tenant
    at: ByHand

    @property
    def work(self) -> WorkStores:
        return self.at.work

    async def refused(self, **where: Any) -> tuple[RejectedRecord, ...]:
        found = RejectionFilter(**where)
        return (await self.stores.rejections.page(self.tenant.scope, found, PageRequest(100))).items

    async def queue(
        self, *ids: UUID, patch: dict[str, Any] | None = None, where: RejectionFilter | None = None
    ) -> RunRecord:
        choice = RejectionChoice(1000, ids, where)
        (run,) = await self.stores.rejections.replay(self.tenant.scope, choice, patch)
        assert (run.kind, run.status) == (RunKind.REPLAY, RunStatus.QUEUED)
        return run

    async def worked(self, run: RunRecord) -> RunRecord:
        claimed = await self.at.claimed(run.id)
        await replay(self.stores, self.work, self.tenant.scope, claimed)
        return (await self.stores.runs.by_ids(self.tenant.scope, [run.id]))[run.id]

    async def replayed(self, *ids: UUID, **options: Any) -> RunRecord:
        return await self.worked(await self.queue(*ids, **options))

    async def entries(self) -> tuple[EntryRecord, ...]:
        page = await self.stores.entries.page(
            self.tenant.scope, EntryFilter(), EntryOrder.DATE_ASC, PageRequest(100), None
        )
        return page.items

    async def spends(self) -> dict[str, Decimal | None]:
        return {entry.entity_id: entry.metrics.spend for entry in await self.entries()}


@pytest.fixture
async def desk(stores: Stores, tenant: Tenant) -> Desk:
    """One run has brought `good`, and refused `bad` for what it says it spent."""
    at = await by_hand(stores, tenant.scope)
    await at.read(DAY, DAY, [{("good", DAY): "1.50", ("bad", DAY): "a lot"}])
    return Desk(stores, tenant, at)


async def test_a_corrected_record_goes_in_by_a_run_with_its_lineage(desk: Desk) -> None:
    (bad,) = await desk.refused()
    assert (bad.state, bad.field, bad.connection_id) == (
        RejectionState.OPEN, "spend", desk.at.connection.id,
    )  # fmt: skip
    run = await desk.replayed(bad.id, patch={"spend": "2.25"})
    assert (run.status, run.progress) == (RunStatus.SUCCEEDED, 1.0)
    counters = run.counters
    assert (counters.fetched, counters.stored, counters.created, counters.rejected) == (1, 1, 1, 0)
    assert counters.balances
    assert await desk.spends() == {"good": Decimal("1.5"), "bad": Decimal("2.25")}
    (settled,) = await desk.refused()
    assert (settled.state, settled.replay_run_id, settled.replays) == (
        RejectionState.REPLAYED, run.id, 1,
    )  # fmt: skip
    assert settled.payload["spend"] == "a lot"
    assert settled.corrected == {**settled.payload, "spend": "2.25"}
    assert settled.settled_by == f"run:{run.id}"
    (entry,) = [entry for entry in await desk.entries() if entry.entity_id == "bad"]
    assert entry.run_id == run.id
    page = (await desk.stores.lineage.pages_by_ids(desk.tenant.scope, [entry.raw_page_id]))[
        entry.raw_page_id
    ]
    assert page.request == {"replay_of": str(bad.raw_page_id), "positions": [bad.position]}
    assert entry.raw_position == 0
    assert b'"spend":"2.25"' in await desk.stores.lineage.body(desk.tenant.scope, page.id)
    assert await desk.refused(runs=(run.id,)) == (settled,)


async def test_a_record_that_fails_again_stays_open_with_its_new_reason(desk: Desk) -> None:
    (bad,) = await desk.refused()
    run = await desk.replayed(bad.id, patch={"spend": "3", "impressions": "many"})
    assert (run.counters.fetched, run.counters.rejected) == (1, 1)
    (still,) = await desk.refused()
    assert (still.state, still.field, still.reason, still.replays) == (
        RejectionState.OPEN, "impressions", "impressions is not a whole number", 1,
    )  # fmt: skip
    assert not still.is_replaying
    # A second patch is laid over the first: what was mended stays mended.
    await desk.replayed(bad.id, patch={"impressions": "7"})
    (entry,) = [entry for entry in await desk.entries() if entry.entity_id == "bad"]
    assert (entry.metrics.spend, entry.metrics.impressions) == (Decimal(3), 7)


async def test_what_is_being_replayed_or_settled_is_touched_by_nothing_else(desk: Desk) -> None:
    (bad,) = await desk.refused()
    run = await desk.queue(bad.id, patch={"spend": "2"})
    assert (await desk.refused())[0].is_replaying
    once = RejectionChoice(10, (bad.id,))
    scope, rejections = desk.tenant.scope, desk.stores.rejections
    for attempt in (rejections.replay(scope, once, None), rejections.dismiss(scope, once, "why")):
        with pytest.raises(Conflict, match="the first is being replayed"):
            await attempt
    with pytest.raises(NotFound):
        await rejections.replay(scope, RejectionChoice(10, where=ALL), None)
    await desk.worked(run)
    with pytest.raises(Conflict, match="the first is replayed"):
        await rejections.replay(scope, once, None)
    entry = (await desk.entries())[-1]
    assert entry.vintage_count == 1


async def test_of_many_replays_at_once_one_gets_the_record(desk: Desk) -> None:
    (bad,) = await desk.refused()
    attempts = await asyncio.gather(
        *(desk.queue(bad.id, patch={"spend": str(n)}) for n in range(1, 7)), return_exceptions=True
    )
    runs = [attempt for attempt in attempts if isinstance(attempt, RunRecord)]
    assert [type(each) for each in attempts if each not in runs] == [Conflict] * 5
    (run,) = runs
    assert (await desk.worked(run)).counters.created == 1
    assert (await desk.refused())[0].replays == 1


async def test_a_replay_that_was_cancelled_sets_its_records_free(desk: Desk) -> None:
    (bad,) = await desk.refused()
    run = await desk.queue(bad.id)
    await desk.stores.runs.request_cancel(desk.tenant.scope, run.id)
    assert not (await desk.refused())[0].is_replaying
    await desk.replayed(bad.id, patch={"spend": "4"})
    # The cancelled run, tried again, finds nothing left to do and buries nothing.
    await desk.stores.runs.retry(desk.tenant.scope, run.id)
    again = await desk.worked(run)
    assert (again.status, again.counters.fetched) == (RunStatus.SUCCEEDED, 0)
    assert await desk.spends() == {"good": Decimal("1.5"), "bad": Decimal(4)}


async def test_a_day_that_was_read_again_since_supersedes_the_record(desk: Desk) -> None:
    (bad,) = await desk.refused()
    await desk.at.read(DAY, DAY, [{("good", DAY): "1.50", ("bad", DAY): "9"}])
    run = await desk.replayed(bad.id, patch={"spend": "2"})
    assert (run.counters.fetched, run.counters.stored) == (0, 0)
    (settled,) = await desk.refused()
    assert settled.state is RejectionState.SUPERSEDED
    assert settled.note == "the source was read again since, and its newer answer stands"
    assert await desk.spends() == {"good": Decimal("1.5"), "bad": Decimal(9)}
    # Vanished since is newer too: nothing rises again.
    await desk.at.read(DAY, DAY, [{("good", DAY): "oops"}])
    assert len(await desk.refused(states=(RejectionState.OPEN,))) == 1


async def test_the_same_record_refused_again_supersedes_the_older_one(desk: Desk) -> None:
    (older,) = await desk.refused()
    await desk.at.read(DAY, DAY, [{("good", DAY): "1.50", ("bad", DAY): "a lot"}])
    first, second = await desk.refused()
    assert (first.id, first.state) == (older.id, RejectionState.SUPERSEDED)
    assert (second.state, second.payload) == (RejectionState.OPEN, older.payload)


async def test_an_older_replay_does_not_overwrite_a_newer_one(desk: Desk) -> None:
    (older,) = await desk.refused()
    page = page_of({("bad", DAY): "even more"})
    claimed = await desk.at.begun(DAY, DAY)
    landed = await desk.at.land(claimed, page)
    await desk.at.merge(claimed, landed, page)
    await desk.work.runs.cancel(desk.tenant.scope, claimed)
    newer = (await desk.refused(runs=(claimed.run.id,)))[0]
    await desk.replayed(newer.id, patch={"spend": "20"})
    await desk.replayed(older.id, patch={"spend": "10"})
    assert (await desk.spends())["bad"] == Decimal(20)
    assert (await desk.refused(runs=(older.run_id,)))[0].state is RejectionState.SUPERSEDED


async def test_a_replay_does_not_make_a_day_fresh_or_bury_its_other_entries(desk: Desk) -> None:
    (bad,) = await desk.refused()
    read = (
        await desk.stores.connections.one(desk.tenant.scope, desk.at.connection.id)
    ).last_read_at
    days = await desk.at.count("day_reading")
    await desk.replayed(bad.id, patch={"spend": "1"})
    after = await desk.stores.connections.one(desk.tenant.scope, desk.at.connection.id)
    assert (after.last_read_at, await desk.at.count("day_reading")) == (read, days)
    assert set(await desk.spends()) == {"good", "bad"}


async def test_a_filter_takes_all_it_matches_or_none_beyond_its_maximum(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    desk = Desk(stores, tenant, at)
    spends = {(f"c{n}", DAY): "?" if n % 2 else "many" for n in range(30)}
    await at.read(DAY, DAY, [spends])
    scope, rejections = tenant.scope, stores.rejections
    marked = RejectionFilter(text="MANY", fields=("spend",), sources=(Source("META_ADS"),))
    assert len(await desk.refused(text="MANY")) == 15
    with pytest.raises(BadInput, match="15 open records match, and maximum is 14") as refused:
        await rejections.dismiss(scope, RejectionChoice(14, where=marked), "never existed")
    assert refused.value.field == "maximum"
    done = await rejections.dismiss(scope, RejectionChoice(15, where=marked), "never existed")
    assert done == 15
    groups = await rejections.groups(scope, ALL, 10)
    assert {(group.state, group.field, group.records) for group in groups} == {
        (RejectionState.DISMISSED, "spend", 15),
        (RejectionState.OPEN, "spend", 15),
    }
    laid = (await desk.refused(states=(RejectionState.DISMISSED,)))[0]
    assert (laid.note, laid.settled_by) == ("never existed", "user:test")
    run = await desk.replayed(where=ALL, patch={"spend": "1"})
    assert (run.counters.fetched, run.counters.created) == (15, 15)


WIDE = b"""Date,Campaign,Spend,Clicks
2026-10-20,spring,12.50,40
2026-10-21,spring,eleven,30
2026-10-22,spring,9,8,7
"""
LONG = b"""Date,Campaign,Spend,action_type,value
2026-10-20,spring,12.50,purchase,3
2026-10-20,spring,12.50,lead,four
2026-10-20,autumn,1.00,purchase,1
"""


async def filed(stores: Stores, tenant: Tenant, body: bytes, worker: RunningWorker) -> Desk:
    account = ConnectSource(
        Source.FILE, "shop", "Shop", "EUR", "Europe/Berlin", Level.CAMPAIGN, look_back_days=0
    )
    connection = await stores.connections.create(tenant.scope, account)
    kept = await upload(stores, tenant.scope, "spend.csv", body)
    command = StartIngestion(connection.id, upload_id=kept.id, file=FileOptions())
    async with worker("http://unused.invalid"):
        run = await stores.runs.start_ingestion(tenant.scope, command)
        assert (await ended(stores, tenant.scope, run.id)).status is RunStatus.SUCCEEDED
    return Desk(stores, tenant, ByHand(stores, work_stores(stores), tenant.scope, connection))


async def test_rows_of_a_file_are_corrected_by_their_headers(
    stores: Stores, tenant: Tenant, running_worker: RunningWorker
) -> None:
    desk = await filed(stores, tenant, WIDE, running_worker)
    named, ragged = await desk.refused()
    await desk.replayed(named.id, patch={"Spend": 11})
    # A row that could not be read whole is given whole.
    whole = {"Date": "2026-10-22", "Campaign": "spring", "Spend": "9", "Clicks": "8"}
    await desk.replayed(ragged.id, patch=whole)
    spends = [(f"{e.key.date:%d}", e.metrics.spend, e.metrics.clicks) for e in await desk.entries()]
    assert spends == [("20", Decimal("12.5"), 40), ("21", Decimal(11), 30), ("22", Decimal(9), 8)]


async def test_a_row_about_one_action_type_joins_the_others_of_its_day(
    stores: Stores, tenant: Tenant, running_worker: RunningWorker
) -> None:
    desk = await filed(stores, tenant, LONG, running_worker)
    (lead,) = await desk.refused()
    run = await desk.replayed(lead.id, patch={"value": "4"})
    assert (run.counters.fetched, run.counters.stored, run.counters.restated) == (1, 1, 1)
    spring = next(entry for entry in await desk.entries() if entry.entity_name == "spring")
    assert spring.metrics.conversions == Decimal(3)
    assert spring.metrics.actions is not None
    assert spring.metrics.actions["actions"] == [
        {"action_type": "lead", "value": "4"},
        {"action_type": "purchase", "value": "3"},
    ]
    assert spring.run_id == run.id
    assert len(await desk.entries()) == 2


async def test_a_row_of_an_older_file_leaves_what_a_newer_file_says(
    stores: Stores, tenant: Tenant, running_worker: RunningWorker
) -> None:
    desk = await filed(stores, tenant, WIDE, running_worker)
    named, _ = await desk.refused()
    newer = b"Date,Campaign,Spend,Clicks\n2026-10-21,spring,13,31\n"
    kept = await upload(stores, tenant.scope, "newer.csv", newer)
    async with running_worker("http://unused.invalid"):
        command = StartIngestion(desk.at.connection.id, upload_id=kept.id)
        run = await stores.runs.start_ingestion(tenant.scope, command)
        await ended(stores, tenant.scope, run.id)
    await desk.replayed(named.id, patch={"Spend": "11"})
    assert (await desk.refused())[0].state is RejectionState.SUPERSEDED
    assert [e.metrics.spend for e in await desk.entries()][1] == Decimal(13)


async def test_a_worker_takes_up_a_replay_like_any_run(
    desk: Desk, running_worker: RunningWorker
) -> None:
    (bad,) = await desk.refused()
    async with running_worker("http://unused.invalid"):
        run = await desk.queue(bad.id, patch={"spend": "2.25"})
        done = await ended(desk.stores, desk.tenant.scope, run.id)
    assert (done.status, done.counters.created) == (RunStatus.SUCCEEDED, 1)


async def test_a_paused_connection_replays_nothing(desk: Desk) -> None:
    connection = desk.at.connection.id
    await desk.stores.connections.set_status(desk.tenant.scope, connection, ConnectionStatus.PAUSED)
    with pytest.raises(Conflict, match="is PAUSED"):
        await desk.queue(where=ALL)
    assert not (await desk.refused())[0].is_replaying
