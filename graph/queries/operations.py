"""Registered operations, stages, and what was seen."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.scope import Permission
from graph import explanations
from graph.bounds.sizes import about, paged
from graph.context import Info, schema_of
from graph.fields import guarded
from graph.inputs.entries import ALL
from graph.inputs.operations import OperationId, operation_key
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.scalars import JSON
from graph.types.explanations import OperationExplanation
from graph.types.operations import Operation, OperationStages, SeenOperation
from persisted import built_in_records
from resolvers import operation_stages as stages
from resolvers import operations
from resolvers.paging import PageArguments
from resolvers.text import choices

Clients = Annotated[list[str] | None, strawberry.argument(description=f"Of which clients. {ALL}")]
EXPLAIN_POINTS = 50


@strawberry.type
class OperationQueries:
    """Root fields about operations."""

    @guarded(
        "One operation, retired or not, of yours or of the platform's own; null when there is "
        "none. A `documentId` that several clients registered names the first by name.",
        needs=Permission.MEMORY_READ,
    )
    async def operation(self, info: Info, *, id: OperationId) -> Operation | None:  # noqa: A002 - the schema's name
        """One operation."""
        found = await operations.operation(info.context.session, operation_key(id, "id"))
        return None if found is None else Operation.from_record(found)

    @guarded(
        "Operations that your clients registered, by client and name.",
        needs=Permission.MEMORY_READ,
        size=paged(operations.MAX_PAGE),
    )
    async def operations(
        self,
        info: Info,
        *,
        clients: Clients = None,
        include_retired: Annotated[
            bool, strawberry.argument(description="Whether those are told that were retired.")
        ] = False,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Operation]:
        """One page."""
        page = await operations.page(
            info.context.session,
            PageArguments(first, after, last, before),
            choices(clients, "clients"),
            include_retired=include_retired,
        )
        return connection(page, operations.OPERATIONS, Operation.from_record)

    @guarded(
        "The platform's own operations, by client and name.",
        needs=Permission.MEMORY_READ,
        size=about(20),
    )
    async def built_in_operations(self) -> list[Operation]:
        """They are the same for every tenant."""
        return [Operation.from_record(record) for record in built_in_records()]

    @guarded("What your clients may send.", needs=Permission.MEMORY_READ)
    async def operation_stages(self, info: Info) -> OperationStages:
        """The tenant's own and its clients'."""
        return OperationStages.from_records(await stages.stages(info.context.session))

    @guarded(
        "Documents that were sent as text while the stage was LOG, newest first. About a second "
        "passes before one is told; of each tenant the 1,000 seen last are kept.",
        needs=Permission.MEMORY_WRITE,
        size=paged(stages.MAX_PAGE),
    )
    async def operations_seen(
        self,
        info: Info,
        *,
        clients: Clients = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[SeenOperation] | None:
        """One page."""
        page = await stages.seen(
            info.context.session,
            PageArguments(first, after, last, before),
            choices(clients, "clients"),
        )
        return connection(page, stages.SEEN, SeenOperation.from_record)

    @guarded(
        "What an operation would cost and find with these variables, without carrying it out. "
        "It counts your entries, and costs as much as a page of them.",
        needs=Permission.MEMORY_READ,
        weight=EXPLAIN_POINTS,
    )
    async def explain(
        self,
        info: Info,
        *,
        operation_id: OperationId,
        variables: Annotated[
            JSON | None,
            strawberry.argument(description="Its variables: an object, as it would be sent."),
        ] = None,
    ) -> OperationExplanation:
        """From the document and the tenant's counts."""
        key = operation_key(operation_id, "operationId")
        context = info.context
        return await explanations.explained(
            schema_of(info), context.session, key, variables, context.answers
        )
