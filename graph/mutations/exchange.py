"""Setting exchange rates of one's own, and ending them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.ids import OWN_RATE
from graph.inputs.exchange import OwnExchangeRateInput
from graph.types.errors import Refused
from graph.types.exchange import OwnExchangeRate
from resolvers import exchange


@strawberry.type(description="The rate as it now is, or as it last was.")
class OwnExchangeRatePayload:
    """What a mutation of a rate leaves behind."""

    rate: OwnExchangeRate = strawberry.field(description="The rate.")


OwnExchangeRateResult: TypeAlias = Annotated[
    OwnExchangeRatePayload | Refused,
    strawberry.union("OwnExchangeRateResult", description="The rate, or what stood in the way."),
]


@strawberry.type
class ExchangeMutations:
    """Root fields that write exchange rates."""

    @mutation(
        "Set a rate of your own: every conversion goes by it at once, also of what was read "
        "before. What was asked as of an earlier moment stays as it was.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def set_exchange_rate(
        self,
        info: Info,
        *,
        rate: Annotated[OwnExchangeRateInput, strawberry.argument(description="The rate.")],
    ) -> OwnExchangeRateResult:
        """Once or twice: the same."""
        record = await exchange.set_rate(info.context.session, rate.to_rate())
        return OwnExchangeRatePayload(rate=OwnExchangeRate.from_record(record))

    @mutation(
        "Let a rate of your own hold up to a day, that day included, or for no day any more.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def end_exchange_rate(
        self,
        info: Info,
        *,
        rate_id: Annotated[strawberry.ID, strawberry.argument(description="Id of the rate.")],
        until: Annotated[
            dt.date | None,
            strawberry.argument(description="The last day. Left out: it covers no day any more."),
        ] = None,
    ) -> OwnExchangeRateResult:
        """What it was is answered a last time."""
        found = OWN_RATE.decode(rate_id, "rateId")
        record = await exchange.end_rate(info.context.session, found, until)
        return OwnExchangeRatePayload(rate=OwnExchangeRate.from_record(record))
