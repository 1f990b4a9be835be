"""Which past days to read."""

from __future__ import annotations

from typing import Final

import strawberry

from core.commands import StartBackfill
from graph.ids import CONNECTION
from graph.inputs.dates import DateRangeInput

SETTLED: Final = (
    "Read days too that were read after the source had stopped changing them. Left out: these "
    "are skipped."
)


@strawberry.input(description="Which past days to read, and how many calls that may take.")
class StartBackfillInput:
    """What startBackfill takes."""

    connection_id: strawberry.ID = strawberry.field(description="Id of an ACTIVE connection.")
    dates: DateRangeInput = strawberry.field(
        description="The days, at most 3,660 and none later than today in the account's zone."
    )
    max_calls: int = strawberry.field(
        description=(
            "The `calls` of the quote that you accept: when it takes more by now, nothing is "
            "queued."
        )
    )
    include_settled: bool = strawberry.field(default=False, description=SETTLED)

    def to_command(self) -> StartBackfill:
        """The command; BadInput for what cannot be one."""
        return StartBackfill(
            CONNECTION.decode(self.connection_id, "connectionId"),
            self.dates.to_range("dates"),
            self.max_calls,
            self.include_settled,
        )
