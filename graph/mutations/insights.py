"""Acting on insights."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.records.insights import InsightRecord, InsightState
from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.inputs.insight_acts import (
    AssignInsightInput,
    ExplainInsightInput,
    InsightActInput,
    RateInsightInput,
)
from graph.types.errors import Refused
from graph.types.insights import Insight
from resolvers import insight_acts

Acted = Annotated[
    InsightActInput, strawberry.argument(description="Which one, and what there is to say.")
]


@strawberry.type(description="The insight as it now is.")
class InsightPayload:
    """What an act on an insight leaves behind."""

    insight: Insight = strawberry.field(description="The insight.")

    @classmethod
    def from_record(cls, record: InsightRecord) -> InsightPayload:
        """The insight on the wire."""
        return cls(insight=Insight.from_record(record))


InsightResult: TypeAlias = Annotated[
    InsightPayload | Refused,
    strawberry.union("InsightResult", description="The insight, or what stood in the way."),
]


@strawberry.type
class InsightMutations:
    """Root fields that act on insights."""

    @mutation(
        "Say that somebody looks into an open insight. Twice is the same as once; another note is "
        "an act of its own. Answers CONFLICT for one that is explained or closed.",
        needs=Permission.MEMORY_WRITE,
    )
    async def acknowledge_insight(self, info: Info, *, input: Acted) -> InsightResult:  # noqa: A002 - the schema's name
        """Brought into the state."""
        return await _acted(info, input, InsightState.ACKNOWLEDGED)

    @mutation(
        "Say what was behind an insight: in words, and by a kind of cause or an event of your "
        "calendar. Twice is the same as once; another explanation stands beside the first in its "
        "`history`. Answers CONFLICT for one that is closed.",
        needs=Permission.MEMORY_WRITE,
    )
    async def explain_insight(
        self,
        info: Info,
        *,
        input: Annotated[ExplainInsightInput, strawberry.argument(description="What it was.")],  # noqa: A002 - the schema's name
    ) -> InsightResult:
        """Brought into the state."""
        session = info.context.session
        record = await insight_acts.act(session, input.insight(), input.to_wish())
        return InsightPayload.from_record(record)

    @mutation(
        "Close an insight: analysis does not open it again. Twice is the same as once. Answers "
        "CONFLICT for one that has expired.",
        needs=Permission.MEMORY_WRITE,
    )
    async def resolve_insight(self, info: Info, *, input: Acted) -> InsightResult:  # noqa: A002 - the schema's name
        """Brought into the state."""
        return await _acted(info, input, InsightState.RESOLVED)

    @mutation(
        "Open an insight again, whatever became of it: analysis does not close it any more. Twice "
        "is the same as once.",
        needs=Permission.MEMORY_WRITE,
    )
    async def reopen_insight(self, info: Info, *, input: Acted) -> InsightResult:  # noqa: A002 - the schema's name
        """Brought into the state."""
        return await _acted(info, input, InsightState.OPEN)

    @mutation(
        "Give an insight to somebody, or to nobody, in whatever state it is. Twice is the same as "
        "once.",
        needs=Permission.MEMORY_WRITE,
    )
    async def assign_insight(
        self,
        info: Info,
        *,
        input: Annotated[AssignInsightInput, strawberry.argument(description="Whose it is.")],  # noqa: A002 - the schema's name
    ) -> InsightResult:
        """Kept with it."""
        record = await insight_acts.assign(
            info.context.session, input.insight(), input.owner, input.learned_at
        )
        return InsightPayload.from_record(record)

    @mutation(
        "Say of what use an insight was, in whatever state it is: `insightLedger` counts what was "
        "said last. Twice is the same as once.",
        needs=Permission.MEMORY_WRITE,
    )
    async def rate_insight(
        self,
        info: Info,
        *,
        input: Annotated[RateInsightInput, strawberry.argument(description="Of what use.")],  # noqa: A002 - the schema's name
    ) -> InsightResult:
        """A verdict of the caller's."""
        record = await insight_acts.rate(
            info.context.session, input.insight(), input.rating, input.note, input.learned_at
        )
        return InsightPayload.from_record(record)


async def _acted(info: Info, given: InsightActInput, state: InsightState) -> InsightPayload:
    wish = given.to_wish(state)
    record = await insight_acts.act(info.context.session, given.insight(), wish)
    return InsightPayload.from_record(record)
