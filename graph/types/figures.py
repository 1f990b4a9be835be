"""Figures: metrics with what they are compared with, and the definitions behind them."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from core.metrics.catalogue import (
    CATALOGUE,
    Better,
    Metric,
    MetricKind,
    MetricUnit,
)
from core.metrics.catalogue import MetricDefinition as Definition
from graph.fields import resolved
from resolvers.performance import Figure


@strawberry.type(
    description="What a metric is. Every place that tells it derives it by this one definition."
)
class MetricDefinition:
    """A definition on the wire."""

    metric: Metric = strawberry.field(description="The metric.")
    title: str = strawberry.field(description="What people call it.")
    description: str = strawberry.field(description="What it says, and when it is null.")
    kind: MetricKind = strawberry.field(description="How figures of several entries become one.")
    unit: MetricUnit = strawberry.field(description="What one of it is.")
    better: Better = strawberry.field(description="Whether more of it is good news.")
    formula: str = strawberry.field(
        description="How it comes about from sums, such as `1000 * SPEND / IMPRESSIONS`."
    )
    numerator: Metric | None = strawberry.field(description="Of ratios alone.")
    denominator: Metric | None = strawberry.field(description="Of ratios alone.")
    multiplier: int = strawberry.field(
        description="By how much the ratio is multiplied: 1,000 of CPM, else 1."
    )
    also_called: list[str] = strawberry.field(
        description="Fields of platforms that report the same, under their own names."
    )

    @classmethod
    def from_record(cls, record: Definition) -> MetricDefinition:
        """The definition on the wire."""
        return cls(
            metric=record.metric,
            title=record.title,
            description=record.description,
            kind=record.kind,
            unit=record.unit,
            better=record.better,
            formula=record.formula,
            numerator=record.numerator,
            denominator=record.denominator,
            multiplier=record.multiplier,
            also_called=list(record.also_called),
        )


@strawberry.type(
    description=(
        "A metric of one group: a sum over its entries, or a ratio of two such sums. Null is "
        "unknown, never zero."
    )
)
class MetricValue:
    """A Figure on the wire."""

    metric: Metric = strawberry.field(description="Which metric.")
    value: Decimal | None = strawberry.field(
        description="The figure; of ratios to ten places. Amounts are in the group's `currency`."
    )
    compared: Decimal | None = strawberry.field(
        description="What it is compared with; null without `compareTo`."
    )
    change: Decimal | None = strawberry.field(
        description="How far it moved: `value` less `compared`; null unless both are known."
    )
    change_share: Decimal | None = strawberry.field(
        description=(
            "`change` as a share of `compared`, to ten places: 0.1 is 10 % more. Null when "
            "`compared` is zero."
        )
    )

    @classmethod
    def from_figure(cls, figure: Figure) -> MetricValue:
        """The figure on the wire."""
        return cls(
            metric=figure.metric,
            value=figure.value,
            compared=figure.compared,
            change=figure.change,
            change_share=figure.change_share,
        )

    @resolved("What the metric is.", reads=())
    def definition(self) -> MetricDefinition:
        """From the catalogue."""
        return MetricDefinition.from_record(CATALOGUE[self.metric])
