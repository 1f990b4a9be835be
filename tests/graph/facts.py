"""Stand-ins for the stores of what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from core.records.attribution import AttributionFilter, AttributionRowRecord
from core.records.calendar import CalendarDayRecord
from core.records.entries import (
    CampaignRecord,
    EntryFilter,
    EntryKey,
    EntryOrder,
    EntryRecord,
    VintageRecord,
)
from core.records.insights import InsightKind, InsightRecord
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from core.units import DateRange
from tests.graph.memory import Memory, paged


class Entries:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    def _found(
        self, scope: TenantScope, where: EntryFilter, as_of: datetime | None
    ) -> list[EntryRecord]:
        return [
            entry
            for entry in self.memory.of(scope).entries.values()
            if _passes(where, entry) and (as_of is None or entry.first_learned_at <= as_of)
        ]

    async def page(
        self,
        scope: TenantScope,
        where: EntryFilter,
        order: EntryOrder,
        request: PageRequest,
        as_of: datetime | None,
    ) -> Page[EntryRecord]:
        return paged(
            self._found(scope, where, as_of),
            request,
            lambda entry: (entry.key.date.isoformat(), entry.key.digest.hex),
            descending=order is EntryOrder.DATE_DESC,
        )

    async def count(self, scope: TenantScope, where: EntryFilter, as_of: datetime | None) -> int:
        return len(self._found(scope, where, as_of))

    async def by_keys(
        self, scope: TenantScope, keys: Sequence[EntryKey], as_of: datetime | None = None
    ) -> dict[EntryKey, EntryRecord]:
        del as_of
        found = self.memory.of(scope).entries
        return {key: found[key] for key in keys if key in found}

    async def vintages(
        self, scope: TenantScope, keys: Sequence[EntryKey]
    ) -> dict[EntryKey, tuple[VintageRecord, ...]]:
        found = self.memory.of(scope).vintages
        return {key: found[key] for key in keys if key in found}


def _passes(where: EntryFilter, entry: EntryRecord) -> bool:
    return (
        (where.dates is None or where.dates.since <= entry.key.date <= where.dates.until)
        and (not where.sources or entry.source in where.sources)
        and (not where.channels or entry.channel in where.channels)
        and (not where.accounts or entry.account_id in where.accounts)
        and (not where.connections or entry.connection_id in where.connections)
        and (not where.campaigns or entry.campaign in where.campaigns)
        and (not where.levels or entry.level in where.levels)
        and (where.is_mature is None or entry.is_mature is where.is_mature)
    )


class Campaigns:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def by_digests(
        self, scope: TenantScope, digests: Sequence[UUID]
    ) -> dict[UUID, CampaignRecord]:
        found = self.memory.of(scope).campaigns
        return {digest: found[digest] for digest in digests if digest in found}

    async def page(self, scope: TenantScope, request: PageRequest) -> Page[CampaignRecord]:
        found = list(self.memory.of(scope).campaigns.values())
        return paged(found, request, lambda campaign: (campaign.digest.hex,))


class Calendar:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def by_dates(
        self, scope: TenantScope, dates: Sequence[date]
    ) -> dict[date, CalendarDayRecord]:
        found = self.memory.of(scope).days
        return {day: found[day] for day in dates if day in found}

    async def range(self, scope: TenantScope, dates: DateRange) -> tuple[CalendarDayRecord, ...]:
        found = self.memory.of(scope).days
        return tuple(found[day] for day in sorted(found) if dates.since <= day <= dates.until)


class Attribution:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def page(
        self,
        scope: TenantScope,
        where: AttributionFilter,
        request: PageRequest,
        as_of: datetime | None,
    ) -> Page[AttributionRowRecord]:
        del as_of
        found = [
            row
            for row in self.memory.of(scope).rows
            if where.dates.since <= row.date <= where.dates.until
            and (not where.sources or row.source in where.sources)
            and (not where.channels or row.channel in where.channels)
        ]
        return paged(
            found,
            request,
            lambda row: (row.date.isoformat(), row.source.value, row.channel, row.currency),
        )


class Insights:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, InsightRecord]:
        found = self.memory.of(scope).insights
        return {key: found[key] for key in ids if key in found}

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        kinds: Sequence[InsightKind] = (),
        dates: DateRange | None = None,
    ) -> Page[InsightRecord]:
        found = [
            insight
            for insight in self.memory.of(scope).insights.values()
            if (not kinds or insight.kind in kinds)
            and (
                dates is None
                or (insight.window.since <= dates.until and insight.window.until >= dates.since)
            )
        ]
        return paged(found, request, lambda insight: (str(insight.id),), descending=True)
