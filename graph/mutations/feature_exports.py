"""Asking for exports of features."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.inputs.feature_exports import FeatureExportInput
from graph.types.errors import Refused
from graph.types.exports import Export
from resolvers import feature_exports, features


@strawberry.type(description="The export is queued, and its moment is pinned.")
class ExportFeaturesPayload:
    """What exportFeatures leaves behind."""

    export: Export = strawberry.field(
        description="The export; follow its run with `ingestionProgress`."
    )


ExportFeaturesResult: TypeAlias = Annotated[
    ExportFeaturesPayload | Refused,
    strawberry.union("ExportFeaturesResult", description="The export, or what stood in its way."),
]


@strawberry.type
class FeatureExportMutations:
    """Root fields that export features."""

    @mutation(
        "Write features of many entities at many moments as files, in the background: one row for "
        "each entity and moment, with the values that `features` answers with that `at`.",
        needs=Permission.CAUSAL_DATA_EXPORT,
    )
    async def export_features(
        self,
        info: Info,
        *,
        input: Annotated[  # noqa: A002 - the schema's name
            FeatureExportInput, strawberry.argument(description="What it is made of.")
        ],
    ) -> ExportFeaturesResult:
        """Checked, pinned, queued."""
        session = info.context.session
        of = await features.one(session, input.view, input.version, "view")
        record = await feature_exports.start(session, input.to_command(of.view.entity), of)
        return ExportFeaturesPayload(export=Export.from_record(record))
