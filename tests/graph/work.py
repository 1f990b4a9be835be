"""Stand-ins for the stores of what brings data in, connections apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from core.commands import NewRun, StartIngestion
from core.errors import Conflict, NotFound
from core.missing import no_run
from core.records.backfills import ReadingHistory
from core.records.calendar import CalendarProfile
from core.records.connections import ConnectionRecord
from core.records.events import DataEventKind, EventExtent, EventsAfter
from core.records.lineage import RawPageRecord
from core.records.pages import Page, PageRequest, RunSlice
from core.records.quotas import Allowances, Usage
from core.records.receipts import HeldShrink, ReceiptPolicy, ShrinkState
from core.records.restatements import Lesson, proposed_look_back
from core.records.runs import Counters, RunEventRecord, RunRecord, RunStatus
from core.records.schedules import ScheduleRecord, Timing
from core.records.tenants import TenantRecord
from core.scope import TenantScope
from core.units import DateRange
from tests.graph.memory import Memory, paged
from tests.graph.samples import NOW


class Runs:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.commands: list[StartIngestion] = []

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, RunRecord]:
        found = self.memory.of(scope).runs
        return {key: found[key] for key in ids if key in found}

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        connections: Sequence[UUID] = (),
        statuses: Sequence[RunStatus] = (),
    ) -> Page[RunRecord]:
        found = [
            run
            for run in self.memory.of(scope).runs.values()
            if (not connections or run.connection_id in connections)
            and (not statuses or run.status in statuses)
        ]
        return paged(found, request, lambda run: (str(run.id),), descending=True)

    async def start_ingestion(self, scope: TenantScope, command: StartIngestion) -> RunRecord:
        self.commands.append(command)
        shelf = self.memory.of(scope).runs
        record = RunRecord(
            id=UUID(int=0xA0000 + len(shelf)),
            kind=command.kind,
            connection_id=command.connection_id,
            status=RunStatus.QUEUED,
            dates=command.dates,
            upload_id=command.upload_id,
            options={},
            checkpoint=None,
            claim=0,
            counters=Counters(),
            progress=0.0,
            receipt=None,
            error=None,
            is_cancel_requested=False,
            requested_by=scope.actor,
            created_at=NOW,
            started_at=None,
            ended_at=None,
        )
        shelf[record.id] = record
        return record

    async def start_all(self, scope: TenantScope, runs: Sequence[NewRun]) -> tuple[RunRecord, ...]:
        raise NotImplementedError(scope, runs)

    async def request_cancel(self, scope: TenantScope, run_id: UUID) -> RunRecord:
        run = self._one(scope, run_id)
        if run.status.is_final:
            raise Conflict("the run has ended", field="runId", mend="cancel a running one")
        return self._put(scope, replace(run, is_cancel_requested=True))

    async def cancel_all(self, scope: TenantScope, connection_id: UUID) -> tuple[UUID, ...]:
        shelf = self.memory.of(scope).runs
        found = [
            run
            for run in shelf.values()
            if run.connection_id == connection_id and not run.status.is_final
        ]
        for run in found:
            self._put(scope, replace(run, is_cancel_requested=True))
        return tuple(run.id for run in found)

    async def retry(self, scope: TenantScope, run_id: UUID) -> RunRecord:
        run = self._one(scope, run_id)
        if not run.status.is_final:
            raise Conflict("the run has not ended", field="runId", mend="wait for its end")
        return self._put(scope, replace(run, status=RunStatus.QUEUED, error=None))

    async def events_after(
        self, scope: TenantScope, run_id: UUID, after: int, limit: int
    ) -> tuple[RunEventRecord, ...]:
        events = self.memory.of(scope).events.get(run_id, [])
        return tuple(event for event in events if event.sequence > after)[:limit]

    async def events_of(
        self, scope: TenantScope, slices: Sequence[RunSlice]
    ) -> dict[RunSlice, tuple[RunEventRecord, ...]]:
        return {
            each: await self.events_after(scope, each.run_id, each.after, each.size)
            for each in slices
        }

    def _one(self, scope: TenantScope, run_id: UUID) -> RunRecord:
        run = self.memory.of(scope).runs.get(run_id)
        if run is None:
            raise no_run()
        return run

    def _put(self, scope: TenantScope, run: RunRecord) -> RunRecord:
        self.memory.of(scope).runs[run.id] = run
        return run


class Shrinks:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def by_runs(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, HeldShrink]:
        found = self.memory.of(scope).shrinks
        return {key: found[key] for key in ids if key in found}

    async def accept(self, scope: TenantScope, run_id: UUID) -> RunRecord:
        return self._decided(scope, run_id, ShrinkState.ACCEPTED)

    async def reject(self, scope: TenantScope, run_id: UUID) -> RunRecord:
        return self._decided(scope, run_id, ShrinkState.REJECTED)

    def _decided(self, scope: TenantScope, run_id: UUID, state: ShrinkState) -> RunRecord:
        shelf = self.memory.of(scope)
        if run_id not in shelf.runs:
            raise no_run()
        run = shelf.runs[run_id]
        if run.status is not RunStatus.HELD:
            raise Conflict("nothing is held", field="runId", mend="decide on a run that is HELD")
        shelf.shrinks[run_id] = replace(
            shelf.shrinks[run_id], state=state, decided_at=NOW, decided_by=scope.actor
        )
        shelf.runs[run_id] = replace(run, status=RunStatus.SUCCEEDED)
        return shelf.runs[run_id]


class Policies:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def by_connections(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, ReceiptPolicy]:
        found = self.memory.of(scope).policies
        return {key: found.get(key, ReceiptPolicy()) for key in ids}

    async def put(
        self, scope: TenantScope, connection_id: UUID, policy: ReceiptPolicy
    ) -> ReceiptPolicy:
        self.memory.of(scope).policies[connection_id] = policy
        return policy


class Backfills:
    """Nothing was read yet, but for what a test says."""

    def __init__(self) -> None:
        self.known = ReadingHistory()
        self.settled: frozenset[date] = frozenset()

    async def history(self, scope: TenantScope, connection_id: UUID) -> ReadingHistory:
        del scope, connection_id
        return self.known

    async def settled_days(
        self, scope: TenantScope, connection_id: UUID, dates: DateRange
    ) -> frozenset[date]:
        del scope, connection_id
        return self.settled & frozenset(dates)


class Restatements:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def by_connections(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, Lesson]:
        found = self.memory.of(scope).lessons
        return {key: found[key] for key in ids if key in found}

    async def accept_look_back(self, scope: TenantScope, connection_id: UUID) -> ConnectionRecord:
        shelf = self.memory.of(scope)
        if connection_id not in shelf.connections:
            raise NotFound("no such connection", field="connectionId", mend="use one of yours")
        record, lesson = shelf.connections[connection_id], shelf.lessons.get(connection_id)
        days = proposed_look_back(lesson.metrics, record.look_back_days) if lesson else None
        if days is None:
            raise Conflict("none is proposed", field="connectionId", mend="wait for one")
        shelf.connections[connection_id] = replace(record, look_back_days=days)
        return shelf.connections[connection_id]


class Lineage:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def of_runs(
        self, scope: TenantScope, slices: Sequence[RunSlice]
    ) -> dict[RunSlice, tuple[RawPageRecord, ...]]:
        pages = sorted(self.memory.of(scope).raw_pages.values(), key=lambda page: page.number)
        return {each: _slice(pages, each) for each in slices}

    async def pages_by_ids(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, RawPageRecord]:
        found = self.memory.of(scope).raw_pages
        return {key: found[key] for key in ids if key in found}


def _slice(pages: Sequence[RawPageRecord], asked: RunSlice) -> tuple[RawPageRecord, ...]:
    found = [page for page in pages if page.run_id == asked.run_id and page.number > asked.after]
    return tuple(found[: asked.size])


class Tenants:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def current(self, scope: TenantScope) -> TenantRecord:
        tenant = self.memory.of(scope).tenant
        if tenant is None:
            raise NotFound("no such tenant")
        return tenant

    async def wish_for_calendar(self, scope: TenantScope, profile: CalendarProfile) -> None:
        raise NotImplementedError(scope, profile)


class Quotas:
    async def usage(self, scope: TenantScope, now: datetime) -> Usage:
        del scope, now
        return Usage("FREE", 0, 0, 0, Allowances())


class Schedules:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, ScheduleRecord]:
        found = self.memory.of(scope).schedules
        return {key: found[key] for key in ids if key in found}

    async def page(
        self, scope: TenantScope, request: PageRequest, connections: Sequence[UUID] = ()
    ) -> Page[ScheduleRecord]:
        found = [
            schedule
            for schedule in self.memory.of(scope).schedules.values()
            if not connections or schedule.connection_id in connections
        ]
        return paged(found, request, lambda schedule: (str(schedule.id),))

    async def create(
        self, scope: TenantScope, connection_id: UUID, timing: Timing, now: datetime
    ) -> ScheduleRecord:
        shelf = self.memory.of(scope)
        if connection_id not in shelf.connections:
            raise NotFound("no such connection", field="connectionId", mend="use one of yours")
        record = ScheduleRecord(
            id=UUID(int=0x50000 + len(shelf.schedules)),
            connection_id=connection_id,
            time_zone=shelf.connections[connection_id].time_zone,
            timing=timing,
            is_paused=False,
            fires_at=now,
            last_due_at=None,
            last_outcome=None,
            last_run_id=None,
            created_by=scope.actor,
            created_at=now,
        )
        shelf.schedules[record.id] = record
        return record

    async def change(
        self, scope: TenantScope, schedule_id: UUID, timing: Timing, now: datetime
    ) -> ScheduleRecord:
        del now
        return self._put(scope, replace(self._one(scope, schedule_id), timing=timing))

    async def set_paused(
        self, scope: TenantScope, schedule_id: UUID, now: datetime, *, is_paused: bool
    ) -> ScheduleRecord:
        del now
        return self._put(scope, replace(self._one(scope, schedule_id), is_paused=is_paused))

    async def delete(self, scope: TenantScope, schedule_id: UUID) -> ScheduleRecord:
        record = self._one(scope, schedule_id)
        del self.memory.of(scope).schedules[schedule_id]
        return record

    def _one(self, scope: TenantScope, schedule_id: UUID) -> ScheduleRecord:
        found = self.memory.of(scope).schedules.get(schedule_id)
        if found is None:
            raise NotFound("no such schedule", field="scheduleId", mend="use one of yours")
        return found

    def _put(self, scope: TenantScope, record: ScheduleRecord) -> ScheduleRecord:
        self.memory.of(scope).schedules[record.id] = record
        return record


class Events:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def extent(self, scope: TenantScope) -> EventExtent:
        return EventExtent(1, len(self.memory.of(scope).data_events))

    async def after(
        self, scope: TenantScope, after: int, limit: int, kinds: Sequence[DataEventKind] = ()
    ) -> EventsAfter:
        kept = self.memory.of(scope).data_events
        found = [r for r in kept[after:] if not kinds or r.event.kind in kinds][:limit]
        reached = found[-1].sequence if len(found) == limit else max(after, len(kept))
        return EventsAfter(tuple(found), reached)


class Topics:
    """Wake-ups within this process; `closed` counts subscriptions that were left."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.closed = 0

    @asynccontextmanager
    async def subscribe(
        self, scope: TenantScope, run_id: UUID | None = None
    ) -> AsyncIterator[AsyncIterator[None]]:
        del scope
        awake = asyncio.Event()
        awake.set()
        self.memory.waiting[run_id].append(awake)
        try:
            yield _wake_ups(awake)
        finally:
            self.closed += 1
            self.memory.waiting[run_id].remove(awake)

    async def announce(self, scope: TenantScope, run_id: UUID) -> None:
        del scope
        for awake in self.memory.waiting[run_id]:
            awake.set()


async def _wake_ups(awake: asyncio.Event) -> AsyncIterator[None]:
    while True:
        await awake.wait()
        awake.clear()
        yield
