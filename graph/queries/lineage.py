"""What was refused."""

from __future__ import annotations

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import guarded
from graph.ids import RUN
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.queries.runs import RunId
from graph.types.lineage import RejectedRecord
from resolvers import lineage
from resolvers.paging import PageArguments


@strawberry.type
class LineageQueries:
    """Root fields about lineage."""

    @guarded(
        "The records that a run refused, each with its reason and what mends it. They hold "
        "what the source sent, so they are for those who ingest: null, with an error, for "
        "other callers.",
        needs=Permission.MEMORY_WRITE,
    )
    async def rejected_records(
        self,
        info: Info,
        *,
        run_id: RunId,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[RejectedRecord] | None:
        """One page."""
        page = await lineage.rejected(
            info.context.session,
            RUN.decode(run_id, "runId"),
            PageArguments(first, after, last, before),
        )
        return connection(page, lineage.REJECTED, RejectedRecord.from_record)
