"""Quotes for backfills."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import guarded
from graph.ids import CONNECTION
from graph.inputs.backfills import SETTLED
from graph.inputs.dates import DateRangeInput
from graph.types.backfills import BackfillQuote
from resolvers import backfills


@strawberry.type
class BackfillQueries:
    """Root fields about backfills."""

    @guarded(
        "What reading past days of a connection would take: calls, shares of the source's "
        "quotas, time. Nothing is queued, and the source is not asked.",
        needs=Permission.MEMORY_READ,
    )
    async def backfill_quote(
        self,
        info: Info,
        *,
        connection_id: Annotated[
            strawberry.ID, strawberry.argument(description="Id of an ACTIVE connection.")
        ],
        dates: Annotated[
            DateRangeInput, strawberry.argument(description="The days, at most 3,660.")
        ],
        include_settled: Annotated[bool, strawberry.argument(description=SETTLED)] = False,
    ) -> BackfillQuote:
        """Two store calls."""
        found = await backfills.quote(
            info.context.session,
            CONNECTION.decode(connection_id, "connectionId"),
            dates.to_range("dates"),
            includes_settled=include_settled,
        )
        return BackfillQuote.from_record(found)
