"""SurfacingInsight: an insight in the specification's shape, with what stood around it."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.connections import Source
from core.records.insights import InsightKind
from graph.bounds.sizes import about
from graph.context import Info
from graph.fields import resolved
from graph.types.calendar import CalendarDimension
from graph.types.insights import Insight
from graph.types.performance import PerformanceRow
from resolvers import calendar, connections, insights, surfacing
from resolvers.surfacing import Surfaced

_HOUR = dt.timedelta(hours=1)


@strawberry.type(description="How good and how new the data behind an insight is.")
class SurfacingQuality:
    """Of its key metrics."""

    data_quality_score: float | None = strawberry.field(
        description="Score of the entries behind its key metrics, from 0 to 1; null when none "
        "was assessed."
    )
    data_freshness_hours: float | None = strawberry.field(
        description="How many hours ago the newest of them became known; null where there are "
        "none. Ago is before `asOf`, where that is given."
    )


@strawberry.type(
    description=(
        "An insight in the specification's shape: what it says, how sure that is, and what stood "
        "around it. Figures are the metric layer's, of media, in your reporting currency."
    )
)
class SurfacingInsight:
    """One of Surfaced; the others are read with it."""

    surfaced: strawberry.Private[Surfaced]
    place: strawberry.Private[int]
    insight: Insight = strawberry.field(description="The insight itself, with its evidence.")
    insight_category: InsightKind = strawberry.field(description="What it states.")
    insight_text: str = strawberry.field(description="The statement in full sentences.")
    confidence_score: float = strawberry.field(
        description="1 less the share of false ones among all that is told with it; 1 of what is "
        "counted."
    )
    date: dt.date = strawberry.field(description="The last of its days.")

    @classmethod
    def of(cls, surfaced: Surfaced, place: int) -> SurfacingInsight:
        """The insight at `place` on the wire."""
        record = surfaced.insights[place]
        return cls(
            surfaced=surfaced,
            place=place,
            insight=Insight.from_record(record),
            insight_category=record.kind,
            insight_text=insights.text(record),
            confidence_score=surfacing.confidence(record),
            date=record.window.until,
        )

    @resolved(
        "The source of the account that it is about; null of a channel and of everything together.",
    )
    async def data_source(self, info: Info) -> Source | None:
        """Batched over the whole answer."""
        key = self.surfaced.insights[self.place].connection_id
        record = await connections.connection(info.context.session, key) if key else None
        return None if record is None else record.source

    @resolved("The channel that all of it is of, if there is one.")
    async def channel(self, info: Info) -> str | None:
        """One read for the whole answer."""
        return await surfacing.channel(info.context.session, self.surfaced, self.place)

    @resolved(
        "What the media that it is about came to over its days; null where there are no entries.",
        weight=2,
    )
    async def key_metrics(self, info: Info) -> PerformanceRow | None:
        """One read for the whole answer."""
        session = info.context.session
        found, record = await surfacing.key_metrics(session, self.surfaced, self.place)
        return None if record is None else PerformanceRow.from_record(found, record)

    @resolved(
        "The last of its days, as your calendar has it: season, weekend, holidays, events.",
    )
    async def temporal_context(self, info: Info) -> CalendarDimension | None:
        """Batched over the whole answer."""
        record = await calendar.day(info.context.session, self.date, self.surfaced.as_of)
        return None if record is None else CalendarDimension.from_record(record)

    @resolved(
        "What other channels came to over the same days, one row each.",
        size=about(5),
        weight=2,
    )
    async def cross_channel_context(self, info: Info) -> list[PerformanceRow]:
        """One read for the whole answer."""
        found, records = await surfacing.across(info.context.session, self.surfaced, self.place)
        return [PerformanceRow.from_record(found, record) for record in records]

    @resolved("How good and how new the data behind its key metrics is.")
    async def quality_indicators(self, info: Info) -> SurfacingQuality:
        """Of its key metrics."""
        session = info.context.session
        found, record = await surfacing.key_metrics(session, self.surfaced, self.place)
        sums = record.sums if record else None
        return SurfacingQuality(
            data_quality_score=sums.quality if sums else None,
            data_freshness_hours=(found.as_of - sums.learned_at) / _HOUR if sums else None,
        )
