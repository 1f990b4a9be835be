"""Exports: one by id, and a list."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.exports import ExportState
from core.scope import Permission
from graph.bounds.sizes import paged
from graph.context import Info
from graph.fields import guarded
from graph.ids import EXPORT
from graph.inputs.entries import ALL
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.exports import Export
from resolvers import exports
from resolvers.paging import PageArguments
from resolvers.text import choices

ExportId = Annotated[strawberry.ID, strawberry.argument(description="Id of the export.")]


@strawberry.type
class ExportQueries:
    """Root fields about exports."""

    @guarded("One export; null when your tenant has no such export.", needs=Permission.MEMORY_READ)
    async def export(self, info: Info, *, id: ExportId) -> Export | None:  # noqa: A002 - the schema's name
        """One export."""
        record = await exports.export(info.context.session, EXPORT.decode(id, "id"))
        return None if record is None else Export.from_record(record)

    @guarded(
        "Your exports, newest first.", needs=Permission.MEMORY_READ, size=paged(exports.MAX_EXPORTS)
    )
    async def exports(
        self,
        info: Info,
        *,
        states: Annotated[
            list[ExportState] | None, strawberry.argument(description=f"What there is. {ALL}")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Export]:
        """One page."""
        arguments = PageArguments(first, after, last, before)
        page = await exports.page(info.context.session, arguments, choices(states, "states"))
        return connection(page, exports.EXPORTS, Export.from_record)
