"""Amounts in another currency, with the rate that made them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

import strawberry

from core.records.exchange import Converted, OwnRateRecord
from core.records.exchange import ExchangeRate as RateRecord
from graph.ids import OWN_RATE

ToCurrency = Annotated[
    str | None,
    strawberry.argument(
        description="ISO 4217 code. Left out: the reporting currency of your organisation."
    ),
]


@strawberry.type(description="What one unit of a currency was worth in another.")
class ExchangeRate:
    """RateRecord on the wire."""

    base: str = strawberry.field(description="ISO 4217 code of the one unit.")
    quote: str = strawberry.field(description="ISO 4217 code of `value`.")
    value: Decimal = strawberry.field(
        description=(
            "How much of `quote` one unit of `base` is, to twelve significant digits. "
            "Two currencies other than the euro meet through it."
        )
    )
    date: dt.date = strawberry.field(
        description=(
            "The day the rate is of: the last day up to the asked one on which rates were "
            "published, so a Friday for a weekend; of a rate of your own, its first day."
        )
    )
    source: str = strawberry.field(
        description="Who published it; a rate of your own is `own:` and its name."
    )
    is_own: bool = strawberry.field(description="Whether a rate of your own went into it.")

    @classmethod
    def from_record(cls, record: RateRecord) -> ExchangeRate:
        """The rate on the wire."""
        return cls(
            base=record.base,
            quote=record.quote,
            value=record.value,
            date=record.date,
            source=record.source,
            is_own=record.is_own,
        )


@strawberry.type(
    description=(
        "A rate of your own: what one unit of `base` is worth in `quote`, and the other way "
        "round, on the days that it covers."
    )
)
class OwnExchangeRate:
    """OwnRateRecord on the wire."""

    id: strawberry.ID = strawberry.field(description="Its id, the same for every version.")
    version: int = strawberry.field(description="Counts its versions, from 1.")
    name: str = strawberry.field(description="Its name.")
    base: str = strawberry.field(description="ISO 4217 code of the one unit.")
    quote: str = strawberry.field(description="ISO 4217 code of `value`.")
    value: Decimal = strawberry.field(description="How much of `quote` one unit of `base` is.")
    since: dt.date = strawberry.field(description="The first day that it covers.")
    until: dt.date | None = strawberry.field(
        description="The last day that it covers; null: every day from `since` on."
    )
    created_at: dt.datetime = strawberry.field(description="When its first version was set.")

    @classmethod
    def from_record(cls, record: OwnRateRecord) -> OwnExchangeRate:
        """The rate on the wire."""
        rate = record.rule
        return cls(
            id=OWN_RATE.encode(record.id),
            version=record.version,
            name=rate.name,
            base=rate.base,
            quote=rate.quote,
            value=rate.value,
            since=rate.since,
            until=rate.until,
            created_at=record.created_at,
        )


@strawberry.type(
    description=(
        "Amounts of one day in another currency. Each is amount * `rate.value`, rounded half up "
        "to six places; where no rate is known they are null and `reason` says why."
    )
)
class ConvertedAmounts:
    """Converted on the wire."""

    currency: str = strawberry.field(description="ISO 4217 code of these amounts.")
    spend: Decimal | None = strawberry.field(description="What was paid.")
    conversion_value: Decimal | None = strawberry.field(
        description="What the conversions were worth."
    )
    rate: ExchangeRate | None = strawberry.field(description="The rate that was applied.")
    reason: str | None = strawberry.field(description="Why there is no rate; null when there is.")

    @classmethod
    def from_record(cls, record: Converted) -> ConvertedAmounts:
        """The amounts on the wire."""
        return cls(
            currency=record.currency,
            spend=record.spend,
            conversion_value=record.conversion_value,
            rate=None if record.rate is None else ExchangeRate.from_record(record.rate),
            reason=record.reason,
        )
