"""What was refused."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.rejections import RejectionFilter
from core.scope import Permission
from graph.bounds.sizes import paged, sliced
from graph.context import Info
from graph.fields import guarded
from graph.ids import RUN
from graph.inputs.rejections import RejectedRecordFilter
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.rejections import RejectedRecord, RejectedRecordGroup
from resolvers import rejections
from resolvers.paging import PageArguments

Filter = Annotated[
    RejectedRecordFilter | None,
    strawberry.argument(description="Which ones; all of your tenant's when left out."),
]


def _where(given: RejectedRecordFilter | None) -> RejectionFilter:
    return RejectionFilter() if given is None else given.to_filter()


@strawberry.type
class RejectionQueries:
    """Root fields about refused records."""

    @guarded(
        "Records that were refused, each with its reason, what mends it and what became of it, "
        "oldest first: ask for `last` to see the newest. They hold what the source sent, so they "
        "are for those who ingest: null, with an error, for other callers.",
        needs=Permission.MEMORY_WRITE,
        size=paged(rejections.MAX_REJECTED),
    )
    async def rejected_records(
        self,
        info: Info,
        *,
        run_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Of this run alone: what it refused, or, of a replay, put in again."
            ),
        ] = None,
        filter: Filter = None,  # noqa: A002 - the schema's name
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[RejectedRecord] | None:
        """One page."""
        page = await rejections.page(
            info.context.session,
            None if run_id is None else RUN.decode(run_id, "runId"),
            _where(filter),
            PageArguments(first, after, last, before),
        )
        return connection(page, rejections.REJECTED, RejectedRecord.from_record)

    @guarded(
        "How many records were refused, by connection, state and reason, largest group first.",
        needs=Permission.MEMORY_WRITE,
        size=sliced(rejections.MAX_GROUPS, rejections.MAX_GROUPS),
        weight=10,
    )
    async def rejected_record_summary(
        self,
        info: Info,
        *,
        filter: Filter = None,  # noqa: A002 - the schema's name
        first: Annotated[
            int, strawberry.argument(description="How many groups to answer, 1 to 100.")
        ] = rejections.MAX_GROUPS,
    ) -> list[RejectedRecordGroup] | None:
        """One store call."""
        groups = await rejections.groups(info.context.session, _where(filter), first)
        return [RejectedRecordGroup.from_record(group) for group in groups]
