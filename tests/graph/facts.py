"""Stand-ins for the stores of what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NoReturn
from uuid import UUID

from core.records.attribution import (
    AttributionDefinition,
    AttributionPage,
    AttributionRowRecord,
    WrittenRows,
)
from core.records.calendar import (
    CalendarDayRecord,
    CalendarEvent,
    CalendarEventRecord,
    CalendarVersionRecord,
    DayMoment,
)
from core.records.channels import ChannelRule, ChannelRuleRecord, ChannelSample
from core.records.entries import (
    CampaignRecord,
    EntryFilter,
    EntryKey,
    EntryOrder,
    EntryPageRequest,
    EntryRecord,
    VintageRecord,
)
from core.records.exchange import (
    KnownRates,
    OwnRate,
    OwnRateRecord,
    Publication,
    RateMoment,
)
from core.records.naming import NamedCampaign, NameMoment, NamingRule, NamingRuleRecord
from core.records.pages import Page, PageRequest
from core.records.performance import PerformancePage
from core.records.rules import RulesAt
from core.records.shapes import Shape, Written, WrittenPage
from core.scope import TenantScope
from core.units import DateRange
from tests.graph import samples
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

    async def pages(
        self, scope: TenantScope, campaigns: Sequence[UUID], asked: EntryPageRequest
    ) -> dict[UUID, Page[EntryRecord]]:
        return {
            campaign: await self.page(
                scope,
                replace(asked.where, campaigns=(campaign,)),
                asked.order,
                asked.page,
                asked.as_of,
            )
            for campaign in campaigns
        }

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


class WrittenEntries:
    """Nothing that this world answers is written by its database."""

    async def page(
        self, scope: TenantScope, asked: EntryPageRequest, shapes: Sequence[Shape]
    ) -> WrittenPage:
        return _unwritten(scope, asked, shapes)

    async def pages(
        self,
        scope: TenantScope,
        campaigns: Sequence[UUID],
        asked: EntryPageRequest,
        shapes: Sequence[Shape],
    ) -> dict[UUID, WrittenPage]:
        return _unwritten(scope, campaigns, asked, shapes)

    async def by_keys(
        self, scope: TenantScope, keys: Sequence[EntryKey], shape: Shape
    ) -> tuple[tuple[EntryKey, ...], Written]:
        return _unwritten(scope, keys, shape)


def _unwritten(*asked: object) -> NoReturn:
    raise LookupError(f"this world renders nothing, but was asked for {asked}")


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

    async def names_at(
        self, scope: TenantScope, moments: Sequence[NameMoment]
    ) -> dict[NameMoment, NamedCampaign]:
        found = {each.digest: each for each in await self.names(scope)}
        return {at: found[at.digest] for at in moments if at.digest in found}

    async def names(
        self, scope: TenantScope, as_of: datetime | None = None
    ) -> tuple[NamedCampaign, ...]:
        del as_of
        found = self.memory.of(scope).campaigns.values()
        return tuple(
            NamedCampaign(each.digest, each.source, each.account_id, each.name)
            for each in found
            if each.name is not None
        )


class Calendar:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def by_dates(
        self, scope: TenantScope, moments: Sequence[DayMoment]
    ) -> dict[DayMoment, CalendarDayRecord]:
        found = self.memory.of(scope).days
        return {each: found[each.date] for each in moments if each.date in found}

    async def range(
        self, scope: TenantScope, dates: DateRange, as_of: datetime | None
    ) -> tuple[CalendarDayRecord, ...]:
        del as_of
        found = self.memory.of(scope).days
        return tuple(found[day] for day in sorted(found) if dates.since <= day <= dates.until)

    async def version(
        self, scope: TenantScope, as_of: datetime | None
    ) -> CalendarVersionRecord | None:
        del scope, as_of
        return None


class CalendarEvents:
    """No events; what they do is shown over the real store."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def range(
        self, scope: TenantScope, dates: DateRange, as_of: datetime | None
    ) -> tuple[CalendarEventRecord, ...]:
        del scope, dates, as_of
        return ()

    async def by_ids(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, CalendarEventRecord]:
        del scope, ids
        return {}

    async def add(self, scope: TenantScope, event: CalendarEvent) -> CalendarEventRecord:
        raise NotImplementedError(scope, event)

    async def change(
        self, scope: TenantScope, event_id: UUID, event: CalendarEvent
    ) -> CalendarEventRecord:
        raise NotImplementedError(scope, event_id, event)

    async def remove(self, scope: TenantScope, event_id: UUID) -> CalendarEventRecord:
        raise NotImplementedError(scope, event_id)


