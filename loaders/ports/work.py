"""Ports of what brings data in, and of whose it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from core.commands import ChangeConnection, ConnectSource, Credentials, NewRun, StartIngestion
from core.records.backfills import ReadingHistory
from core.records.calendar import CalendarProfile
from core.records.connections import ConnectionRecord, ConnectionStatus
from core.records.events import DataEventKind, EventExtent, EventsAfter
from core.records.lineage import RawPageRecord
from core.records.pages import Page, PageRequest, RunSlice
from core.records.runs import RunEventRecord, RunRecord, RunStatus
from core.records.schedules import ScheduleRecord, Timing
from core.records.tenants import TenantRecord
from core.scope import TenantScope
from core.units import DateRange


class ConnectionStore(Protocol):
    """Connections."""

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, ConnectionRecord]:
        """Those of `ids` that exist."""
        ...

    async def page(self, scope: TenantScope, request: PageRequest) -> Page[ConnectionRecord]:
        """One page; the cursor is (id,)."""
        ...

    async def create(self, scope: TenantScope, command: ConnectSource) -> ConnectionRecord:
        """Set up a connection; Conflict when the account is already connected."""
        ...

    async def rotate(
        self, scope: TenantScope, connection_id: UUID, credentials: Credentials
    ) -> ConnectionRecord:
        """Seal `credentials` in place of those before, or NotFound."""
        ...

    async def change(
        self, scope: TenantScope, connection_id: UUID, change: ChangeConnection
    ) -> ConnectionRecord:
        """Change what `change` names; NotFound when there is no such connection."""
        ...

    async def set_status(
        self, scope: TenantScope, connection_id: UUID, status: ConnectionStatus
    ) -> ConnectionRecord:
        """Let it be read from, or not; NotFound when there is no such connection."""
        ...

    async def disconnect(self, scope: TenantScope, connection_id: UUID) -> ConnectionRecord:
        """Destroy its credentials and cancel its runs; NotFound when there is none."""
        ...


class RunStore(Protocol):
    """Runs and their events."""

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, RunRecord]:
        """Those of `ids` that exist."""
        ...

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        connections: Sequence[UUID] = (),
        statuses: Sequence[RunStatus] = (),
    ) -> Page[RunRecord]:
        """One page, newest first; the cursor is (id,)."""
        ...

    async def start_ingestion(self, scope: TenantScope, command: StartIngestion) -> RunRecord:
        """Write the run and enqueue its job."""
        ...

    async def start_all(self, scope: TenantScope, runs: Sequence[NewRun]) -> tuple[RunRecord, ...]:
        """Write runs and enqueue their jobs, all or none."""
        ...

    async def request_cancel(self, scope: TenantScope, run_id: UUID) -> RunRecord:
        """Ask a run to stop; Conflict when it has ended."""
        ...

    async def cancel_all(self, scope: TenantScope, connection_id: UUID) -> tuple[UUID, ...]:
        """`request_cancel` every open run of a connection; which they were."""
        ...

    async def retry(self, scope: TenantScope, run_id: UUID) -> RunRecord:
        """Start a run that failed once more; Conflict in any other state."""
        ...

    async def events_after(
        self, scope: TenantScope, run_id: UUID, after: int, limit: int
    ) -> tuple[RunEventRecord, ...]:
        """At most `limit` events whose sequence is greater than `after`, in order."""
        ...

    async def events_of(
        self, scope: TenantScope, slices: Sequence[RunSlice]
    ) -> dict[RunSlice, tuple[RunEventRecord, ...]]:
        """The events of each slice that has any, in order."""
        ...


class BackfillStore(Protocol):
    """What earlier runs of a connection left behind."""

    async def history(self, scope: TenantScope, connection_id: UUID) -> ReadingHistory:
        """What the newest whole runs took."""
        ...

    async def settled_days(
        self, scope: TenantScope, connection_id: UUID, dates: DateRange
    ) -> frozenset[date]:
        """The days of `dates` that were read when their look-back had passed."""
        ...


class LineageStore(Protocol):
    """Raw pages."""

    async def pages_by_ids(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, RawPageRecord]:
        """Those of `ids` that exist."""
        ...

    async def of_runs(
        self, scope: TenantScope, slices: Sequence[RunSlice]
    ) -> dict[RunSlice, tuple[RawPageRecord, ...]]:
        """The pages of each slice that has any, in order."""
        ...


class TenantStore(Protocol):
    """The tenant itself."""

    async def current(self, scope: TenantScope) -> TenantRecord:
        """The tenant of `scope`."""
        ...

    async def wish_for_calendar(self, scope: TenantScope, profile: CalendarProfile) -> None:
        """Ask for another calendar; a worker makes it."""
        ...


class ScheduleStore(Protocol):
    """Schedules; `now` is the present that their next times follow from."""

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, ScheduleRecord]:
        """Those of `ids` that exist."""
        ...

    async def page(
        self, scope: TenantScope, request: PageRequest, connections: Sequence[UUID] = ()
    ) -> Page[ScheduleRecord]:
        """One page, oldest first; the cursor is (id,)."""
        ...

    async def create(
        self, scope: TenantScope, connection_id: UUID, timing: Timing, now: datetime
    ) -> ScheduleRecord:
        """A new one; NotFound without the connection, Conflict when it has too many."""
        ...

    async def change(
        self, scope: TenantScope, schedule_id: UUID, timing: Timing, now: datetime
    ) -> ScheduleRecord:
        """Another timing; NotFound when there is no such schedule."""
        ...

    async def set_paused(
        self, scope: TenantScope, schedule_id: UUID, now: datetime, *, is_paused: bool
    ) -> ScheduleRecord:
        """Held, or not; NotFound when there is no such schedule."""
        ...

    async def delete(self, scope: TenantScope, schedule_id: UUID) -> ScheduleRecord:
        """What it was; NotFound when there is no such schedule."""
        ...


class EventStore(Protocol):
    """The tenant's events, in the order of their commits."""

    async def extent(self, scope: TenantScope) -> EventExtent:
        """Which events are kept."""
        ...

    async def after(
        self, scope: TenantScope, after: int, limit: int, kinds: Sequence[DataEventKind] = ()
    ) -> EventsAfter:
        """At most `limit` events behind `after`; of all kinds when none are named."""
        ...


class Topics(Protocol):
    """Wake-ups of runs."""

    def subscribe(
        self, scope: TenantScope, run_id: UUID | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[None]]:
        """Yields once right after subscribing, then whenever the run may have moved.

        None stands for every run of the tenant.
        """
        ...

    async def announce(self, scope: TenantScope, run_id: UUID) -> None:
        """Wake the run's subscribers: this caller has moved it. Never raises."""
        ...
