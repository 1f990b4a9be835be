"""Amounts in another currency, with the rate that made them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

import strawberry

from core.records.exchange import Converted
from core.records.exchange import ExchangeRate as RateRecord

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
            "published, so a Friday for a weekend."
        )
    )
    source: str = strawberry.field(description="Who published it.")

    @classmethod
    def from_record(cls, record: RateRecord) -> ExchangeRate:
        """The rate on the wire."""
        return cls(
            base=record.base,
            quote=record.quote,
            value=record.value,
            date=record.date,
            source=record.source,
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
