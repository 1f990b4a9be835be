"""MarketingEntry: the unified fact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, cast
from uuid import UUID

import orjson
import strawberry

from core.records.answers import Area
from core.records.connections import Level, Source
from core.records.entries import (
    DateBasis,
    Device,
    EntryFilter,
    EntryKey,
    EntryOrder,
    EntryRecord,
    SeriesRole,
)
from core.records.exchange import RateMoment
from graph.bounds.sizes import about
from graph.context import Info
from graph.executor.rendered import Rendered
from graph.fields import resolved
from graph.ids import ENTRY
from graph.pagination import Connection, edges, page_info
from graph.types import campaigns as campaign_types
from graph.types.calendar import CalendarDimension
from graph.types.connections import ConnectedSource
from graph.types.exchange import ConvertedAmounts, ToCurrency
from graph.types.lineage import Lineage
from graph.types.links import present
from graph.types.metrics import MetricColumns, metric_columns
from graph.types.naming import CampaignNaming
from graph.types.node import Node
from graph.types.quality import EntryQuality
from graph.types.runs import Run
from graph.types.vintages import Vintage
from graph.written.entry_keys import rendered_entries
from graph.written.entry_pages import rendered_page
from resolvers import calendar, campaigns, connections, entries, exchange, naming, runs
from resolvers.paging import PageArguments

if TYPE_CHECKING:
    from graph.types.campaigns import Campaign


_NOBODY: Final = UUID(int=0)


@strawberry.federation.type(
    keys=["id"],
    description=(
        "What one source says about one entity on one day. One entry per account, entity, date, "
        "date basis, attribution setting, and country, geo and device where it is broken down. "
        "Answers hold its newest numbers unless `asOf` asks "
        "for earlier ones; `vintages` holds them all."
    ),
)
class MarketingEntry(Node, MetricColumns):
    """EntryRecord on the wire."""

    record: strawberry.Private[EntryRecord]
    as_of: strawberry.Private[dt.datetime | None]
    date: dt.date = strawberry.field(
        description="A day in `timeZone`, as the source reports it; never shifted to UTC."
    )
    source: Source = strawberry.field(description="Which source said so.")
    account_id: str = strawberry.field(description="The source's own id of the account.")
    level: Level = strawberry.field(description="The kind of thing the entry is about.")
    entity_id: str = strawberry.field(description="The source's own id of that thing.")
    entity_name: str | None = strawberry.field(description="Its name, when the source gave one.")
    date_basis: DateBasis = strawberry.field(description="What `date` is the date of.")
    attribution_setting: str = strawberry.field(
        description="How the source attributed conversions, in its own words."
    )
    channel: str = strawberry.field(
        description="Marketing channel, comparable over sources, such as `Paid Social`."
    )
    platform_channel: str | None = strawberry.field(
        description="The source's own channel, such as `PERFORMANCE_MAX`."
    )
    currency: str = strawberry.field(description="ISO 4217 code of every amount of this entry.")
    country: str | None = strawberry.field(
        description="ISO 3166-1 alpha-2 code, of an order where it goes; null where it is not "
        "broken down by country."
    )
    geo: str | None = strawberry.field(
        description=(
            "The source's own name of a region, market or store; null where it is not broken "
            "down by such."
        )
    )
    device: Device | None = strawberry.field(
        description="Null where it is not broken down by device."
    )
    series_role: SeriesRole | None = strawberry.field(
        description="What the series is to a model; null but at level `SERIES`."
    )
    covers_days: int | None = strawberry.field(
        description="How many days from `date` on its numbers cover, 7 for a week; null for one."
    )
    time_zone: str = strawberry.field(description="IANA zone of the account, in which days run.")
    learned_at: dt.datetime = strawberry.field(description="When these numbers became known.")
    first_learned_at: dt.datetime = strawberry.field(
        description="When the entry was first heard of."
    )
    vintage_count: int = strawberry.field(description="How many vintages the entry has.")
    is_mature: bool = strawberry.field(
        description=(
            "Whether the day was last read past the age at which days of its connection settle: "
            "the source is not expected to change it any more. The age is learned from "
            "restatements where that is possible, else it is the look-back. What a webhook sends "
            "counts as read at every moment."
        )
    )

    @classmethod
    def from_record(cls, record: EntryRecord, as_of: dt.datetime | None = None) -> MarketingEntry:
        """The entry on the wire, as it stood at `as_of`."""
        return cls(
            id=ENTRY.encode(record.key),
            record=record,
            as_of=as_of,
            date=record.key.date,
            source=record.source,
            account_id=record.account_id,
            level=record.level,
            entity_id=record.entity_id,
            entity_name=record.entity_name,
            date_basis=record.date_basis,
            attribution_setting=record.attribution_setting,
            channel=record.channel,
            platform_channel=record.platform_channel,
            currency=record.currency,
            country=record.country,
            geo=record.geo,
            device=record.device,
            series_role=record.series_role,
            covers_days=record.covers_days,
            time_zone=record.time_zone,
            learned_at=record.learned_at,
            first_learned_at=record.first_learned_at,
            vintage_count=record.vintage_count,
            is_mature=record.is_mature,
            **metric_columns(record.metrics),
        )

    @classmethod
    def known_by(cls, as_of: dt.datetime | None, columns: Mapping[str, Any]) -> MarketingEntry:
        """An entry of which nothing is known but `columns`: enough for some of its fields.

        `actions` is JSON text.
        """
        record, entry = object.__new__(EntryRecord), object.__new__(cls)
        told = {name: columns[name] for name in columns.keys() & EntryRecord.__slots__}
        told["key"] = EntryKey(columns.get("date", dt.date.min), columns.get("digest", _NOBODY))
        for name, value in told.items():
            object.__setattr__(record, name, value)
        vars(entry).update(columns, record=record, as_of=as_of)
        if columns.get("actions") is not None:
            entry.actions = orjson.loads(columns["actions"])
        return entry

    @resolved("How far its numbers can be trusted, as of the moment they are shown for.", reads=())
    def quality(self) -> EntryQuality:
        """Of the masks that came with it: nothing is loaded."""
        return EntryQuality.from_record(self.record)

    @resolved("Its amounts in another currency, at the rate of its day.", reads=(Area.LABELS,))
    async def converted(self, info: Info, *, to: ToCurrency = None) -> ConvertedAmounts:
        """Batched over the whole answer."""
        amounts = self.spend, self.conversion_value
        moment = RateMoment(self.date, self.as_of)
        found = await exchange.converted(info.context.session, amounts, self.currency, moment, to)
        return ConvertedAmounts.from_record(found)

    @resolved("The campaign it belongs to; null above campaign level.", reads=(Area.SOURCES,))
    async def campaign(
        self, info: Info
    ) -> Annotated[Campaign, strawberry.lazy("graph.types.campaigns")] | None:
        """Batched over the whole answer."""
        if self.record.campaign is None:
            return None
        record = await campaigns.campaign(info.context.session, self.record.campaign)
        return None if record is None else campaign_types.Campaign.from_record(record)

    @resolved(
        "What its campaign's name says, by the first of your naming rules for its day: the name "
        "that the campaign had when these numbers were learned. With `asOf`, by the rules of then.",
        reads=(Area.SOURCES, Area.LABELS),
    )
    async def naming(self, info: Info) -> CampaignNaming | None:
        """Batched over the whole answer."""
        found = await naming.of_entry(info.context.session, self.record, self.as_of)
        return None if found is None else CampaignNaming.from_record(found)

    @resolved(
        "Its day in your calendar; null outside the calendar's years.", reads=(Area.CALENDAR,)
    )
    async def calendar(self, info: Info) -> CalendarDimension | None:
        """Batched over the whole answer."""
        record = await calendar.day(info.context.session, self.record.key.date, self.as_of)
        return None if record is None else CalendarDimension.from_record(record)

    @resolved(
        "The name that its campaign had when these numbers were learned.", reads=(Area.SOURCES,)
    )
    async def campaign_name(self, info: Info) -> str | None:
        """Batched over the whole answer."""
        found = await naming.name_of(info.context.session, self.record)
        return None if found is None else found.name

    @resolved("The connection that brought it.", reads=(Area.SOURCES,))
    async def connection(self, info: Info) -> ConnectedSource:
        """Batched over the whole answer."""
        record = await connections.connection(info.context.session, self.record.connection_id)
        return ConnectedSource.from_record(present(record, "connection"))

    @resolved("The run that learned its current numbers.")
    async def run(self, info: Info) -> Run:
        """Batched over the whole answer."""
        record = await runs.run(info.context.session, self.record.run_id)
        return Run.from_record(present(record, "run"))

    @resolved(
        "Everything ever known of it, oldest first; the last is what it says now.",
        size=about(10),
        reads=(Area.DAYS,),
    )
    async def vintages(self, info: Info) -> list[Vintage]:
        """Batched over the whole answer."""
        history = await entries.history(info.context.session, self.record.key)
        return [Vintage.from_record(step) for step in history]

    @resolved("Where its current numbers stand in what the source sent.", reads=())
    def lineage(self) -> Lineage:
        """The page follows when it is selected."""
        return Lineage(raw_page_id=self.record.raw_page_id, position=self.record.raw_position)


@strawberry.type(description="One page of marketing entries.")
class MarketingEntryConnection(Connection[MarketingEntry]):
    """A page of entries that can count its whole list."""

    where: strawberry.Private[EntryFilter]
    as_of: strawberry.Private[dt.datetime | None]

    @resolved(
        "How many entries the filter lets through in all. Counted only when selected.",
        reads=(Area.DAYS, Area.SOURCES, Area.LABELS),
    )
    async def total_count(self, info: Info) -> int:
        """A store call of its own."""
        return await entries.count(info.context.session, self.where, self.as_of)


async def entry_connection(
    info: Info,
    where: EntryFilter,
    order: EntryOrder,
    arguments: PageArguments,
    as_of: dt.datetime | None = None,
    *,
    campaign: UUID | None = None,
) -> MarketingEntryConnection:
    """One page of entries on the wire, maybe of one campaign; names are read once for it all."""
    session = info.context.session
    where = await naming.narrowed(session, where, as_of)
    asked = entries.asked(session, where, order, arguments, as_of)
    stand_in = partial(MarketingEntry.known_by, as_of)
    rendered = await rendered_page(info, asked, stand_in, campaign)
    if rendered is not None:
        # The executor lets it through as it is.
        return cast("MarketingEntryConnection", rendered)
    listing = entries.listing(order)
    page = await entries.page(session, asked, campaign)
    nodes = [MarketingEntry.from_record(record, as_of) for record in page.items]
    return MarketingEntryConnection(
        edges=edges(page, listing, nodes),
        nodes=nodes,
        page_info=page_info(page, listing),
        where=where if campaign is None else replace(where, campaigns=(campaign,)),
        as_of=as_of,
    )


async def rendered_nodes(info: Info, keys: Sequence[EntryKey]) -> Rendered | None:
    """The entries of `keys`, each in its own place; None where they are answered as objects."""
    return await rendered_entries(info, keys, partial(MarketingEntry.known_by, None))
