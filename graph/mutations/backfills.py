"""Starting backfills."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.inputs.backfills import StartBackfillInput
from graph.types.errors import Refused
from graph.types.runs import Run
from resolvers import backfills


@strawberry.type(description="The backfill is queued.")
class StartBackfillPayload:
    """What startBackfill leaves behind."""

    run: Run = strawberry.field(description="The run; follow it with `ingestionProgress`.")


StartBackfillResult: TypeAlias = Annotated[
    StartBackfillPayload | Refused,
    strawberry.union("StartBackfillResult", description="The run, or what stood in its way."),
]


@strawberry.type
class BackfillMutations:
    """Root fields that start backfills."""

    @mutation(
        "Read past days of a connection in the background, newest first, after `backfillQuote` "
        "said what that takes. Between readings it makes room for your other runs.",
        needs=Permission.MEMORY_WRITE,
    )
    async def start_backfill(
        self,
        info: Info,
        *,
        input: Annotated[StartBackfillInput, strawberry.argument(description="What to read.")],  # noqa: A002 - the schema's name
    ) -> StartBackfillResult:
        """Quoted once more, then queued."""
        record = await backfills.start(info.context.session, input.to_command())
        return StartBackfillPayload(run=Run.from_record(record))
