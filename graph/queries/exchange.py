"""Exchange rates."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry

from core.records.exchange import RateMoment
from core.scope import Permission
from graph.context import Info
from graph.fields import guarded
from graph.inputs.entries import AsOf
from graph.types.exchange import ExchangeRate
from resolvers import exchange

Currency = Annotated[str, strawberry.argument(description="ISO 4217 code.")]


@strawberry.type
class ExchangeQueries:
    """Root fields about exchange rates."""

    @guarded(
        "What one unit of `base` was worth in `quote` on a day, by the reference rates of the "
        "European Central Bank. Null when no rate was published.",
        needs=Permission.MEMORY_READ,
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
        """The last publication up to the day."""
        moment = RateMoment(on, as_of)
        found = await exchange.rate(info.context.session, base, quote, moment)
        return None if found is None else ExchangeRate.from_record(found)
