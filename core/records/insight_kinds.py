"""The kinds of insights."""

from __future__ import annotations

from enum import StrEnum


class InsightKind(StrEnum):
    """What an insight states.

    RESTATEMENT and TOTAL_GAP are exact and come with the run that brought them to light; the
    others are found by analysis.
    """

    RESTATEMENT = "RESTATEMENT"
    TOTAL_GAP = "TOTAL_GAP"
    ANOMALY = "ANOMALY"
    TREND = "TREND"
    CHANGE_POINT = "CHANGE_POINT"
    MIX_SHIFT = "MIX_SHIFT"
    FRESHNESS = "FRESHNESS"
    OUTAGE = "OUTAGE"
    QUALITY_INCIDENT = "QUALITY_INCIDENT"
    PACING = "PACING"
    SEASONALITY = "SEASONALITY"
    ASSOCIATION = "ASSOCIATION"
    BENCHMARK = "BENCHMARK"
    WASTED_SPEND = "WASTED_SPEND"
    SATURATION = "SATURATION"
