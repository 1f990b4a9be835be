"""AttributionRow: what a model reads. Flat, so that long lists stay fast."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import strawberry

from core.records.attribution import AttributionRowRecord
from core.records.calendar import CalendarDayRecord
from core.records.connections import Source
from core.records.exchange import RateMoment
from graph.context import Info
from graph.fields import resolved
from graph.scalars import BigInt
from graph.types.exchange import ConvertedAmounts, ToCurrency
from resolvers import exchange


@strawberry.type(
    description=(
        "One row per day, source, channel and currency: sums over the entries below it, with "
        "the day's calendar beside them. A sum is null when no entry knows the metric."
    )
)
class AttributionRow:
    """AttributionRowRecord on the wire."""

    as_of: strawberry.Private[dt.datetime | None]
    date: dt.date = strawberry.field(description="The day, in each account's own zone.")
    source: Source = strawberry.field(description="Which source.")
    channel: str = strawberry.field(description="Marketing channel, comparable over sources.")
    currency: str = strawberry.field(description="ISO 4217 code of the amounts.")
    entries: int = strawberry.field(description="How many entries were summed.")
    spend: Decimal | None = strawberry.field(description="What was paid.")
    impressions: BigInt | None = strawberry.field(description="How often it was shown.")
    clicks: BigInt | None = strawberry.field(description="Clicks of every kind.")
    conversions: Decimal | None = strawberry.field(description="Conversions, maybe fractional.")
    conversion_value: Decimal | None = strawberry.field(description="What they were worth.")
    is_mature: bool = strawberry.field(
        description="Whether no entry below it is expected to change any more."
    )
    iso_week: int | None = strawberry.field(
        description="ISO week, 1 to 53. Null, like all that follows, outside your calendar."
    )
    month: int | None = strawberry.field(description="Month, 1 to 12.")
    quarter: int | None = strawberry.field(description="Calendar quarter, 1 to 4.")
    day_of_week: int | None = strawberry.field(description="1 for Monday to 7 for Sunday.")
    is_weekend: bool | None = strawberry.field(description="Whether a Saturday or a Sunday.")
    is_holiday: bool | None = strawberry.field(
        description="Whether any of your countries keeps a holiday."
    )
    holiday_names: list[str] | None = strawberry.field(description="The holidays kept that day.")
    retail_events: list[str] | None = strawberry.field(
        description="Names of what moves retail that day."
    )
    fiscal_year: int | None = strawberry.field(description="Your fiscal year.")
    fiscal_quarter: int | None = strawberry.field(description="Quarter of it, 1 to 4.")

    @classmethod
    def from_record(cls, record: AttributionRowRecord, as_of: dt.datetime | None) -> AttributionRow:
        """The row on the wire, as it stood at `as_of`."""
        return cls(
            as_of=as_of,
            date=record.date,
            source=record.source,
            channel=record.channel,
            currency=record.currency,
            entries=record.entries,
            spend=record.spend,
            impressions=record.impressions,
            clicks=record.clicks,
            conversions=record.conversions,
            conversion_value=record.conversion_value,
            is_mature=record.is_mature,
            **_calendar_columns(record.calendar),
        )

    @resolved("Its amounts in another currency, at the rate of its day.")
    async def converted(self, info: Info, *, to: ToCurrency = None) -> ConvertedAmounts:
        """Batched over the whole answer."""
        amounts = self.spend, self.conversion_value
        moment = RateMoment(self.date, self.as_of)
        found = await exchange.converted(info.context.session, amounts, self.currency, moment, to)
        return ConvertedAmounts.from_record(found)


NO_DAY: dict[str, None] = dict.fromkeys(
    (
        "iso_week",
        "month",
        "quarter",
        "day_of_week",
        "is_weekend",
        "is_holiday",
        "holiday_names",
        "retail_events",
        "fiscal_year",
        "fiscal_quarter",
    )
)


def _calendar_columns(day: CalendarDayRecord | None) -> dict[str, Any]:
    if day is None:
        return {**NO_DAY}
    return {
        "iso_week": day.iso_week,
        "month": day.month,
        "quarter": day.quarter,
        "day_of_week": day.day_of_week,
        "is_weekend": day.is_weekend,
        "is_holiday": day.is_holiday,
        "holiday_names": [holiday.name for holiday in day.holidays],
        "retail_events": [event.name for event in day.retail_events],
        "fiscal_year": day.fiscal_year,
        "fiscal_quarter": day.fiscal_quarter,
    }
