"""What the reading floors ask of the stores: protocols, so that they know no driver.

`stores.wiring.Stores` satisfies `Stores`; so does anything that wraps or stands in for it.
Every method takes the scope first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from core.commands import ConnectSource, StartIngestion
from core.records.attribution import AttributionFilter, AttributionRowRecord
from core.records.calendar import CalendarDayRecord
from core.records.connections import ConnectionRecord
from core.records.entries import (
    CampaignRecord,
    EntryFilter,
    EntryKey,
    EntryOrder,
    EntryRecord,
    VintageRecord,
)
from core.records.insights import InsightKind, InsightRecord
from core.records.lineage import RawPageRecord, RejectedRecord
from core.records.pages import Page, PageRequest
from core.records.runs import RunEventRecord, RunRecord, RunStatus
from core.records.tenants import TenantRecord
from core.scope import TenantScope
from core.units import DateRange


class EntryStore(Protocol):
    """Marketing entries and their vintages."""

    async def page(
        self,
        scope: TenantScope,
        where: EntryFilter,
        order: EntryOrder,
        request: PageRequest,
        as_of: datetime | None,
    ) -> Page[EntryRecord]:
        """One page; the cursor is (date, digest)."""
        ...

    async def count(self, scope: TenantScope, where: EntryFilter, as_of: datetime | None) -> int:
        """How many entries `where` lets through."""
        ...

    async def by_keys(
        self, scope: TenantScope, keys: Collection[EntryKey], as_of: datetime | None = None
    ) -> dict[EntryKey, EntryRecord]:
        """Those of `keys` that exist."""
        ...

    async def vintages(
        self, scope: TenantScope, keys: Collection[EntryKey]
    ) -> dict[EntryKey, tuple[VintageRecord, ...]]:
        """The vintages of each of `keys`, oldest first."""
        ...


class CampaignStore(Protocol):
    """Campaigns."""

    async def by_digests(
        self, scope: TenantScope, digests: Collection[UUID]
    ) -> dict[UUID, CampaignRecord]:
        """Those of `digests` that exist."""
        ...

    async def page(self, scope: TenantScope, request: PageRequest) -> Page[CampaignRecord]:
        """One page; the cursor is (digest,)."""
        ...


class CalendarStore(Protocol):
    """Days of the tenant's calendar."""

    async def by_dates(
        self, scope: TenantScope, dates: Collection[date]
    ) -> dict[date, CalendarDayRecord]:
        """Those of `dates` that the calendar holds."""
        ...

    async def range(self, scope: TenantScope, dates: DateRange) -> tuple[CalendarDayRecord, ...]:
        """The days of `dates`, in order."""
        ...


class ConnectionStore(Protocol):
    """Connections."""

    async def by_ids(
        self, scope: TenantScope, ids: Collection[UUID]
    ) -> dict[UUID, ConnectionRecord]:
        """Those of `ids` that exist."""
        ...

    async def page(self, scope: TenantScope, request: PageRequest) -> Page[ConnectionRecord]:
        """One page; the cursor is (id,)."""
        ...

    async def create(self, scope: TenantScope, command: ConnectSource) -> ConnectionRecord:
        """Set up a connection; Conflict when the account is already connected."""
        ...


class RunStore(Protocol):
    """Runs and their events."""

    async def by_ids(self, scope: TenantScope, ids: Collection[UUID]) -> dict[UUID, RunRecord]:
        """Those of `ids` that exist."""
        ...

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        connections: Collection[UUID] = (),
        statuses: Collection[RunStatus] = (),
    ) -> Page[RunRecord]:
        """One page, newest first; the cursor is (id,)."""
        ...

    async def start_ingestion(self, scope: TenantScope, command: StartIngestion) -> RunRecord:
        """Write the run and enqueue its job."""
        ...

    async def request_cancel(self, scope: TenantScope, run_id: UUID) -> RunRecord:
        """Ask a run to stop; Conflict when it has ended."""
        ...

    async def retry(self, scope: TenantScope, run_id: UUID) -> RunRecord:
        """Start a run that failed once more; Conflict in any other state."""
        ...

    async def events_after(
        self, scope: TenantScope, run_id: UUID, after: int, limit: int
    ) -> tuple[RunEventRecord, ...]:
        """At most `limit` events whose sequence is greater than `after`, in order."""
        ...


class LineageStore(Protocol):
    """Raw pages and refused records."""

    async def pages_by_ids(
        self, scope: TenantScope, ids: Collection[UUID]
    ) -> dict[UUID, RawPageRecord]:
        """Those of `ids` that exist."""
        ...

    async def rejected(
        self, scope: TenantScope, run_id: UUID, request: PageRequest
    ) -> Page[RejectedRecord]:
        """One page of what a run refused; the cursor is (id,)."""
        ...


class AttributionStore(Protocol):
    """Attribution rows."""

    async def page(
        self,
        scope: TenantScope,
        where: AttributionFilter,
        request: PageRequest,
        as_of: datetime | None,
    ) -> Page[AttributionRowRecord]:
        """One page; the cursor is (date, source, channel, currency)."""
        ...


class InsightStore(Protocol):
    """Insights."""

    async def by_ids(self, scope: TenantScope, ids: Collection[UUID]) -> dict[UUID, InsightRecord]:
        """Those of `ids` that exist."""
        ...

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        kinds: Collection[InsightKind] = (),
        dates: DateRange | None = None,
    ) -> Page[InsightRecord]:
        """One page, newest first; the cursor is (id,)."""
        ...


class TenantStore(Protocol):
    """The tenant itself."""

    async def current(self, scope: TenantScope) -> TenantRecord:
        """The tenant of `scope`."""
        ...


class Topics(Protocol):
    """Wake-ups of runs."""

    def subscribe(
        self, scope: TenantScope, run_id: UUID
    ) -> AbstractAsyncContextManager[AsyncIterator[None]]:
        """Yields once right after subscribing, then whenever the run may have moved."""
        ...


class Stores(Protocol):
    """Every store that the reading floors use."""

    @property
    def entries(self) -> EntryStore:
        """Marketing entries and their vintages."""
        ...

    @property
    def campaigns(self) -> CampaignStore:
        """Campaigns."""
        ...

    @property
    def calendar(self) -> CalendarStore:
        """Days of the tenant's calendar."""
        ...

    @property
    def connections(self) -> ConnectionStore:
        """Connections."""
        ...

    @property
    def runs(self) -> RunStore:
        """Runs and their events."""
        ...

    @property
    def lineage(self) -> LineageStore:
        """Raw pages and refused records."""
        ...

    @property
    def attribution(self) -> AttributionStore:
        """Attribution rows."""
        ...

    @property
    def insights(self) -> InsightStore:
        """Insights."""
        ...

    @property
    def tenants(self) -> TenantStore:
        """The tenant itself."""
        ...

    @property
    def topics(self) -> Topics:
        """Wake-ups of runs."""
        ...
