"""Feature views, and features of entities."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry

from core.records.features import EntityKind
from core.scope import Permission
from graph.bounds.sizes import paged
from graph.context import Info
from graph.fields import guarded
from graph.inputs.entries import ALL
from graph.inputs.features import entity_key
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.features import FeatureTable, FeatureView
from resolvers import features
from resolvers.paging import PageArguments
from resolvers.text import choices

Version = Annotated[
    int | None,
    strawberry.argument(
        description="Which version, retired or not. Left out: the newest that is not retired."
    ),
]


@strawberry.type
class FeatureQueries:
    """Root fields about features."""

    @guarded(
        "Your feature views, by name and version.",
        needs=Permission.MEMORY_READ,
        size=paged(features.MAX_VIEWS),
    )
    async def feature_views(
        self,
        info: Info,
        *,
        entities: Annotated[
            list[EntityKind] | None,
            strawberry.argument(description=f"What they tell figures of. {ALL}"),
        ] = None,
        include_retired: Annotated[
            bool, strawberry.argument(description="Whether retired versions are listed too.")
        ] = False,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[FeatureView]:
        """One page."""
        page = await features.page(
            info.context.session,
            PageArguments(first, after, last, before),
            choices(entities, "entities"),
            include_retired=include_retired,
        )
        return connection(page, features.VIEWS, FeatureView.from_record)

    @guarded(
        "A version of a feature view; null when your tenant has none.", needs=Permission.MEMORY_READ
    )
    async def feature_view(
        self,
        info: Info,
        *,
        name: Annotated[str, strawberry.argument(description="What the view is called.")],
        version: Version = None,
    ) -> FeatureView | None:
        """By name and version."""
        found = await features.view(info.context.session, name, version)
        return None if found is None else FeatureView.from_record(found)

    @guarded(
        "Features of entities as they were known at a moment: made of vintages, days, rates and "
        "names that had been learned by then, and of nothing that came later.",
        needs=Permission.MEMORY_READ,
        weight=10,
    )
    async def features(
        self,
        info: Info,
        *,
        view: Annotated[str, strawberry.argument(description="What the view is called.")],
        entities: Annotated[
            list[strawberry.ID],
            strawberry.argument(
                description=(
                    "1 to 1,000, by what the view is of: ids of campaigns, ids of connections, or "
                    "names of channels."
                )
            ),
        ],
        version: Version = None,
        at: Annotated[
            dt.datetime | None,
            strawberry.argument(
                description="The moment. Left out: now, which is kept until data changes."
            ),
        ] = None,
    ) -> FeatureTable:
        """Batched over the whole answer."""
        session = info.context.session
        of = await features.one(session, view, version, "view")
        keys = [entity_key(of.view.entity, entity, "entities") for entity in entities]
        table = await features.table(session, of, keys, at)
        return FeatureTable.from_record(table, entities)
