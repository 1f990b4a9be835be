"""Exchange rates, as callers give them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import strawberry

from core.records.exchange import OwnRate


@strawberry.input(
    description=(
        "A rate of your own, such as that of a budget. It holds before published rates on the "
        "days that it covers, in both directions."
    )
)
class OwnExchangeRateInput:
    """OwnRate as the caller gives it."""

    name: str = strawberry.field(
        description="A name of yours for it; the rate that has it already is set anew."
    )
    base: str = strawberry.field(description="ISO 4217 code of the one unit.")
    quote: str = strawberry.field(description="ISO 4217 code of `value`.")
    value: Decimal = strawberry.field(
        description=(
            "How much of `quote` one unit of `base` is: from 0.000000001 to 1000000000, at most "
            "twelve significant digits."
        )
    )
    since: dt.date = strawberry.field(description="The first day that it covers.")
    until: dt.date | None = strawberry.field(
        default=None, description="The last day. Left out: every day from `since` on."
    )

    def to_rate(self) -> OwnRate:
        """The rate, as it was given."""
        return OwnRate(self.name, self.base, self.quote, self.value, self.since, self.until)
