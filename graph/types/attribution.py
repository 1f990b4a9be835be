"""AttributionRow: what a model reads. Flat, so that long lists stay fast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from core.records.answers import Area
from core.records.attribution import AttributionKey, AttributionRowRecord
from core.records.connections import Source
from core.records.entries import DateBasis, Device, SeriesRole
from core.records.exchange import RateMoment
from graph.context import Info
from graph.fields import resolved
from graph.pagination import Connection, edges, page_info
from graph.scalars import BigInt
from graph.types import campaigns as campaign_types
from graph.types.calendar import CalendarDimension
from graph.types.connections import ConnectedSource
from graph.types.exchange import ConvertedAmounts, ToCurrency
from graph.types.metrics import RateColumns
from graph.types.period_calendar import PeriodColumns, period_columns
from resolvers import calendar, campaigns, connections, exchange
from resolvers.attribution import RowsPage
from resolvers.attribution_calendar import Calendar, period_of_row

if TYPE_CHECKING:
    from graph.types.campaigns import Campaign

APART = "Null unless `by` names it."


@strawberry.type(
    description=(
        "One row per period, channel, currency and whatever else `by` keeps apart: sums over the "
        "entries below it, rates of those sums, and the period's calendar. A sum is null when no "
        "entry knows the metric."
    )
)
class AttributionRow(RateColumns, PeriodColumns):
    """AttributionRowRecord on the wire."""

    as_of: strawberry.Private[dt.datetime]
    key: strawberry.Private[AttributionKey]
    date: dt.date = strawberry.field(
        description="First day of the period, in each account's own zone."
    )
    until: dt.date = strawberry.field(description="Last day of the period: `date` for days.")
    channel: str = strawberry.field(description="Marketing channel, comparable over sources.")
    source: Source | None = strawberry.field(description=f"Which source. {APART}")
    account_id: str | None = strawberry.field(description=f"The source's account. {APART}")
    country: str | None = strawberry.field(description=f"ISO 3166-1 alpha-2 code. {APART}")
    geo: str | None = strawberry.field(description=f"The source's name of a region. {APART}")
    device: Device | None = strawberry.field(description=f"Kind of device. {APART}")
    date_basis: DateBasis | None = strawberry.field(
        description=f"What the dates of its entries are the dates of. {APART}"
    )
    attribution_setting: str | None = strawberry.field(
        description=f"By which rules conversions were attributed. {APART}"
    )
    series: str | None = strawberry.field(description="Name of the series; facts: SERIES alone.")
    series_role: SeriesRole | None = strawberry.field(
        description="What the series is to a model; facts: SERIES alone."
    )
    currency: str = strawberry.field(description="ISO 4217 code of the amounts.")
    entries: int = strawberry.field(description="How many entries were summed.")
    days: int = strawberry.field(description="How many days of the period have data.")
    spend: Decimal | None = strawberry.field(description="What was paid.")
    impressions: BigInt | None = strawberry.field(description="How often it was shown.")
    clicks: BigInt | None = strawberry.field(description="Clicks of every kind.")
    link_clicks: BigInt | None = strawberry.field(
        description="Clicks that led to the advertiser's own pages, where the source tells them."
    )
    reach: BigInt | None = strawberry.field(
        description=(
            "How many different people saw it. Told of a row of one entry alone: people are not "
            "added up."
        )
    )
    conversions: Decimal | None = strawberry.field(
        description="Conversions, maybe fractional; of ORDERS the number of orders."
    )
    conversion_value: Decimal | None = strawberry.field(
        description="What they were worth; of ORDERS the revenue."
    )
    value: Decimal | None = strawberry.field(
        description="Sum of what the series says, every digit of it; facts: SERIES alone."
    )
    unconverted: int = strawberry.field(
        description=(
            "How many of its entries have an amount in a currency without a rate on their day. "
            "The sums they belong to are null. 0 without `currency`."
        )
    )
    is_mature: bool = strawberry.field(
        description="Whether no entry below it is expected to change any more."
    )
    is_partial: bool = strawberry.field(
        description=(
            "Whether it is less, or more, than its period: the period reaches beyond `dates`, is "
            "not over yet, or an entry covers days beyond it."
        )
    )
    quality: float | None = strawberry.field(
        description=(
            "Score of its entries from 0 to 1, as one vector over all of them; null when none "
            "was assessed."
        )
    )
    learned_at: dt.datetime = strawberry.field(
        description="When the newest of its numbers became known."
    )

    @classmethod
    def from_record(
        cls, record: AttributionRowRecord, as_of: dt.datetime, periods: Calendar
    ) -> AttributionRow:
        """The row on the wire, as it stood at `as_of`."""
        return cls(
            as_of=as_of,
            counted=record,
            until=record.until,
            entries=record.entries,
            days=record.days,
            spend=record.spend,
            impressions=record.impressions,
            clicks=record.clicks,
            link_clicks=record.link_clicks,
            reach=record.reach,
            conversions=record.conversions,
            conversion_value=record.conversion_value,
            value=record.value,
            unconverted=record.unconverted,
            is_mature=record.is_mature,
            is_partial=record.is_partial,
            quality=record.quality,
            learned_at=record.learned_at,
            **_key_columns(record.key),
            **period_columns(periods.get(period_of_row(record))),
        )

    @classmethod
    def known_by(cls, as_of: dt.datetime, columns: Mapping[str, Any]) -> AttributionRow:
        """The row of a day of which nothing is known but `columns`: enough for its relations."""
        row, day = object.__new__(cls), columns.get("time", dt.date.min)
        key = AttributionKey(
            day, "", connection=columns.get("connection"), campaign=columns.get("campaign")
        )
        vars(row).update(as_of=as_of, date=day, until=day, key=key)
        return row

    @resolved(f"The connection that brought it. {APART}", reads=(Area.SOURCES,))
    async def connection(self, info: Info) -> ConnectedSource | None:
        """Batched over the whole answer."""
        if self.key.connection is None:
            return None
        record = await connections.connection(info.context.session, self.key.connection)
        return None if record is None else ConnectedSource.from_record(record)

    @resolved(
        "Its day in your calendar, as the calendar of the page's moment saw it; null for weeks and "
        "months, and outside the calendar's years.",
        reads=(Area.CALENDAR,),
    )
    async def calendar(self, info: Info) -> CalendarDimension | None:
        """Batched over the whole answer."""
        if self.until != self.date:
            return None
        record = await calendar.day(info.context.session, self.date, self.as_of)
        return None if record is None else CalendarDimension.from_record(record)

    @resolved(
        f"The campaign, under its current name. {APART} Null above campaign level too.",
        reads=(Area.SOURCES,),
    )
    async def campaign(
        self, info: Info
    ) -> Annotated[Campaign, strawberry.lazy("graph.types.campaigns")] | None:
        """Batched over the whole answer."""
        if self.key.campaign is None:
            return None
        record = await campaigns.campaign(info.context.session, self.key.campaign)
        return None if record is None else campaign_types.Campaign.from_record(record)

    @resolved(
        "Its sums in another currency at the rate of its day, rounded once. For sums that add up "
        "exactly over rows, and for weeks and months, ask `attributionRows` for `currency`.",
        reads=(Area.LABELS,),
    )
    async def converted(self, info: Info, *, to: ToCurrency = None) -> ConvertedAmounts:
        """Batched over the whole answer."""
        session = info.context.session
        if self.until != self.date:
            return ConvertedAmounts.from_record(
                await exchange.unconverted(session, to, NO_ONE_RATE)
            )
        amounts = self.spend, self.conversion_value
        moment = RateMoment(self.date, self.as_of)
        found = await exchange.converted(session, amounts, self.currency, moment, to)
        return ConvertedAmounts.from_record(found)


NO_ONE_RATE = "a period of several days has no one rate: ask attributionRows for `currency`"


def _key_columns(key: AttributionKey) -> dict[str, Any]:
    return {
        "key": key,
        "date": key.time,
        "channel": key.channel,
        "source": key.source,
        "account_id": key.account,
        "country": key.country,
        "geo": key.geo,
        "device": key.device,
        "date_basis": key.date_basis,
        "attribution_setting": key.attribution_setting,
        "series": key.series,
        "series_role": key.series_role,
        "currency": key.currency,
    }


@strawberry.type(description="One page of attribution rows, all of one moment's knowledge.")
class AttributionRowConnection(Connection[AttributionRow]):
    """A page of rows that says of when it is."""

    as_of: dt.datetime = strawberry.field(
        description=(
            "What was known at this moment is what the page tells, and every page that follows "
            "by its cursors. Give it as `asOf` to get the same again, at any time."
        )
    )

    @classmethod
    def from_page(cls, found: RowsPage, periods: Calendar) -> AttributionRowConnection:
        """The page on the wire."""
        nodes = [AttributionRow.from_record(row, found.as_of, periods) for row in found.page.items]
        return cls(
            nodes=nodes,
            edges=edges(found.page, found.listing, nodes),
            page_info=page_info(found.page, found.listing),
            as_of=found.as_of,
        )
