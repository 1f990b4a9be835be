"""Every metric, defined once: its name, unit, formula, and whether it may be added up.

Where a platform reports the same, `also_called` names its field: Google Ads API v26
(https://developers.google.com/google-ads/api/fields/v26/metrics) and Meta's Insights
(https://developers.facebook.com/docs/marketing-api/reference/adgroup/insights).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final


class Metric(StrEnum):
    """What is measured; a member's value in small letters is its column in records."""

    SPEND = "SPEND"
    IMPRESSIONS = "IMPRESSIONS"
    CLICKS = "CLICKS"
    LINK_CLICKS = "LINK_CLICKS"
    REACH = "REACH"
    CONVERSIONS = "CONVERSIONS"
    CONVERSION_VALUE = "CONVERSION_VALUE"
    VALUE = "VALUE"
    CTR = "CTR"
    CPC = "CPC"
    CPM = "CPM"
    CVR = "CVR"
    CPA = "CPA"
    ROAS = "ROAS"
    AOV = "AOV"

    @property
    def column(self) -> str:
        """Its name in records and tables."""
        return self.value.lower()


class MetricKind(StrEnum):
    """How figures of several entries become one.

    ADDITIVE: by their sum. RATIO: by the ratio of two such sums, never by a mean of ratios.
    DISTINCT: not at all, for what they count would be counted twice.
    """

    ADDITIVE = "ADDITIVE"
    RATIO = "RATIO"
    DISTINCT = "DISTINCT"


class MetricUnit(StrEnum):
    """What one of it is. SHARE is from 0 to 1; AS_GIVEN is known to the series' file alone."""

    MONEY = "MONEY"
    COUNT = "COUNT"
    SHARE = "SHARE"
    MULTIPLE = "MULTIPLE"
    AS_GIVEN = "AS_GIVEN"


class Better(StrEnum):
    """Whether more of it is good news."""

    HIGHER = "HIGHER"
    LOWER = "LOWER"
    NEITHER = "NEITHER"


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """One metric. A ratio is `multiplier` * Σ `numerator` / Σ `denominator`; others have none."""

    metric: Metric
    title: str
    kind: MetricKind
    unit: MetricUnit
    better: Better
    description: str
    numerator: Metric | None = None
    denominator: Metric | None = None
    multiplier: int = 1
    also_called: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[Metric, ...]:
        """The sums that it is made of: of a sum, itself."""
        if self.numerator is None or self.denominator is None:
            return (self.metric,)
        return (self.numerator, self.denominator)

    @property
    def formula(self) -> str:
        """How it comes about, such as `1000 * SPEND / IMPRESSIONS`."""
        if self.kind is not MetricKind.RATIO:
            return self.metric.value
        times = "" if self.multiplier == 1 else f"{self.multiplier} * "
        return f"{times}{self.numerator} / {self.denominator}"


_SUMS: Final = (
    MetricDefinition(
        Metric.SPEND,
        "Spend",
        MetricKind.ADDITIVE,
        MetricUnit.MONEY,
        Better.NEITHER,
        "What was paid for media. Unknown, and not zero, for mailings.",
        also_called=("Google Ads cost_micros / 1000000", "Meta spend"),
    ),
    MetricDefinition(
        Metric.IMPRESSIONS,
        "Impressions",
        MetricKind.ADDITIVE,
        MetricUnit.COUNT,
        Better.HIGHER,
        "How often it was shown; of mailings, how many were delivered.",
        also_called=("Google Ads impressions", "Meta impressions"),
    ),
    MetricDefinition(
        Metric.CLICKS,
        "Clicks",
        MetricKind.ADDITIVE,
        MetricUnit.COUNT,
        Better.HIGHER,
        "Clicks of every kind that the source counts.",
        also_called=("Google Ads clicks", "Meta clicks"),
    ),
    MetricDefinition(
        Metric.LINK_CLICKS,
        "Link clicks",
        MetricKind.ADDITIVE,
        MetricUnit.COUNT,
        Better.HIGHER,
        "Clicks that led to the advertiser's own pages, where the source tells them.",
        also_called=("Meta inline_link_clicks",),
    ),
    MetricDefinition(
        Metric.REACH,
        "Reach",
        MetricKind.DISTINCT,
        MetricUnit.COUNT,
        Better.HIGHER,
        "How many different people saw it. Told where one entry alone is behind it, for people "
        "are not added up.",
        also_called=("Meta reach",),
    ),
    MetricDefinition(
        Metric.CONVERSIONS,
        "Conversions",
        MetricKind.ADDITIVE,
        MetricUnit.COUNT,
        Better.HIGHER,
        "Conversions that platforms claim, maybe fractional; of orders, how many there were.",
        also_called=("Google Ads conversions", "Meta actions of one family"),
    ),
    MetricDefinition(
        Metric.CONVERSION_VALUE,
        "Conversion value",
        MetricKind.ADDITIVE,
        MetricUnit.MONEY,
        Better.HIGHER,
        "What those conversions were worth; of orders, the revenue.",
        also_called=("Google Ads conversions_value", "Meta action_values of one family"),
    ),
    MetricDefinition(
        Metric.VALUE,
        "Value",
        MetricKind.ADDITIVE,
        MetricUnit.AS_GIVEN,
        Better.NEITHER,
        "What a series of your own files says, in its own unit; of series alone.",
    ),
)


