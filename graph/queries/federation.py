"""What a gateway asks: entities by their keys, and the subgraph's schema.

The shipped entity resolver lets one strange representation fail them all and leaks Python
errors; this one answers each in its own place, and all in few store calls.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Annotated, TypeAlias

import strawberry
from strawberry.federation.schema import FederationAny

from core.errors import BadInput
from core.scope import Permission
from graph.context import Info
from graph.fields import guarded
from graph.nodes import NODES, NodeKey
from graph.types.calendar import CalendarDimension
from graph.types.campaigns import Campaign
from graph.types.connections import SourceConnection
from graph.types.entries import MarketingEntry
from graph.types.exports import Export
from graph.types.insights import Insight
from graph.types.lineage import RawPage
from graph.types.node import Node
from graph.types.runs import Run
from graph.types.schedules import IngestionSchedule
from graph.types.viewer import Tenant
from resolvers.session import Session

MAX_REPRESENTATIONS = 1000

Entity: TypeAlias = Annotated[
    CalendarDimension
    | Campaign
    | Export
    | IngestionSchedule
    | Insight
    | MarketingEntry
    | RawPage
    | Run
    | SourceConnection
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
        "Entities by their keys, for gateways. At most 1,000.",
        name="_entities",
        needs=Permission.MEMORY_READ,
    )
    async def entities(
        self,
        info: Info,
        *,
        representations: Annotated[
            list[FederationAny],
            strawberry.argument(description="`__typename` and `id` of each entity."),
        ],
    ) -> list[Entity | None]:
        """Awaitables and errors: the executor puts each into its own place."""
        if len(representations) > MAX_REPRESENTATIONS:
            raise BadInput(
                f"representations holds {len(representations)}, but may hold {MAX_REPRESENTATIONS}",
                field="representations",
                mend="ask several times",
            )
        session = info.context.session
        return [_entity(session, representation) for representation in representations]  # type: ignore[misc]  # the executor awaits members

    @guarded("This subgraph, for gateways.", name="_service", needs=None)
    def service(self, info: Info) -> Service:
        """Printed from the schema in use."""
        return Service(sdl=info.schema.as_str())


def _entity(session: Session, representation: object) -> Awaitable[Node | None] | BadInput:
    try:
        return _named(representation).fetch(session)
    except BadInput as error:
        return error


def _named(representation: object) -> NodeKey:
    if not isinstance(representation, Mapping):
        raise _refusal("a representation must be an object")
    type_name, global_id = representation.get("__typename"), representation.get("id")
    kind = NODES.get(type_name) if isinstance(type_name, str) else None
    if kind is None:
        raise _refusal("__typename does not name an entity of this subgraph")
    if not isinstance(global_id, str):
        raise _refusal("id must be a string")
    return NodeKey(kind, kind.ids.decode(global_id, "representations"))


def _refusal(message: str) -> BadInput:
    return BadInput(message, field="representations", mend="pass `__typename` and `id`")
