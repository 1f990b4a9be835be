"""Exports of features, as callers ask for them."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.feature_exports import ExportFeatures, Moments
from core.records.exports import ExportFormat
from core.records.features import EntityKind
from graph.inputs.features import entity_key
from resolvers.text import choices


@strawberry.input(description="What an export of features is made of: entities at moments.")
class FeatureExportInput:
    """ExportFeatures as the caller gives it."""

    view: str = strawberry.field(description="What the view is called.")
    version: int | None = strawberry.field(
        default=None,
        description="Which version, retired or not. Left out: the newest that is not retired.",
    )
    since: dt.datetime = strawberry.field(description="The first moment.")
    until: dt.datetime = strawberry.field(description="No moment is after it; it must have passed.")
    every_hours: int = strawberry.field(
        default=24, description="Hours from one moment to the next; at most 10,000 moments in all."
    )
    entities: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=(
            "At most 10,000, by what the view is of: ids of campaigns, ids of connections, or "
            "names of channels. Left out: all that media had been told of by `asOf`, in days that "
            "a window looks at. Entities times moments are at most 10,000,000 rows."
        ),
    )
    formats: list[ExportFormat] | None = strawberry.field(
        default=None, description="How tables are written; LEGACY is none. Left out: PARQUET."
    )
    as_of: dt.datetime | None = strawberry.field(
        default=None,
        description=(
            "By when an entity must have been told of, where none are named; no moment is after "
            "it. Left out: now, pinned."
        ),
    )

    def to_command(self, kind: EntityKind) -> ExportFeatures:
        """The command of a view of this kind, or BadInput naming the part of it that is wrong."""
        formats = choices(self.formats, "formats")
        entities = choices(self.entities, "entities")
        return ExportFeatures(
            moments=Moments(self.since, self.until, self.every_hours),
            entities=tuple(sorted({entity_key(kind, each, "entities") for each in entities})),
            formats=tuple(each for each in ExportFormat if each in formats)
            if self.formats is not None
            else (ExportFormat.PARQUET,),
            as_of=self.as_of,
        )
