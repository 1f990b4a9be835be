"""What analysis found: its subject, its effect and its causes on the wire."""

from __future__ import annotations

from uuid import UUID

import strawberry

from core.records.answers import Area
from core.records.findings import Cause, CauseKind, Effect, EffectUnit, Subject, SubjectLevel
from graph.context import Info
from graph.fields import resolved
from graph.types.campaigns import Campaign
from graph.types.dates import DateRange
from resolvers import campaigns


@strawberry.type(description="What an insight is about.")
class InsightSubject:
    """Subject on the wire."""

    record: strawberry.Private[Subject]
    level: SubjectLevel = strawberry.field(description="What kind of thing it is.")
    name: str = strawberry.field(description="What it was called when the insight was told.")
    channel: str | None = strawberry.field(description="The channel, where it is one.")

    @classmethod
    def from_record(cls, record: Subject, name: str) -> InsightSubject:
        """The subject on the wire."""
        is_channel = record.level is SubjectLevel.CHANNEL
        return cls(
            record=record,
            level=record.level,
            name=name,
            channel=record.key if is_channel else None,
        )

    @resolved("The campaign, where it is one.", reads=(Area.FACTS, Area.SOURCES))
    async def campaign(self, info: Info) -> Campaign | None:
        """Batched over the whole answer."""
        if self.record.level is not SubjectLevel.CAMPAIGN:
            return None
        found = await campaigns.campaign(info.context.session, UUID(self.record.key))
        return None if found is None else Campaign.from_record(found)


@strawberry.type(description="How large an effect is, with the interval that holds it.")
class InsightEffect:
    """Effect on the wire."""

    size: float = strawberry.field(description="The estimate, in `unit`.")
    low: float = strawberry.field(description="The lower end of the interval.")
    high: float = strawberry.field(description="The upper end of the interval.")
    unit: EffectUnit = strawberry.field(description="What it is measured in.")
    confidence: float = strawberry.field(
        description="How often such an interval holds the truth, from 0 to 1."
    )

    @classmethod
    def from_record(cls, record: Effect) -> InsightEffect:
        """The effect on the wire."""
        return cls(
            size=record.size,
            low=record.low,
            high=record.high,
            unit=record.unit,
            confidence=record.confidence,
        )


@strawberry.type(
    description="What was at work on the days of an insight. That it is the reason is not said."
)
class InsightCause:
    """Cause on the wire."""

    kind: CauseKind = strawberry.field(description="What kind of cause it is.")
    window: DateRange = strawberry.field(description="The days on which it was at work.")
    label: str = strawberry.field(description="What it is called.")

    @classmethod
    def from_record(cls, record: Cause) -> InsightCause:
        """The cause on the wire."""
        return cls(
            kind=record.kind, window=DateRange.from_record(record.window), label=record.label
        )
