"""Entries made anew from raw pages: what changes, what does not, and what a kill leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from core.commands import ConnectSource, FileOptions, NewRun, StartIngestion
from core.records.channels import ChannelRule
from core.records.connections import ConnectionRecord, Level, Source
from core.records.entries import EntryFilter, EntryOrder, EntryRecord
from core.records.pages import PageRequest
from core.records.rejections import RejectionChoice, RejectionFilter
from core.records.runs import Receipt, RunEventKind, RunKind, RunRecord, RunStatus
from core.records.transformations import Diff, Names, RuleEffect, Transformation, TransformationPart
from core.settings import Settings
from core.units import DateRange
from jobs.assignments import Assignment, GaveWay
from jobs.replays import replay
from jobs.transformations import transform
from stores.postgres.run_work import CancelRequested, Claimed
from stores.wiring import Stores
from stores.work import work_stores
from tests.jobs.by_hand import ByHand, by_hand, page_of
from tests.support import (
    NewTenant,
    RunningWorker,
    SandboxAt,
    Tenant,
    ended,
    google_account,
    ingest,
    meta_account,
    upload,
)

DAYS = DateRange(date(2026, 9, 29), date(2026, 10, 2))
KEPT = ("marketing_entry", "marketing_entry_vintage", "day_reading", "raw_page", "insight")


@dataclass(frozen=True)
class Desk:
    """A connection that was read, and its transformations, done by hand."""

    stores: Stores
    tenant: Tenant
    connection: ConnectionRecord

    async def queue(
        self, what: Transformation | None = None, dates: DateRange | None = DAYS
    ) -> UUID:
        options = (what or Transformation()).to_json()
        new = NewRun(RunKind.TRANSFORMATION, self.connection.id, dates, options=options)
        (run,) = await self.stores.runs.start_all(self.tenant.scope, [new])
        return run.id

    async def claimed(self, run_id: UUID) -> Claimed:
        claimed = await work_stores(self.stores).runs.claim(self.tenant.scope, run_id)
        assert claimed is not None
        return claimed

    async def work(self, run_id: UUID, pages: int | None = None) -> Receipt:
        """Do the run; GaveWay after so many pages."""
        done = 0

        async def gives_way() -> bool:
            nonlocal done
            done += 1
            return done == pages

        claimed = await self.claimed(run_id)
        work = work_stores(self.stores)
        at = Assignment(self.stores, work, Settings(), self.tenant.scope, claimed, gives_way)
        try:
            return await transform(at)
        except GaveWay:
            await work.runs.give_way(self.tenant.scope, claimed)
            raise

    async def transformed(
        self, what: Transformation | None = None, dates: DateRange | None = DAYS
    ) -> Diff:
        receipt = await self.work(await self.queue(what, dates))
        assert receipt.diff is not None
        return receipt.diff

    async def run(self, run_id: UUID) -> RunRecord:
        return (await self.stores.runs.by_ids(self.tenant.scope, [run_id]))[run_id]

    async def entries(self, as_of: datetime | None = None) -> tuple[EntryRecord, ...]:
        page = await self.stores.entries.page(
            self.tenant.scope, EntryFilter(), EntryOrder.DATE_ASC, PageRequest(1000), as_of
        )
        assert not page.has_next
        return page.items

    async def moment(self) -> datetime:
        """The tenant's clock as it stands."""
        async with self.stores.database.read(self.tenant.scope) as connection:
            found: datetime = await connection.fetchval(
                "SELECT learned_at FROM data_clock WHERE tenant_id = $1",
                self.tenant.scope.tenant_id,
            )
        return found

    async def counts(self) -> dict[str, int]:
        async with self.stores.database.read(self.tenant.scope) as connection:
            return {
                table: await connection.fetchval(
                    f"SELECT count(*) FROM {table} WHERE tenant_id = $1",
                    self.tenant.scope.tenant_id,
                )
                for table in KEPT
            }

    async def without_content(self) -> int:
        """Entries that the next merge compares in full."""
        async with self.stores.database.read(self.tenant.scope) as connection:
            sql = "SELECT count(*) FROM marketing_entry WHERE tenant_id = $1 AND content IS NULL"
            return int(await connection.fetchval(sql, self.tenant.scope.tenant_id))

    async def add(self, **rule: Any) -> UUID:
        given = {"name": "loyal", "channel": "CRM", "campaign": "^loyalty_"} | rule
        return (await self.stores.channel_rules.add(self.tenant.scope, ChannelRule(**given))).id


