"""Insights by the names of the specification, with what stood around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from .generated.fragments import AttributionRow, CalendarDay, Insight, MarketingEntry

EXACT: Final = 1.0
"""The confidence of what is counted and no inference: a restatement, a gap, a missed promise."""

_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Of the days that insights are about: rows by day and channel, in one currency; the days."""

    rows: Sequence[AttributionRow]
    days: Sequence[CalendarDay]

    def channels(self, since: date, until: date, without: str | None) -> dict[str, Any]:
        """What each other channel spent and brought over these days."""
        found: dict[str, list[AttributionRow]] = {}
        for row in self.rows:
            if since <= row.date <= until and row.channel != without:
                found.setdefault(row.channel, []).append(row)
        return {channel: _metrics(rows) for channel, rows in sorted(found.items())}

    def day(self, on: date) -> CalendarDay | None:
        """One day, if the calendar has it."""
        return next((day for day in self.days if day.date == on), None)


def surfaced(
    found: Iterable[Insight], around: Surroundings, threshold: float, most: int, now: datetime
) -> list[dict[str, Any]]:
    """At most `most` insights, the newest first, of those that are sure enough."""
    sure = (insight for insight in found if _confidence(insight) >= threshold)
    newest = sorted(sure, key=lambda insight: insight.detected_at, reverse=True)
    return [_told(insight, around, now) for insight in newest[:most]]


def _confidence(insight: Insight) -> float:
    """1 less the share of false ones among what is told with it (its q-value)."""
    return EXACT if insight.q_value is None else EXACT - insight.q_value


def _told(insight: Insight, around: Surroundings, now: datetime) -> dict[str, Any]:
    channels = {entry.channel for entry in insight.evidence}
    channel = next(iter(channels)) if len(channels) == 1 else None
    return {
        "insight_category": insight.kind.value.lower(),
        "insight_text": insight.text,
        "confidence_score": _confidence(insight),
        "data_source": insight.connection and insight.connection.source.value.lower(),
        "channel": channel,
        "date": insight.window.until.isoformat(),
        "key_metrics": _metrics(insight.evidence),
        "temporal_context": _temporal(around.day(insight.window.until)),
        "cross_channel_context": around.channels(
            insight.window.since, insight.window.until, channel
        ),
        "quality_indicators": _quality(insight.evidence, now),
        "supporting_data": _supporting(insight),
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


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _metrics(rows: Sequence[AttributionRow] | Sequence[MarketingEntry]) -> dict[str, Any]:
    spend, value = _sum(rows, "spend"), _sum(rows, "conversion_value")
    return {
        **{name: _sum(rows, name) for name in ("spend", "impressions", "clicks", "conversions")},
        "roas": value / spend if spend and value is not None else None,
    }


def _sum(rows: Iterable[Any], name: str) -> float | None:
    """The sum of what is known; None where nothing is."""
    known = [Decimal(value) for row in rows if (value := getattr(row, name)) is not None]
    return float(sum(known)) if known else None


def _temporal(day: CalendarDay | None) -> dict[str, Any]:
    return {
        "marketing_season": day and day.marketing_season.value.lower(),
        "is_weekend": day and day.is_weekend,
        "is_holiday": day and day.is_holiday,
    }


def _quality(evidence: Sequence[MarketingEntry], now: datetime) -> dict[str, Any]:
    scores = [entry.quality.score for entry in evidence if entry.quality.score is not None]
    learned = [entry.learned_at for entry in evidence]
    age = (now - max(learned)).total_seconds() / _HOUR if learned else None
    return {
        "data_quality_score": sum(scores) / len(scores) if scores else None,
        "data_freshness_hours": age,
    }
