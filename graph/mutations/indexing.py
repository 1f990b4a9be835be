"""Having the index of documents made anew."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.types.errors import Refused
from graph.types.runs import Run
from resolvers import indexing


@strawberry.type(description="A run brings the index up to the present.")
class ReindexSearchPayload:
    """What reindexSearch leaves behind."""

    run: Run = strawberry.field(description="The run: follow it, or cancel it.")


ReindexSearchResult: TypeAlias = Annotated[
    ReindexSearchPayload | Refused,
    strawberry.union("ReindexSearchResult", description="The run, or what stood in its way."),
]


@strawberry.type
class IndexingMutations:
    """Root fields that have the index made anew."""

    @mutation(
        "Have documents say what is known by now. That happens by itself, some seconds after "
        "something was learned. A run that is waiting already answers for this one too.",
        needs=Permission.MEMORY_WRITE,
    )
    async def reindex_search(
        self,
        info: Info,
        *,
        everything: Annotated[
            bool,
            strawberry.argument(
                description="Look at every month, also where nothing was learned since."
            ),
        ] = False,
    ) -> ReindexSearchResult:
        """Asked for."""
        run = await indexing.reindex(info.context.session, everything=everything)
        return ReindexSearchPayload(run=Run.from_record(run))
