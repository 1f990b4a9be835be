"""Ports of what was measured and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.records.attribution import AttributionDefinition, AttributionPage, WrittenRows
from core.records.calendar import (
    CalendarDayRecord,
    CalendarEvent,
    CalendarEventRecord,
    CalendarVersionRecord,
    DayMoment,
)
from core.records.entries import (
    CampaignRecord,
    EntryFilter,
    EntryKey,
    EntryOrder,
    EntryPageRequest,
    EntryRecord,
    VintageRecord,
)
from core.records.exchange import KnownRates, RateMoment
from core.records.insights import InsightFilter, InsightRecord
from core.records.naming import NamedCampaign, NameMoment
from core.records.pages import Page, PageRequest
from core.records.performance import PerformancePage, PerformanceQuestion
from core.records.shapes import Shape, Written, WrittenPage
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

    async def pages(
        self, scope: TenantScope, campaigns: Sequence[UUID], asked: EntryPageRequest
    ) -> dict[UUID, Page[EntryRecord]]:
        """The page of the entries of each of `campaigns`."""
        ...

    async def count(self, scope: TenantScope, where: EntryFilter, as_of: datetime | None) -> int:
        """How many entries `where` lets through."""
        ...

    async def by_keys(
        self, scope: TenantScope, keys: Sequence[EntryKey], as_of: datetime | None = None
    ) -> dict[EntryKey, EntryRecord]:
        """Those of `keys` that exist."""
        ...

    async def vintages(
        self, scope: TenantScope, keys: Sequence[EntryKey]
    ) -> dict[EntryKey, tuple[VintageRecord, ...]]:
        """The vintages of each of `keys`, oldest first."""
        ...


class WrittenEntryStore(Protocol):
    """Marketing entries as JSON text, in the shapes that an answer has them in."""

    async def page(
        self, scope: TenantScope, asked: EntryPageRequest, shapes: Sequence[Shape]
    ) -> WrittenPage:
        """One page; the cursor is (date, digest)."""
        ...

    async def pages(
        self,
        scope: TenantScope,
        campaigns: Sequence[UUID],
        asked: EntryPageRequest,
        shapes: Sequence[Shape],
    ) -> dict[UUID, WrittenPage]:
        """The page of the entries of each of `campaigns`."""
        ...

    async def by_keys(
        self, scope: TenantScope, keys: Sequence[EntryKey], shape: Shape
    ) -> tuple[tuple[EntryKey, ...], Written]:
        """Those of `keys` that exist, and their rows in the same order."""
        ...


class CampaignStore(Protocol):
    """Campaigns."""

    async def by_digests(
        self, scope: TenantScope, digests: Sequence[UUID]
    ) -> dict[UUID, CampaignRecord]:
        """Those of `digests` that exist."""
        ...

    async def page(self, scope: TenantScope, request: PageRequest) -> Page[CampaignRecord]:
        """One page; the cursor is (digest,)."""
        ...

    async def names(
        self, scope: TenantScope, as_of: datetime | None = None
    ) -> tuple[NamedCampaign, ...]:
        """Every name that a campaign has or had, in the order of names; those known at `as_of`."""
        ...

    async def names_at(
        self, scope: TenantScope, moments: Sequence[NameMoment]
    ) -> dict[NameMoment, NamedCampaign]:
        """Campaigns under the names that they had at those moments, where they had one."""
        ...


class CalendarStore(Protocol):
    """Days of the tenant's calendar."""

    async def by_dates(
        self, scope: TenantScope, moments: Sequence[DayMoment]
    ) -> dict[DayMoment, CalendarDayRecord]:
        """The days of `moments` that the calendar of their moment holds."""
        ...

    async def range(
        self, scope: TenantScope, dates: DateRange, as_of: datetime | None
    ) -> tuple[CalendarDayRecord, ...]:
        """The days of `dates` that the calendar of `as_of` holds, in order."""
        ...

    async def version(
        self, scope: TenantScope, as_of: datetime | None
    ) -> CalendarVersionRecord | None:
        """The version in force at `as_of`; None before there is any."""
        ...


class CalendarEventStore(Protocol):
    """Events of a tenant's own."""

    async def range(
        self, scope: TenantScope, dates: DateRange, as_of: datetime | None
    ) -> tuple[CalendarEventRecord, ...]:
        """The events known at `as_of` that touch `dates`, by first day, then by age."""
        ...

    async def by_ids(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> Mapping[UUID, CalendarEventRecord]:
        """The events of these ids, as they are or, of those that are gone, as they last were."""
        ...

    async def add(self, scope: TenantScope, event: CalendarEvent) -> CalendarEventRecord:
        """Write down an event; Conflict when there are as many as there may be."""
        ...

    async def change(
        self, scope: TenantScope, event_id: UUID, event: CalendarEvent
    ) -> CalendarEventRecord:
        """Let an event be another from now on, or NotFound."""
        ...

    async def remove(self, scope: TenantScope, event_id: UUID) -> CalendarEventRecord:
        """Let an event be gone from now on, or NotFound."""
        ...


class AttributionStore(Protocol):
    """Attribution rows."""

    async def page(
        self,
        scope: TenantScope,
        definition: AttributionDefinition,
        request: PageRequest,
        as_of: datetime | None,
    ) -> AttributionPage:
        """One page; the cursor is the row's key as text, the present the moment of None."""
        ...

    async def written(
        self,
        scope: TenantScope,
        definition: AttributionDefinition,
        request: PageRequest,
        as_of: datetime | None,
        shape: Shape,
        *,
        tells_ends: bool,
    ) -> WrittenRows:
        """The same page, each row as JSON in `shape`; with keys of its ends if `tells_ends`."""
        ...

    async def has_sums(self, scope: TenantScope, dates: DateRange, as_of: datetime | None) -> bool:
        """Whether most days' rows are read from sums, where the definition allows."""
        ...


class PerformanceStore(Protocol):
    """Figures of groups."""

    async def page(
        self,
        scope: TenantScope,
        question: PerformanceQuestion,
        request: PageRequest,
        as_of: datetime | None,
    ) -> PerformancePage:
        """One page; the present is the moment of None."""
        ...


class InsightStore(Protocol):
    """Insights."""

    async def by_ids(
        self, scope: TenantScope, ids: Sequence[UUID], as_of: datetime | None = None
    ) -> dict[UUID, InsightRecord]:
        """Those of `ids` that exist."""
        ...

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        asked: InsightFilter,
        as_of: datetime | None = None,
    ) -> Page[InsightRecord]:
        """One page, newest first; the cursor is (id,)."""
        ...

    async def matching(
        self, scope: TenantScope, ids: Sequence[UUID], asked: InsightFilter
    ) -> frozenset[UUID]:
        """Those of `ids` that are asked for, as they stand."""
        ...


class ExchangeStore(Protocol):
    """Exchange rates: published ones, the same for every tenant, and its own before them."""

    async def known(
        self, scope: TenantScope, moments: Sequence[RateMoment]
    ) -> dict[RateMoment, KnownRates]:
        """What is known of each of `moments`."""
        ...
