"""Asking for causal exports."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.inputs.causal import CausalExportInput
from graph.types.errors import Refused
from graph.types.exports import Export
from resolvers import causal


@strawberry.type(description="The export is queued, and its moment is pinned.")
class ExportCausalPayload:
    """What exportCausal leaves behind."""

    export: Export = strawberry.field(
        description="The export; follow its run with `ingestionProgress`."
    )


ExportCausalResult: TypeAlias = Annotated[
    ExportCausalPayload | Refused,
    strawberry.union("ExportCausalResult", description="The export, or what stood in its way."),
]


@strawberry.type
class CausalMutations:
    """Root fields that make exports."""

    @mutation(
        "Make files that a model loads as they are, in the background: one table with a column for "
        "each thing and its role, the rows behind it, and a manifest.",
        needs=Permission.CAUSAL_DATA_EXPORT,
    )
    async def export_causal(
        self,
        info: Info,
        *,
        input: Annotated[  # noqa: A002 - the schema's name
            CausalExportInput, strawberry.argument(description="What it is made of.")
        ],
    ) -> ExportCausalResult:
        """Checked, pinned, queued."""
        record = await causal.start(info.context.session, input.to_command())
        return ExportCausalPayload(export=Export.from_record(record))
