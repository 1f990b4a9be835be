"""What was counted and the rates that follow from it: columns shared by entries and vintages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import strawberry

from core.metrics.catalogue import Metric
from core.metrics.rates import Counted, rate
from core.records.entries import Metrics
from graph.fields import resolved
from graph.scalars import JSON, BigInt


@strawberry.type
class RateColumns:
    """Rates of what was counted, derived when they are selected."""

    counted: strawberry.Private[Counted]

    @resolved("Click-through rate: clicks / impressions. Null when it cannot be known.", reads=())
    def ctr(self) -> Decimal | None:
        """Derived."""
        return rate(Metric.CTR, self.counted)

    @resolved(
        "Cost per click: spend / clicks, in `currency`. Null when it cannot be known.", reads=()
    )
    def cpc(self) -> Decimal | None:
        """Derived."""
        return rate(Metric.CPC, self.counted)

    @resolved(
        "Cost per thousand impressions: 1,000 * spend / impressions, in `currency`. "
        "Null when it cannot be known.",
        reads=(),
    )
    def cpm(self) -> Decimal | None:
        """Derived."""
        return rate(Metric.CPM, self.counted)

    @resolved("Conversion rate: conversions / clicks. Null when it cannot be known.", reads=())
    def cvr(self) -> Decimal | None:
        """Derived."""
        return rate(Metric.CVR, self.counted)

    @resolved(
        "Cost per conversion: spend / conversions, in `currency`. Null when it cannot be known.",
        reads=(),
    )
    def cpa(self) -> Decimal | None:
        """Derived."""
        return rate(Metric.CPA, self.counted)

    @resolved(
        "Return on advertising spend: conversionValue / spend. Null when it cannot be known.",
        reads=(),
    )
    def roas(self) -> Decimal | None:
        """Derived."""
        return rate(Metric.ROAS, self.counted)


@strawberry.type
class MetricColumns(RateColumns):
    """Flat columns of Metrics and their rates."""

    spend: Decimal | None = strawberry.field(
        description="What was paid, in `currency`. Null when the source has no such number."
    )
    impressions: BigInt | None = strawberry.field(description="How often it was shown.")
    clicks: BigInt | None = strawberry.field(
        description="Clicks of every kind that the source counts."
    )
    link_clicks: BigInt | None = strawberry.field(
        description="Clicks that led to the advertiser's own pages, where the source tells them."
    )
    reach: BigInt | None = strawberry.field(
        description="How many different people saw it. Never add it up over days or entities."
    )
    video_views: BigInt | None = strawberry.field(description="How often its video was played.")
    conversions: Decimal | None = strawberry.field(
        description="Conversions of `conversionType`, which may be fractional."
    )
    conversion_value: Decimal | None = strawberry.field(
        description="What those conversions were worth, in `currency`."
    )
    conversion_type: str | None = strawberry.field(
        description=(
            "The source's own name of the action that was counted. One action of a family is "
            "taken, since sources report the same event under several names."
        )
    )
    actions: JSON | None = strawberry.field(
        description="Every action as the source sent it. Its members overlap: never add them up."
    )
    value: Decimal | None = strawberry.field(
        description=(
            "What a series of level `SERIES` says, every digit of it, in the unit of its "
            "`seriesRole`. Null at other levels."
        )
    )


def metric_columns(metrics: Metrics) -> dict[str, Any]:
    """The constructor's arguments for MetricColumns."""
    return {
        "counted": metrics,
        "spend": metrics.spend,
        "impressions": metrics.impressions,
        "clicks": metrics.clicks,
        "link_clicks": metrics.link_clicks,
        "reach": metrics.reach,
        "video_views": metrics.video_views,
        "conversions": metrics.conversions,
        "conversion_value": metrics.conversion_value,
        "conversion_type": metrics.conversion_type,
        "actions": metrics.actions,
        "value": metrics.value,
    }
