"""What a gateway asks: entities by their keys, and the subgraph's schema."""

from __future__ import annotations

from typing import Annotated, TypeAlias, cast

import strawberry
from strawberry.federation.schema import FederationAny

from core.scope import Permission
from graph.bounds.sizes import items, sized_by
from graph.context import Info
from graph.federation.entities import MAX_ENTITIES, entities
from graph.federation.keys import KEYS, entry_keys
from graph.fields import guarded
from graph.types.calendar import CalendarDimension
from graph.types.campaigns import Campaign
from graph.types.connections import ConnectedSource
from graph.types.entries import MarketingEntry, rendered_nodes
from graph.types.exports import Export
from graph.types.incidents import Incident
from graph.types.insights import Insight
from graph.types.lineage import RawPage
from graph.types.runs import Run
from graph.types.schedules import IngestionSchedule
from graph.types.viewer import Tenant

Entity: TypeAlias = Annotated[
    CalendarDimension
    | Campaign
    | Export
    | IngestionSchedule
    | Insight
    | Incident
    | MarketingEntry
    | RawPage
    | Run
    | ConnectedSource
    | Tenant,
    strawberry.union("_Entity", description="Everything that other subgraphs may extend."),
]


@strawberry.type(name="_Service", description="This subgraph, as a gateway sees it.")
class Service:
    """Federation's _Service."""

    sdl: str = strawberry.field(description="The subgraph's schema.")


@strawberry.type
class FederationQueries:
    """Root fields of the federation specification."""

    @guarded(
        "Entities by their keys, for gateways: the first 1,000, each in its own place.",
        name="_entities",
        needs=Permission.MEMORY_READ,
        size=sized_by("representations", items, MAX_ENTITIES),
    )
    async def entities(
        self,
        info: Info,
        *,
        representations: Annotated[
            list[FederationAny],
            strawberry.argument(
                description="`__typename` and the fields of one of its keys, for each entity."
            ),
        ],
    ) -> list[Entity | None]:
        """Awaitables and errors: the executor puts each into its own place."""
        keys = entry_keys(representations)
        rendered = None if keys is None else await rendered_nodes(info, keys)
        if rendered is not None:
            return cast("list[Entity | None]", rendered)
        return entities(KEYS, info.context.session, representations)  # type: ignore[return-value]  # the executor awaits members

    @guarded("This subgraph, for gateways.", name="_service", needs=Permission.SCHEMA_INTROSPECT)
    def service(self, info: Info) -> Service:
        """Printed from the schema in use."""
        return Service(sdl=info.schema.as_str())
