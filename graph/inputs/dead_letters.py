"""Which runs that ended badly, and what to do with them."""

from __future__ import annotations

import strawberry

from core.errors import ErrorKind
from core.records.dead_letters import DeadLetterChoice, DeadLetterFilter
from graph.ids import CONNECTION, RUN
from resolvers.dead_letters import MAX_AT_ONCE
from resolvers.text import choices


@strawberry.input(
    name="DeadLetterFilter",
    description="Which dead letters. What is left out restricts nothing but `isDismissed`.",
)
class DeadLetterFilterInput:
    """DeadLetterFilter on the wire."""

    connections: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Ids of the connections that their runs read."
    )
    kinds: list[ErrorKind] | None = strawberry.field(
        default=None, description="Kinds of their errors; a parked run counts as BUG."
    )
    codes: list[str] | None = strawberry.field(
        default=None, description="Codes of their errors, such as `CONFIGURATION`."
    )
    is_dismissed: bool = strawberry.field(
        default=False, description="Those that were laid aside, in place of those that were not."
    )

    def to_filter(self) -> DeadLetterFilter:
        """The filter, its ids read."""
        ids = choices(self.connections, "filter.connections")
        return DeadLetterFilter(
            connections=tuple(CONNECTION.decode(id_, "filter.connections") for id_ in ids),
            kinds=choices(self.kinds, "filter.kinds"),
            codes=choices(self.codes, "filter.codes"),
            is_dismissed=self.is_dismissed,
        )


@strawberry.input(description="Which dead letters to act on: ids or a filter.")
class DeadLetterChoiceInput:
    """DeadLetterChoice on the wire."""

    ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Ids of their runs; at most 1,000."
    )
    filter: DeadLetterFilterInput | None = strawberry.field(
        default=None, description="Takes all that it lets through."
    )
    maximum: int = strawberry.field(
        default=MAX_AT_ONCE,
        description="How many may match, at most 1,000. When more do, none is touched.",
    )

    def to_choice(self) -> DeadLetterChoice:
        """The choice, not yet checked but for its ids."""
        named = choices(self.ids, "ids")
        return DeadLetterChoice(
            self.maximum,
            tuple(RUN.decode(id_, "ids") for id_ in named),
            None if self.filter is None else self.filter.to_filter(),
        )
