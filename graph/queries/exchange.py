"""Exchange rates."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry

from core.records.answers import Area
from core.records.exchange import RateMoment
from core.scope import Permission
from graph.bounds.sizes import about
from graph.context import Info
from graph.fields import guarded
from graph.inputs.entries import AsOf
from graph.types.exchange import ExchangeRate, OwnExchangeRate
from resolvers import exchange

Currency = Annotated[str, strawberry.argument(description="ISO 4217 code.")]


@strawberry.type
class ExchangeQueries:
    """Root fields about exchange rates."""

    @guarded(
        "What one unit of `base` was worth in `quote` on a day, by your own rates and, where "
        "they cover it not, the reference rates of the European Central Bank. Null when there is "
        "no rate.",
        needs=Permission.MEMORY_READ,
        reads=(Area.LABELS,),
    )
    async def exchange_rate(
        self,
        info: Info,
        *,
        base: Currency,
        quote: Currency,
        on: Annotated[dt.date, strawberry.argument(description="Which day.")],
        as_of: AsOf = None,
    ) -> ExchangeRate | None:
        """Own rates before the last publication up to the day."""
        moment = RateMoment(on, as_of)
        found = await exchange.rate(info.context.session, base, quote, moment)
        return None if found is None else ExchangeRate.from_record(found)

    @guarded(
        "Your own exchange rates, at most 2,000; of several for the same currencies and day, the "
        "first holds: the one that begins last, and of those the one that was added last.",
        needs=Permission.MEMORY_READ,
        size=about(50),
        reads=(Area.LABELS,),
    )
    async def exchange_rates(self, info: Info, *, as_of: AsOf = None) -> list[OwnExchangeRate]:
        """All of them."""
        found = await exchange.own_rates(info.context.session, as_of)
        return [OwnExchangeRate.from_record(record) for record in found]
