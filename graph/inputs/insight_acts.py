"""What callers want of an insight."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import strawberry

from core.records.findings import CauseKind
from core.records.insight_acts import InsightRating, InsightWish, InsightWord
from core.records.insights import InsightState
from graph.ids import CALENDAR_EVENT, INSIGHT

WHICH = "Id of the insight."
NOTE = "What there is to say about it: 1 to 500 characters."
DECIDED_BY = (
    "`Insight.learnedAt` as you read it: if it was changed since, nothing is done, and the error "
    "names who changed it. Left out: whatever it says now."
)


@strawberry.input(description="An insight, and what there is to say about it.")
class InsightActInput:
    """InsightWish as the caller gives it, but for the state, which the mutation knows."""

    insight_id: strawberry.ID = strawberry.field(description=WHICH)
    note: str | None = strawberry.field(default=None, description=NOTE)
    learned_at: dt.datetime | None = strawberry.field(default=None, description=DECIDED_BY)

    def insight(self) -> UUID:
        """The insight, or BadInput."""
        return INSIGHT.decode(self.insight_id, "insightId")

    def to_wish(self, state: InsightState) -> InsightWish:
        """The wish for `state`, its note not yet checked."""
        return InsightWish(state, InsightWord(self.note), self.learned_at)


@strawberry.input(description="What was behind an insight.")
class ExplainInsightInput:
    """InsightWish for EXPLAINED as the caller gives it."""

    insight_id: strawberry.ID = strawberry.field(description=WHICH)
    note: str = strawberry.field(description=NOTE)
    cause: CauseKind | None = strawberry.field(
        default=None,
        description="What kind of cause it was. Left out: CALENDAR where an event is given, else "
        "none.",
    )
    calendar_event_id: strawberry.ID | None = strawberry.field(
        default=None, description="Id of the event of your calendar that it was."
    )
    learned_at: dt.datetime | None = strawberry.field(default=None, description=DECIDED_BY)

    def insight(self) -> UUID:
        """The insight, or BadInput."""
        return INSIGHT.decode(self.insight_id, "insightId")

    def to_wish(self) -> InsightWish:
        """The wish, its note not yet checked."""
        event_id = self.calendar_event_id
        event = None if event_id is None else CALENDAR_EVENT.decode(event_id, "calendarEventId")
        cause = self.cause or (None if event is None else CauseKind.CALENDAR)
        word = InsightWord(self.note, cause, event)
        return InsightWish(InsightState.EXPLAINED, word, self.learned_at)


@strawberry.input(description="Whose an insight is to be.")
class AssignInsightInput:
    """An owner as the caller gives one."""

    insight_id: strawberry.ID = strawberry.field(description=WHICH)
    owner: str | None = strawberry.field(
        default=None,
        description="Who is to answer for it, such as a team's address: 1 to 500 characters. Left "
        "out: nobody.",
    )
    learned_at: dt.datetime | None = strawberry.field(default=None, description=DECIDED_BY)

    def insight(self) -> UUID:
        """The insight, or BadInput."""
        return INSIGHT.decode(self.insight_id, "insightId")


@strawberry.input(description="Of what use an insight was.")
class RateInsightInput:
    """A rating as the caller gives it."""

    insight_id: strawberry.ID = strawberry.field(description=WHICH)
    rating: InsightRating = strawberry.field(description="Of what use it was.")
    note: str | None = strawberry.field(default=None, description=NOTE)
    learned_at: dt.datetime | None = strawberry.field(default=None, description=DECIDED_BY)

    def insight(self) -> UUID:
        """The insight, or BadInput."""
        return INSIGHT.decode(self.insight_id, "insightId")