class Attribution:
    """Rows by source, that are not summed any further; what sums is shown over the real store."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def page(
        self,
        scope: TenantScope,
        definition: AttributionDefinition,
        request: PageRequest,
        as_of: datetime | None,
    ) -> AttributionPage:
        found = [
            row
            for row in self.memory.of(scope).rows
            if definition.dates.since <= row.key.time <= definition.dates.until
            and (not definition.sources or row.key.source in definition.sources)
            and (not definition.channels or row.key.channel in definition.channels)
        ]
        return AttributionPage(paged(found, request, _row_key), as_of or samples.LEARNED)

    async def written(self, *_: object, tells_ends: bool) -> WrittenRows:
        raise AssertionError(f"answers of stand-ins are objects, {tells_ends=}")

    async def has_sums(self, *_: object) -> bool:
        return False


class Performance:
    """Sums alone, which are shown over the real store."""

    async def page(self, *_: object) -> PerformancePage:
        raise AssertionError("figures are asked of the real store")


def _row_key(row: AttributionRowRecord) -> tuple[str, ...]:
    key = row.key
    return key.time.isoformat(), key.channel, str(key.source), key.currency


class Exchange:
    """Two publications, a Thursday's and a Friday's; the second is learned a week later."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def known(
        self, scope: TenantScope, moments: Sequence[RateMoment]
    ) -> dict[RateMoment, KnownRates]:
        del scope
        return {moment: KnownRates(moment.date, _published(moment)) for moment in moments}


class OwnRates:
    """None; what they do is shown over the real store."""

    async def rules(
        self, scope: TenantScope, moments: Sequence[RulesAt]
    ) -> dict[RulesAt, tuple[OwnRateRecord, ...]]:
        del scope
        return dict.fromkeys(moments, ())

    async def add(self, scope: TenantScope, rule: OwnRate) -> OwnRateRecord:
        raise NotImplementedError(scope, rule)

    async def put(self, scope: TenantScope, name: str, rule: OwnRate) -> OwnRateRecord:
        raise NotImplementedError(scope, name, rule)

    async def end(self, scope: TenantScope, rule_id: UUID, until: date) -> OwnRateRecord:
        raise NotImplementedError(scope, rule_id, until)

    async def delete(self, scope: TenantScope, rule_id: UUID) -> OwnRateRecord:
        raise NotImplementedError(scope, rule_id)


def _published(moment: RateMoment) -> Publication | None:
    known = [
        published
        for published, learned_at in samples.PUBLICATIONS
        if published.date <= moment.date and (moment.as_of is None or learned_at <= moment.as_of)
    ]
    return known[-1] if known else None


class Naming:
    """No rules; what they do is shown over the real store."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def rules(
        self, scope: TenantScope, moments: Sequence[RulesAt]
    ) -> dict[RulesAt, tuple[NamingRuleRecord, ...]]:
        del scope
        return dict.fromkeys(moments, ())

    async def add(self, scope: TenantScope, rule: NamingRule) -> NamingRuleRecord:
        raise NotImplementedError(scope, rule)

    async def end(self, scope: TenantScope, rule_id: UUID, until: date) -> NamingRuleRecord:
        raise NotImplementedError(scope, rule_id, until)

    async def delete(self, scope: TenantScope, rule_id: UUID) -> NamingRuleRecord:
        raise NotImplementedError(scope, rule_id)


class ChannelRules:
    """No rules; what they do is shown over the real store."""

    async def rules(
        self, scope: TenantScope, moments: Sequence[RulesAt]
    ) -> dict[RulesAt, tuple[ChannelRuleRecord, ...]]:
        del scope
        return dict.fromkeys(moments, ())

    async def add(self, scope: TenantScope, rule: ChannelRule) -> ChannelRuleRecord:
        raise NotImplementedError(scope, rule)

    async def end(self, scope: TenantScope, rule_id: UUID, until: date) -> ChannelRuleRecord:
        raise NotImplementedError(scope, rule_id, until)

    async def delete(self, scope: TenantScope, rule_id: UUID) -> ChannelRuleRecord:
        raise NotImplementedError(scope, rule_id)

    async def samples(
        self, scope: TenantScope, dates: DateRange, limit: int
    ) -> tuple[ChannelSample, ...]:
        raise NotImplementedError(scope, dates, limit)
