"""MarketingSummary: the predecessor's MarketingInsights, each figure with where it comes from."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry

from core.metrics.catalogue import Metric
from core.periods import Grain
from core.records.answers import Area
from core.traces import written
from graph.bounds.sizes import about, listed, sliced
from graph.context import Info
from graph.fields import resolved
from graph.types.dates import DateRange
from graph.types.figures import MetricValue
from graph.types.performance import PerformanceRow
from resolvers import marketing_summary
from resolvers.marketing_summary import DayPart, DayPartFigures
from resolvers.performance import Figures, figures

FACTS = (Area.FACTS, Area.SOURCES, Area.LABELS)
MOST_CAMPAIGNS = 100


@strawberry.type(description="Figures of some days of the calendar, added up.")
class CalendarInsight:
    """DayPartFigures on the wire."""

    part: DayPart = strawberry.field(description="Which days.")
    days: int = strawberry.field(description="How many of the days are such, by your calendar.")
    compared_days: int = strawberry.field(
        description="How many of the days that they are compared with; 0 without `compareTo`."
    )
    values: list[MetricValue] = listed("Their figures, one for each metric.", 12)
    per_day: list[MetricValue] = listed(
        "Their sums for each of the days, to ten places: weekends and weekdays side by side.", 6
    )
    trace: str | None = strawberry.field(
        description="What `performanceEntries` takes; null where there are no entries."
    )

    @classmethod
    def from_record(cls, record: DayPartFigures) -> CalendarInsight:
        """The part on the wire."""
        return cls(
            part=record.part,
            days=record.days,
            compared_days=record.compared_days,
            values=[MetricValue.from_figure(each) for each in record.figures],
            per_day=[MetricValue.from_figure(each) for each in record.per_day],
            trace=None if record.trace is None else written(record.trace),
        )


@strawberry.type(
    description=(
        "What media came to over some days: sums, ratios of those sums, and the same by source, "
        "campaign, day and kind of day, all at one moment and in one currency."
    )
)
class MarketingSummary:
    """The figures of all of it; the others are read where they are selected."""

    found: strawberry.Private[Figures]
    as_of: dt.datetime = strawberry.field(
        description="The moment whose knowledge it is; give it as `asOf` to get the same for ever."
    )
    compared_as_of: dt.datetime | None = strawberry.field(
        description="The moment of what it is compared with; null without `compareTo`."
    )
    dates: DateRange = strawberry.field(description="The days.")
    compared_dates: DateRange | None = strawberry.field(
        description="The days that they are compared with; null without `compareTo`."
    )
    currency: str = strawberry.field(description="ISO 4217 code of all amounts.")

    @classmethod
    def from_figures(cls, found: Figures) -> MarketingSummary:
        """The summary on the wire."""
        facts, other = found.question.facts, found.question.comparison
        return cls(
            found=found,
            as_of=found.as_of,
            compared_as_of=found.compared_as_of,
            dates=DateRange.from_record(facts.dates),
            compared_dates=DateRange.from_record(other.dates) if other else None,
            currency=facts.currency or "",
        )

    @resolved(
        "All of it as one row, with its quality, its maturity and its trace; null where there is "
        "nothing on either side.",
        reads=(),
    )
    def total(self) -> PerformanceRow | None:
        """Read with the summary."""
        rows = self.found.page.items
        return PerformanceRow.from_record(self.found, rows[0]) if rows else None

    @resolved("Σ of what was paid.", reads=())
    def total_spend(self) -> MetricValue:
        """Of the total."""
        return self._value(Metric.SPEND)

    @resolved("Σ of how often it was shown.", reads=())
    def total_impressions(self) -> MetricValue:
        """Of the total."""
        return self._value(Metric.IMPRESSIONS)

    @resolved("Σ of clicks.", reads=())
    def total_clicks(self) -> MetricValue:
        """Of the total."""
        return self._value(Metric.CLICKS)

    @resolved("Σ of the conversions that platforms claim.", reads=())
    def total_conversions(self) -> MetricValue:
        """Of the total."""
        return self._value(Metric.CONVERSIONS)

    @resolved("Σ of what those conversions were worth.", reads=())
    def total_revenue(self) -> MetricValue:
        """Of the total."""
        return self._value(Metric.CONVERSION_VALUE)

    @resolved("Σ spend / Σ clicks.", reads=())
    def average_cpc(self) -> MetricValue:
        """Of the total."""
        return self._value(Metric.CPC)

    @resolved("1,000 * Σ spend / Σ impressions.", reads=())
    def average_cpm(self) -> MetricValue:
        """Of the total."""
        return self._value(Metric.CPM)

    @resolved("Σ clicks / Σ impressions, a share.", reads=())
    def average_ctr(self) -> MetricValue:
        """Of the total."""
        return self._value(Metric.CTR)

    @resolved("Σ conversions / Σ clicks, a share.", reads=())
    def conversion_rate(self) -> MetricValue:
        """Of the total."""
        return self._value(Metric.CVR)

    @resolved("Σ conversion value / Σ spend.", reads=())
    def roas(self) -> MetricValue:
        """Of the total."""
        return self._value(Metric.ROAS)

    @resolved("By source, the largest spend first.", size=about(10), weight=20, reads=FACTS)
    async def data_sources_summary(self, info: Info) -> list[PerformanceRow]:
        """One read."""
        return _rows(await marketing_summary.by_source(info.context.session, self.found))

    @resolved(
        "The campaigns with the largest spend.",
        size=sliced(10, MOST_CAMPAIGNS),
        weight=20,
        reads=FACTS,
    )
    async def top_campaigns(
        self,
        info: Info,
        *,
        first: Annotated[int, strawberry.argument(description="How many at most; up to 100.")] = 10,
    ) -> list[PerformanceRow]:
        """One read."""
        most = max(0, min(first, MOST_CAMPAIGNS))
        return _rows(await marketing_summary.top_campaigns(info.context.session, self.found, most))

    @resolved("Period by period, oldest first.", size=about(31), weight=20, reads=FACTS)
    async def performance_trends(
        self,
        info: Info,
        *,
        grain: Annotated[
            Grain, strawberry.argument(description="How long the periods are.")
        ] = Grain.DAY,
    ) -> list[PerformanceRow]:
        """One read."""
        return _rows(await marketing_summary.trends(info.context.session, self.found, grain))

    @resolved(
        "By kind of day: WEEKDAY and WEEKEND are all days together, holidays and retail events "
        "lie among them. What it is compared with is told by its own calendar.",
        size=about(len(DayPart)),
        weight=20,
        reads=(*FACTS, Area.CALENDAR),
    )
    async def calendar_insights(self, info: Info) -> list[CalendarInsight]:
        """One read, and the calendar's."""
        parts = await marketing_summary.day_parts(info.context.session, self.found)
        return [CalendarInsight.from_record(each) for each in parts]

    def _value(self, metric: Metric) -> MetricValue:
        rows = self.found.page.items
        now, before = (rows[0].sums, rows[0].compared) if rows else (None, None)
        return MetricValue.from_figure(next(figures((metric,), now, before)))


def _rows(found: Figures) -> list[PerformanceRow]:
    return [PerformanceRow.from_record(found, record) for record in found.page.items]