@pytest.fixture
async def desk(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker, sandbox: SandboxAt
) -> Desk:
    tenant = await new_tenant()
    connection = await stores.connections.create(tenant.scope, meta_account())
    async with running_worker(sandbox.url):
        await ingest(stores, tenant.scope, connection, "2026-09-29", "2026-10-02")
    return Desk(stores, tenant, connection)


def loyal(entries: tuple[EntryRecord, ...]) -> list[EntryRecord]:
    return [each for each in entries if (each.entity_name or "").startswith("loyalty_")]


async def test_a_new_rule_labels_the_past_and_says_so(desk: Desk) -> None:
    rule_id = await desk.add()
    before, counts, known = await desk.entries(), await desk.counts(), await desk.moment()
    moved = loyal(before)
    assert moved
    diff = await desk.transformed()
    assert (diff.looked_at, diff.changed) == (len(before), len(moved))
    assert (diff.unchanged, diff.unread, diff.is_preview) == (len(before) - len(moved), 0, False)
    assert diff.fields == {"channel": len(moved)}
    assert diff.rules == (RuleEffect(rule_id, "loyal", 1, len(moved)),)
    assert {(each.field, each.before, each.after, each.rule_id) for each in diff.examples} == {
        ("channel", "Paid Social", "CRM", rule_id)
    }
    assert (
        sorted((e.date, e.digest) for e in diff.examples)
        == sorted((e.key.date, e.key.digest) for e in moved)[: len(diff.examples)]
    )
    after = await desk.entries()
    for old, new in zip(before, after, strict=True):
        is_moved = old in moved
        assert new.channel == ("CRM" if is_moved else "Paid Social")
        assert new.vintage_count == old.vintage_count + is_moved
        assert (new.metrics, new.raw_page_id, new.raw_position, new.named_at, new.is_mature) == (
            old.metrics,
            old.raw_page_id,
            old.raw_position,
            old.named_at,
            old.is_mature,
        )
    assert await desk.entries(known) == before
    assert await desk.without_content() == len(moved)
    written = await desk.counts()
    assert written.pop("marketing_entry_vintage") == counts.pop("marketing_entry_vintage") + len(
        moved
    )
    assert written == counts


async def test_a_second_one_changes_nothing(desk: Desk) -> None:
    await desk.add()
    await desk.transformed()
    before, counts = await desk.entries(), await desk.counts()
    diff = await desk.transformed()
    assert diff == Diff(looked_at=len(before), unchanged=len(before))
    assert (await desk.entries(), await desk.counts()) == (before, counts)


async def test_a_preview_tells_the_same_and_writes_nothing(desk: Desk) -> None:
    await desk.add()
    before, counts = await desk.entries(), await desk.counts()
    run_id = await desk.queue(Transformation(is_preview=True))
    receipt = await desk.work(run_id)
    run = await desk.run(run_id)
    assert (run.status, run.counters.restated) == (RunStatus.SUCCEEDED, 0)
    assert (run.counters.fetched, run.counters.unchanged) == (len(before), len(before))
    assert (await desk.entries(), await desk.counts()) == (before, counts)
    told = receipt.diff
    done = await desk.transformed()
    assert told is not None
    assert told.is_preview
    assert (told.fields, told.rules, told.examples) == (done.fields, done.rules, done.examples)


