"""Enumerations of seasons, described for the schema."""

from __future__ import annotations

from enum import Enum

from core.records.seasonality import SeasonalMethod, SeasonalMetric, SeasonalPeriod
from graph.types.described import described

SEASONALITY_ENUMS: tuple[type[Enum], ...] = (
    described(
        SeasonalMetric,
        "Of what seasons are told. Amounts are in your reporting currency, at the rates of their "
        "days.",
        {
            SeasonalMetric.SPEND: "What was paid for media.",
            SeasonalMetric.IMPRESSIONS: "How often media was shown.",
            SeasonalMetric.CLICKS: "Clicks of every kind.",
            SeasonalMetric.CONVERSIONS: "Conversions, as platforms count them for themselves.",
            SeasonalMetric.CONVERSION_VALUE: "What those were worth.",
            SeasonalMetric.ORDERS: "Orders of your shop.",
            SeasonalMetric.REVENUE: "What orders were worth.",
            SeasonalMetric.SERIES: "A KPI series of your own, by its name.",
        },
    ),
    described(
        SeasonalPeriod,
        "A cycle whose seasons are numbered from 1.",
        {
            SeasonalPeriod.DAY_OF_WEEK: "7 days, from Monday.",
            SeasonalPeriod.WEEK_OF_YEAR: "52 or 53 ISO weeks.",
            SeasonalPeriod.MONTH: "12 calendar months.",
            SeasonalPeriod.QUARTER: "4 calendar quarters.",
        },
    ),
    described(
        SeasonalMethod,
        "How seasonal factors were estimated.",
        {
            SeasonalMethod.LOG_RATIO: (
                "Logarithms of ratios to the level, where every value is positive: factors are 1 "
                "in the geometric mean."
            ),
            SeasonalMethod.RATIO_OF_SUMS: (
                "Sums over sums of the level, where some values are zero: factors are 1 in the "
                "mean."
            ),
        },
    ),
)
