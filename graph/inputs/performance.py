"""What figures are compared with and sorted by."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.errors import BadInput
from core.metrics.catalogue import Metric
from core.performance import Compared, compared_days
from core.periods import Grain
from core.records.performance import Comparison, FigurePart, PerformanceOrder, SortDirection
from core.units import DateRange
from graph.inputs.dates import DateRangeInput


@strawberry.input(one_of=True, description="What figures are compared with: exactly one of these.")
class ComparisonInput:
    """Comparison as the caller gives it."""

    period: Compared | None = strawberry.field(
        default=strawberry.UNSET, description="Earlier days, by the calendar."
    )
    dates: DateRangeInput | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "These days: the first period of them with the first of `dates`, and so on. A period "
            "that one side alone has is compared with nothing."
        ),
    )
    as_of: dt.datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="The same days as they were known at this moment: what has been restated.",
    )

    def to_comparison(self, dates: DateRange, grain: Grain | None) -> Comparison:
        """The days and the moment that `dates` are compared with."""
        if self.as_of:
            return Comparison(dates, self.as_of)
        if self.dates:
            return Comparison(self.dates.to_range("compareTo.dates"))
        try:
            return Comparison(compared_days(dates, self.period or Compared.PREVIOUS_PERIOD, grain))
        except (OverflowError, ValueError) as error:
            raise BadInput(
                f"there are no days before those from {dates.since} to {dates.until}",
                field="compareTo.period",
                mend="choose later dates",
            ) from error


@strawberry.input(
    description=(
        "How figures are sorted. What is unknown comes last; ties are broken by period, then by "
        "groups."
    )
)
class PerformanceOrderInput:
    """PerformanceOrder as the caller gives it."""

    metric: Metric | None = strawberry.field(
        default=None,
        description="By this metric, which need not be one of `metrics`. Left out: by period.",
    )
    part: FigurePart = strawberry.field(
        default=FigurePart.VALUE, description="By which number of its figure."
    )
    direction: SortDirection = strawberry.field(
        default=SortDirection.DESC, description="Which way."
    )

    def to_order(self) -> PerformanceOrder:
        """The order."""
        return PerformanceOrder(self.metric, self.part, self.direction)
