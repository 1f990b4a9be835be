"""Stopping and retrying runs."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.ids import CONNECTION, RUN
from graph.mutations.connections import ConnectionId
from graph.queries.runs import RunId
from graph.types.errors import Refused
from graph.types.runs import Run
from resolvers import runs


@strawberry.type(description="The run was asked to stop.")
class CancelRunPayload:
    """What cancelRun leaves behind."""

    run: Run = strawberry.field(description="The run, which stops at the next page.")


@strawberry.type(description="The run is queued once more.")
class RetryRunPayload:
    """What retryRun leaves behind."""

    run: Run = strawberry.field(description="The run that does the work now.")


@strawberry.type(description="Every open run of the connection was asked to stop.")
class CancelRunsPayload:
    """What cancelRuns leaves behind."""

    run_ids: list[strawberry.ID] = strawberry.field(
        description="Which runs, oldest first; none when none was open."
    )


CancelRunsResult: TypeAlias = Annotated[
    CancelRunsPayload | Refused,
    strawberry.union("CancelRunsResult", description="The runs, or what stood in the way."),
]
CancelRunResult: TypeAlias = Annotated[
    CancelRunPayload | Refused,
    strawberry.union("CancelRunResult", description="The run, or what stood in the way."),
]
RetryRunResult: TypeAlias = Annotated[
    RetryRunPayload | Refused,
    strawberry.union("RetryRunResult", description="The run, or what stood in the way."),
]


@strawberry.type
class RunMutations:
    """Root fields that write runs."""

    @mutation("Ask a run to stop. What it has stored stays.", needs=Permission.MEMORY_WRITE)
    async def cancel_run(self, info: Info, *, run_id: RunId) -> CancelRunResult:
        """A request: the worker obeys at the next page."""
        record = await runs.cancel(info.context.session, RUN.decode(run_id, "runId"))
        return CancelRunPayload(run=Run.from_record(record))

    @mutation(
        "Ask every queued and running run of a connection to stop. What they have stored stays.",
        needs=Permission.MEMORY_WRITE,
    )
    async def cancel_runs(self, info: Info, *, connection_id: ConnectionId) -> CancelRunsResult:
        """A request for each: queued ones end at once."""
        found = CONNECTION.decode(connection_id, "connectionId")
        ids = await runs.cancel_all(info.context.session, found)
        return CancelRunsPayload(run_ids=[RUN.encode(run_id) for run_id in ids])

    @mutation(
        "Run once more what failed, was cancelled or is parked.", needs=Permission.MEMORY_WRITE
    )
    async def retry_run(self, info: Info, *, run_id: RunId) -> RetryRunResult:
        """Goes on where it had stopped."""
        record = await runs.retry(info.context.session, RUN.decode(run_id, "runId"))
        return RetryRunPayload(run=Run.from_record(record))
