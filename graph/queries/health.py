"""Health of data."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.health import THRESHOLD
from core.records.connections import Source
from core.records.health import HealthFilter
from core.scope import Permission
from graph.context import Info
from graph.fields import guarded
from graph.ids import CONNECTION
from graph.inputs.dates import DateRangeInput
from graph.inputs.entries import ALL, AsOf
from graph.types.data_health import DataHealthAnswer
from resolvers import health
from resolvers.text import choices


@strawberry.type
class HealthQueries:
    """Root fields about health."""

    @guarded(
        "How far your data of these days can be trusted: by source, connection and week.",
        needs=Permission.MEMORY_READ,
    )
    async def data_health(
        self,
        info: Info,
        *,
        dates: Annotated[
            DateRangeInput, strawberry.argument(description="Which days; at most 1,500.")
        ],
        sources: Annotated[
            list[Source] | None, strawberry.argument(description=f"Which sources. {ALL}")
        ] = None,
        connections: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description=f"Ids of connections. {ALL}"),
        ] = None,
        threshold: Annotated[
            float,
            strawberry.argument(
                description="The score below which the spend of an entry counts as at risk."
            ),
        ] = THRESHOLD,
        as_of: AsOf = None,
    ) -> DataHealthAnswer:
        """One look at everything."""
        where = HealthFilter(
            dates.to_range("dates"),
            choices(sources, "sources"),
            tuple(CONNECTION.decode(i, "connections") for i in choices(connections, "connections")),
        )
        found = await health.health(info.context.session, where, as_of, threshold)
        return DataHealthAnswer.from_record(found)
