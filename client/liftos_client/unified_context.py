"""Context for language models by the names of the specification."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from .generated.llm_context import LlmContextContext, LlmContextContextFacts

HIGH: Final = 0.9
MEDIUM: Final = 0.7


def told_context(found: LlmContextContext, today: date) -> list[dict[str, Any]]:
    """Each fact of the context, the most relevant first."""
    return [_told(fact, today) for fact in found.facts]


def _told(fact: LlmContextContextFacts, today: date) -> dict[str, Any]:
    hit, figures = fact.hit, fact.hit.figures
    last = hit.period.until if hit.period else None
    return {
        "relevance_score": hit.score,
        "content_summary": fact.text,
        "key_metrics": {
            "channel": hit.channel,
            "spend": _number(figures and figures.spend),
            "roas": _number(figures and figures.roas),
            "conversions": _number(figures and figures.conversions),
            "currency": figures and figures.currency,
        },
        "temporal_context": {
            "date": last and last.isoformat(),
            "marketing_season": fact.marketing_season and fact.marketing_season.value.lower(),
            "relative_time": last and _relative(last, today),
        },
        "data_quality": {
            "quality_score": hit.quality,
            "data_source": hit.source and hit.source.value.lower(),
            "confidence_level": _confidence(hit.quality),
        },
        "citations": [
            {
                "entry_id": entry.id,
                "learned_at": entry.learned_at.isoformat(),
                "run_id": entry.run.id,
            }
            for entry in (hit.entries.nodes if hit.entries else ())
        ],
    }


def _confidence(quality: float | None) -> str | None:
    """None where the data was not assessed."""
    if quality is None:
        return None
    return "high" if quality >= HIGH else "medium" if quality >= MEDIUM else "low"


def _relative(last: date, today: date) -> str:
    days = (today - last).days
    if days == 0:
        return "today"
    return f"{abs(days)} days {'ago' if days > 0 else 'ahead'}"


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
