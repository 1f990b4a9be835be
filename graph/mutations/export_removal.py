"""The end of exports."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.ids import EXPORT
from graph.types.errors import Refused
from graph.types.exports import Export
from resolvers import exports


@strawberry.type(description="The export has ended; its links open nothing any more.")
class DeleteExportPayload:
    """What deleteExport leaves behind."""

    export: Export = strawberry.field(description="The export, without its files.")


DeleteExportResult: TypeAlias = Annotated[
    DeleteExportPayload | Refused,
    strawberry.union("DeleteExportResult", description="The export, or what stood in the way."),
]


@strawberry.type
class ExportRemovalMutations:
    """Root fields that end exports."""

    @mutation(
        "Delete the files of an export, and end its links at once. What it was stays on record, "
        "and the same definition as of the same moment makes the same files again. To delete "
        "what has ended changes nothing.",
        needs=Permission.CAUSAL_DATA_EXPORT,
    )
    async def delete_export(
        self,
        info: Info,
        *,
        export_id: Annotated[strawberry.ID, strawberry.argument(description="Id of the export.")],
    ) -> DeleteExportResult:
        """Its row first, then its files."""
        found = EXPORT.decode(export_id, "exportId")
        record = await exports.delete(info.context.session, found)
        return DeleteExportPayload(export=Export.from_record(record))
