"""What to make anew."""

from __future__ import annotations

import strawberry

from core.records.transformations import (
    Names,
    StartTransformation,
    Transformation,
    TransformationPart,
)
from graph.ids import CONNECTION
from graph.inputs.dates import DateRangeInput
from resolvers.text import choices


@strawberry.input(
    description="Which entries to make anew from the raw pages behind them, and what of them."
)
class StartTransformationInput:
    """What startTransformation takes."""

    connections: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Ids of connections, a run for each. Left out: all of them."
    )
    dates: DateRangeInput | None = strawberry.field(
        default=None, description="Entries of which days. Left out: of all days."
    )
    apply: list[TransformationPart] | None = strawberry.field(
        default=None, description="What of an entry may change. Left out: all."
    )
    names: Names = strawberry.field(
        default=Names.KEPT, description="By which name of its campaign an entry is to go."
    )
    preview: bool = strawberry.field(
        default=False, description="Only find out what would change: write nothing."
    )

    def to_command(self) -> StartTransformation:
        """The command, or BadInput naming the part that is wrong."""
        parts = TransformationPart if self.apply is None else choices(self.apply, "apply")
        ids = choices(self.connections, "connections")
        return StartTransformation(
            None if self.dates is None else self.dates.to_range("dates"),
            tuple(CONNECTION.decode(each, "connections") for each in ids),
            Transformation(frozenset(parts), self.names, self.preview),
        )