async def test_only_the_days_and_parts_that_were_asked_for_change(desk: Desk) -> None:
    await desk.add()
    numbers = Transformation(frozenset({TransformationPart.NUMBERS}))
    assert (await desk.transformed(numbers)).changed == 0
    day = DateRange(date(2026, 9, 30), date(2026, 9, 30))
    diff = await desk.transformed(dates=day)
    on_day = [each for each in await desk.entries() if each.key.date == day.since]
    assert (diff.looked_at, diff.changed) == (len(on_day), len(loyal(tuple(on_day))))
    assert {each.key.date for each in await desk.entries() if each.channel == "CRM"} == {day.since}


async def test_a_rule_that_ended_gives_its_rows_back(desk: Desk) -> None:
    rule_id = await desk.add()
    changed = (await desk.transformed()).changed
    await desk.stores.channel_rules.end(desk.tenant.scope, rule_id, date(2026, 9, 30))
    diff = await desk.transformed()
    given_back = [e for e in loyal(await desk.entries()) if e.key.date > date(2026, 9, 30)]
    assert 0 < diff.changed == len(given_back) < changed
    assert diff.rules == ()
    assert {(each.before, each.after, each.rule_id) for each in diff.examples} == {
        ("CRM", "Paid Social", None)
    }


async def test_one_that_is_cut_anywhere_ends_as_one_that_is_not(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    claimed = await at.begun("2026-05-01", "2026-05-03")
    for day in ("2026-05-01", "2026-05-02", "2026-05-03"):
        page = page_of({("1", day): "1.5", ("2", day): "2.5"})
        await at.merge(claimed, await at.land(claimed, page), page)
    await at.complete(claimed)
    await at.finish(claimed)
    desk = Desk(stores, tenant, at.connection)
    await desk.add(campaign=None, source=Source("META_ADS"))
    run_id = await desk.queue(dates=None)
    for _ in range(2):
        with pytest.raises(GaveWay):
            await desk.work(run_id, pages=1)
    half = [each.channel for each in await desk.entries()]
    assert half == ["CRM"] * 4 + ["Paid Social"] * 2
    stale = await desk.claimed(run_id)
    receipt = await desk.work(run_id)
    assert receipt.diff is not None
    assert (receipt.diff.looked_at, receipt.diff.changed) == (6, 6)
    assert {each.channel for each in await desk.entries()} == {"CRM"}
    assert {each.vintage_count for each in await desk.entries()} == {2}
    run = await desk.run(run_id)
    assert (run.progress, run.counters.pages, run.pace.windows_done) == (1.0, 3, 3)
    events = await stores.runs.events_after(tenant.scope, run_id, 0, 50)
    kinds = [each.kind for each in events]
    assert kinds.count(RunEventKind.STEP_COMPLETED) == 4
    assert kinds.count(RunEventKind.GAVE_WAY) == 2
    assert events[-1].message == "6 of 6 entries changed"
    assert stale.run.status is RunStatus.RUNNING


async def test_it_stops_at_its_next_page_when_somebody_asks(desk: Desk) -> None:
    await desk.add()
    run_id = await desk.queue()
    claimed = await desk.claimed(run_id)
    await desk.stores.runs.request_cancel(desk.tenant.scope, run_id)

    async def never() -> bool:
        return False

    work = work_stores(desk.stores)
    at = Assignment(desk.stores, work, Settings(), desk.tenant.scope, claimed, never)
    with pytest.raises(CancelRequested):
        await transform(at)
    assert {each.channel for each in await desk.entries()} == {"Paid Social"}


async def test_a_renamed_campaign_keeps_its_name_unless_the_present_one_is_asked_for(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    old = page_of({("1", "2026-05-01"): "1.5"})
    await whole(at, old, "2026-05-01")
    desk = Desk(stores, tenant, at.connection)
    (first,) = await desk.entries()
    name = first.entity_name
    renamed = old.__class__(
        old.stream,
        old.media_type,
        old.body.replace(f'"{name}"'.encode(), b'"Renamed"').replace(b"2026-05-01", b"2026-05-02"),
        old.request,
        old.checkpoint,
    )
    await whole(at, renamed, "2026-05-02")
    await desk.add(campaign="^Renamed$")
    assert (await desk.transformed(dates=None)).changed == 1
    assert [each.channel for each in await desk.entries()] == ["Paid Social", "CRM"]
    known, then = (await desk.entries())[0], await desk.moment()
    present = Transformation(names=Names.PRESENT)
    diff = await desk.transformed(present, dates=None)
    assert (diff.changed, diff.fields) == (1, {"campaign_name": 1, "channel": 1})
    both = await desk.entries()
    assert [each.entity_name for each in both] == ["Renamed", "Renamed"]
    assert [each.channel for each in both] == ["CRM", "CRM"]
    assert (await desk.entries(then))[0] == known
    assert (await desk.transformed(present, dates=None)).changed == 0
    assert (await desk.transformed(dates=None)).changed == 0


async def whole(at: ByHand, page: Any, day: str) -> None:
    claimed = await at.begun(day, day)
    await at.merge(claimed, await at.land(claimed, page), page)
    await at.complete(claimed)
    await at.finish(claimed)


async def test_replayed_records_stay_as_they_were_corrected(
    stores: Stores, tenant: Tenant, running_worker: RunningWorker, sandbox: SandboxAt
) -> None:
    body = b"date,campaign_id,channel,spend\n2026-05-01,1,TV,1.5\n2026-05-01,2,TV,x\n"
    desk = await of_file(stores, tenant, running_worker, sandbox, body)
    (refused,) = (
        await stores.rejections.page(tenant.scope, RejectionFilter(), PageRequest(10))
    ).items
    choice = RejectionChoice(10, (refused.id,), None)
    (run,) = await stores.rejections.replay(tenant.scope, choice, {"spend": "2.5"})
    await replay(stores, work_stores(stores), tenant.scope, await desk.claimed(run.id))
    before = await desk.entries()
    assert len(before) == 2
    diff = await desk.transformed(dates=None)
    assert diff == Diff(looked_at=2, unchanged=2)
    await desk.add(campaign=None, platform_channel="tv", channel="Television")
    assert (await desk.transformed(dates=None)).changed == 2
    after = await desk.entries()
    assert [e.metrics for e in after] == [e.metrics for e in before]
    assert {e.channel for e in after} == {"Television"}


async def of_file(
    stores: Stores,
    tenant: Tenant,
    running_worker: RunningWorker,
    sandbox: SandboxAt,
    body: bytes,
) -> Desk:
    command = ConnectSource(
        source=Source.FILE,
        account_id="f",
        name="f",
        currency="EUR",
        time_zone="UTC",
        level=Level.CAMPAIGN,
        look_back_days=7,
    )
    connection = await stores.connections.create(tenant.scope, command)
    sent = await upload(stores, tenant.scope, "f.csv", body)
    reading = StartIngestion(connection.id, upload_id=sent.id, file=FileOptions())
    async with running_worker(sandbox.url):
        run = await stores.runs.start_ingestion(tenant.scope, reading)
        await ended(stores, tenant.scope, run.id)
    return Desk(stores, tenant, connection)


async def test_what_was_just_read_comes_out_the_same(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker, sandbox: SandboxAt
) -> None:
    tenant = await new_tenant()
    desks = []
    async with running_worker(sandbox.url):
        for account in (meta_account(1001, level=Level.AD), google_account()):
            connection = await stores.connections.create(tenant.scope, account)
            await ingest(stores, tenant.scope, connection, "2026-10-01", "2026-10-02")
            desks.append(Desk(stores, tenant, connection))
    for desk in desks:
        diff = await desk.transformed(dates=None)
        assert diff.looked_at > 0
        assert diff == Diff(looked_at=diff.looked_at, unchanged=diff.looked_at)
