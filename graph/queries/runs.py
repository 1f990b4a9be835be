"""Runs: one by id, and lists."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.runs import RunStatus
from core.scope import Permission
from graph.bounds.sizes import paged
from graph.context import Info
from graph.fields import guarded
from graph.ids import CONNECTION, RUN
from graph.inputs.entries import ALL
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.runs import Run
from resolvers import runs
from resolvers.paging import PageArguments
from resolvers.text import choices

RunId = Annotated[strawberry.ID, strawberry.argument(description="Id of the run.")]


@strawberry.type
class RunQueries:
    """Root fields about runs."""

    @guarded("One run; null when your tenant has no such run.", needs=Permission.MEMORY_READ)
    async def run(self, info: Info, *, id: RunId) -> Run | None:  # noqa: A002 - the schema's name
        """One run."""
        record = await runs.run(info.context.session, RUN.decode(id, "id"))
        return None if record is None else Run.from_record(record)

    @guarded(
        "Your runs, newest first. Those of kind INDEX follow by themselves and are not among them.",
        needs=Permission.MEMORY_READ,
        size=paged(runs.MAX_RUNS),
    )
    async def runs(
        self,
        info: Info,
        *,
        connections: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description=f"Ids of their connections. {ALL}"),
        ] = None,
        statuses: Annotated[
            list[RunStatus] | None, strawberry.argument(description=f"Where they stand. {ALL}")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Run]:
        """One page."""
        ids = choices(connections, "connections")
        page = await runs.page(
            info.context.session,
            PageArguments(first, after, last, before),
            tuple(CONNECTION.decode(global_id, "connections") for global_id in ids),
            choices(statuses, "statuses"),
        )
        return connection(page, runs.RUNS, Run.from_record)
