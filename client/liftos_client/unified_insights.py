"""Insights by the names of the specification, with what stood around them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from .generated.enums import Metric
from .generated.fragments import Insight, PerformanceRow, SurfacingInsight

METRICS: Final = (
    *(Metric.SPEND, Metric.IMPRESSIONS, Metric.CLICKS, Metric.CONVERSIONS),
    Metric.ROAS,
)


def surfaced(found: Iterable[SurfacingInsight]) -> list[dict[str, Any]]:
    """Insights in the order in which they are told."""
    return [_told(each) for each in found]


def _told(found: SurfacingInsight) -> dict[str, Any]:
    quality, day = found.quality_indicators, found.temporal_context
    return {
        "insight_category": found.insight_category.value.lower(),
        "insight_text": found.insight_text,
        "confidence_score": found.confidence_score,
        "data_source": found.data_source and found.data_source.value.lower(),
        "channel": found.channel,
        "date": found.date.isoformat(),
        "key_metrics": _metrics(found.key_metrics),
        "temporal_context": {
            "marketing_season": day and day.marketing_season.value.lower(),
            "is_weekend": day and day.is_weekend,
            "is_holiday": day and day.is_holiday,
        },
        "cross_channel_context": {
            row.channel: _metrics(row) for row in found.cross_channel_context
        },
        "quality_indicators": {
            "data_quality_score": quality.data_quality_score,
            "data_freshness_hours": quality.data_freshness_hours,
        },
        "supporting_data": _supporting(found.insight),
    }


def _supporting(insight: Insight) -> dict[str, Any]:
    return {
        "insight_id": insight.id,
        "title": insight.title,
        "metric": insight.metric,
        "currency": insight.currency,
        "before": _number(insight.before),
        "after": _number(insight.after),
        "observed": insight.observed,
        "expected": insight.expected,
        "at_stake": _number(insight.at_stake),
        "severity": insight.severity and insight.severity.value.lower(),
        "subject": insight.subject.name,
        "next_look": insight.next_look,
        "entries": insight.entry_count,
        "entry_ids": [entry.id for entry in insight.evidence],
        "run_id": insight.run.id,
        "detected_at": insight.detected_at.isoformat(),
    }


def _metrics(row: PerformanceRow | None) -> dict[str, Any]:
    """The figures of a row; None where there are none, and where one is not known."""
    values = {each.metric: each.value for each in row.values} if row else {}
    return {metric.value.lower(): _number(values.get(metric)) for metric in METRICS}


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
