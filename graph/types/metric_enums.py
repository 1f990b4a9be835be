"""Enumerations of metrics and figures, described for the schema."""

from __future__ import annotations

from enum import Enum

from core.metrics.catalogue import CATALOGUE, Better, Metric, MetricKind, MetricUnit
from core.performance import Compared
from core.records.performance import FigurePart, PerformanceDimension, SortDirection
from graph.types.described import described
from resolvers.marketing_summary import DayPart

METRIC_ENUMS: tuple[type[Enum], ...] = (
    described(
        Metric,
        "What is measured; `metrics` defines each.",
        {
            metric: f"{definition.title}: {definition.formula}."
            if definition.kind is MetricKind.RATIO
            else f"{definition.title}."
            for metric, definition in CATALOGUE.items()
        },
    ),
    described(
        MetricKind,
        "How figures of several entries become one.",
        {
            MetricKind.ADDITIVE: "They are added up.",
            MetricKind.RATIO: "The ratio of two sums, never a mean of ratios.",
            MetricKind.DISTINCT: (
                "Not at all: what they count would be counted twice. Null over several entries."
            ),
        },
    ),
    described(
        MetricUnit,
        "What one of a metric is.",
        {
            MetricUnit.MONEY: "An amount in the currency that the figure names.",
            MetricUnit.COUNT: "A count, maybe fractional where sources share conversions out.",
            MetricUnit.SHARE: "A share: 0.025 is 2.5 %.",
            MetricUnit.MULTIPLE: "A multiple: 4 is four times.",
            MetricUnit.AS_GIVEN: "The unit of the file that the series is from.",
        },
    ),
    described(
        Better,
        "Whether more of a metric is good news.",
        {
            Better.HIGHER: "More is better.",
            Better.LOWER: "Less is better.",
            Better.NEITHER: "It depends: of spend, on what it brings.",
        },
    ),
    described(
        Compared,
        "Which earlier days figures are compared with.",
        {
            Compared.PREVIOUS_PERIOD: (
                "As many days right before; of whole months, as many whole months before."
            ),
            Compared.PREVIOUS_YEAR: (
                "The same dates a year before, 28 February for the 29th; with grain WEEK, 52 "
                "weeks before, so that weekdays meet."
            ),
        },
    ),
    described(
        FigurePart,
        "Which number of a figure.",
        {
            FigurePart.VALUE: "The figure itself.",
            FigurePart.COMPARED: "What it is compared with.",
            FigurePart.CHANGE: "How far it moved.",
            FigurePart.CHANGE_SHARE: "How far it moved, as a share of what it was.",
        },
    ),
    described(
        DayPart,
        "Which days of a range.",
        {
            DayPart.WEEKDAY: "Days that are no weekend in your country.",
            DayPart.WEEKEND: "Weekends of your country.",
            DayPart.HOLIDAY: "Public holidays, whatever day of the week they are.",
            DayPart.RETAIL_EVENT: "Days of retail events, such as Black Friday.",
        },
    ),
    described(
        SortDirection,
        "Which way a list is sorted. What is unknown comes last, either way.",
        {SortDirection.ASC: "Smallest first.", SortDirection.DESC: "Largest first."},
    ),
    described(
        PerformanceDimension,
        "What figures are kept apart by, beside their period.",
        {
            PerformanceDimension.SOURCE: "Source.",
            PerformanceDimension.CHANNEL: "Marketing channel, comparable over sources.",
            PerformanceDimension.CONNECTION: "Connection.",
            PerformanceDimension.ACCOUNT: "The source's account.",
            PerformanceDimension.CAMPAIGN: "Campaign; null above campaign level.",
            PerformanceDimension.COUNTRY: "Country; null where not broken down by it.",
            PerformanceDimension.GEO: "Region; null where not broken down by it.",
            PerformanceDimension.DEVICE: "Device; null where not broken down by it.",
            PerformanceDimension.DATE_BASIS: "What the dates are the dates of.",
            PerformanceDimension.ATTRIBUTION_SETTING: (
                "By which of the source's rules conversions were attributed."
            ),
            PerformanceDimension.SERIES: "Name of the series; of facts SERIES, always.",
            PerformanceDimension.SERIES_ROLE: "Role of the series; of facts SERIES, always.",
            PerformanceDimension.CURRENCY: "Currency of the entries; of facts SERIES, always.",
        },
    ),
)
"""Those that figures are asked for and told by."""