def _ratio(
    metric: Metric, title: str, unit: MetricUnit, description: str, **told: Any
) -> MetricDefinition:
    """`told`: its parts, and whatever else is not as usual."""
    unknown = "Null when a part is unknown or the denominator is zero."
    better = told.pop("better", Better.HIGHER)
    kind = MetricKind.RATIO
    return MetricDefinition(metric, title, kind, unit, better, f"{description} {unknown}", **told)


_RATIOS: Final = (
    _ratio(
        Metric.CTR,
        "Click-through rate",
        MetricUnit.SHARE,
        "How many of those who were shown it clicked, as a share.",
        numerator=Metric.CLICKS,
        denominator=Metric.IMPRESSIONS,
        also_called=("Google Ads ctr", "Meta ctr / 100"),
    ),
    _ratio(
        Metric.CPC,
        "Cost per click",
        MetricUnit.MONEY,
        "What a click cost.",
        better=Better.LOWER,
        numerator=Metric.SPEND,
        denominator=Metric.CLICKS,
        also_called=("Google Ads average_cpc", "Meta cpc"),
    ),
    _ratio(
        Metric.CPM,
        "Cost per thousand impressions",
        MetricUnit.MONEY,
        "What a thousand impressions cost.",
        better=Better.LOWER,
        numerator=Metric.SPEND,
        denominator=Metric.IMPRESSIONS,
        multiplier=1000,
        also_called=("Google Ads average_cpm", "Meta cpm"),
    ),
    _ratio(
        Metric.CVR,
        "Conversion rate",
        MetricUnit.SHARE,
        "How many conversions there were for each click.",
        numerator=Metric.CONVERSIONS,
        denominator=Metric.CLICKS,
    ),
    _ratio(
        Metric.CPA,
        "Cost per conversion",
        MetricUnit.MONEY,
        "What a conversion cost.",
        better=Better.LOWER,
        numerator=Metric.SPEND,
        denominator=Metric.CONVERSIONS,
        also_called=("Google Ads cost_per_conversion", "Meta cost_per_action_type"),
    ),
    _ratio(
        Metric.ROAS,
        "Return on advertising spend",
        MetricUnit.MULTIPLE,
        "What conversions were worth, for each unit of money spent.",
        numerator=Metric.CONVERSION_VALUE,
        denominator=Metric.SPEND,
        also_called=("Google Ads conversions_value_per_cost", "Meta purchase_roas"),
    ),
    _ratio(
        Metric.AOV,
        "Value per conversion",
        MetricUnit.MONEY,
        "What a conversion was worth; of orders, the average order value.",
        numerator=Metric.CONVERSION_VALUE,
        denominator=Metric.CONVERSIONS,
        also_called=("Google Ads value_per_conversion",),
    ),
)

CATALOGUE: Final[Mapping[Metric, MetricDefinition]] = MappingProxyType(
    {each.metric: each for each in (*_SUMS, *_RATIOS)}
)
"""Each metric's definition, in the order of Metric."""
