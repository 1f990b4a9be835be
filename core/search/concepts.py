"""The ten dimensions of the marketing space: what each is measured by, and which words name it.

A place in a dimension is a percentile among documents of the same kind, channel, season and
currency. Where nothing that sources report could say it, there is none: brand alignment and
competitive advantage are asked for in vain until some source tells them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from core.records.search import Concept

MEASURED_BY: Final[Mapping[Concept, str | None]] = MappingProxyType(
    {
        Concept.ENGAGEMENT: "clicks ÷ impressions",
        Concept.CONVERSION_POTENTIAL: "conversions ÷ clicks",
        Concept.BRAND_ALIGNMENT: None,
        Concept.EMOTIONAL_IMPACT: "reactions ÷ impressions, where the source counts reactions",
        Concept.VIRAL_POTENTIAL: "shares ÷ impressions, where the source counts shares",
        Concept.TARGETING_PRECISION: "conversions ÷ people reached, where reach is known",
        Concept.COST_EFFICIENCY: "conversions ÷ spend, where anything was spent",
        Concept.TIMING_RELEVANCE: (
            "conversions ÷ impressions of the period, over the same of all its periods"
        ),
        Concept.COMPETITIVE_ADVANTAGE: None,
        Concept.MEASURABILITY: (
            "how many of spend, impressions, clicks, conversions and their value are known"
        ),
    }
)
"""Of each dimension the ratio of sums whose percentile it is; None: nothing measures it."""

_WORDS: Final[Mapping[Concept, str]] = {
    Concept.ENGAGEMENT: (
        "engagement engaging engaged engage ctr click clicks clicked clicking click-through "
        "clickthrough interaction interactions interact attention resonate resonated resonates "
        "attractive catchy compelling"
    ),
    Concept.CONVERSION_POTENTIAL: (
        "conversion conversions convert converts converting converted cvr sale sales sell selling "
        "sold sells purchase purchases purchased buyers buy bought orders order checkout closing "
        "leads"
    ),
    Concept.BRAND_ALIGNMENT: "on-brand brand-alignment brand-fit brand-safe",
    Concept.EMOTIONAL_IMPACT: (
        "emotional emotion emotions reaction reactions reacted loved feeling feelings touching "
        "moving likes"
    ),
    Concept.VIRAL_POTENTIAL: (
        "viral virality shared shares shareable sharing word-of-mouth buzz spread reposted reposts"
    ),
    Concept.TARGETING_PRECISION: (
        "targeting targeted precise precision well-targeted relevance right-people"
    ),
    Concept.COST_EFFICIENCY: (
        "cheap cheaper cheapest efficient efficiency efficiently cost-effective economical roas "
        "roi profitable profitability return value-for-money affordable frugal thrifty bargain "
        "payback worthwhile"
    ),
    Concept.TIMING_RELEVANCE: (
        "timely timing well-timed seasonal seasonality season peak peaked in-season"
    ),
    Concept.COMPETITIVE_ADVANTAGE: (
        "competitive competitors competitor advantage outbid share-of-voice"
    ),
    Concept.MEASURABILITY: (
        "measurable measurability measured trackable tracked tracking attributable trustworthy "
        "reliable complete"
    ),
}
_AGAINST: Final[Mapping[Concept, str]] = {
    Concept.ENGAGEMENT: "ignored boring unnoticed overlooked",
    Concept.CONVERSION_POTENTIAL: "unsold abandoned",
    Concept.TARGETING_PRECISION: "untargeted mistargeted",
    Concept.COST_EFFICIENCY: (
        "wasteful waste wasted wasting expensive costly pricey overpriced cost costs cpa cpc "
        "inefficient unprofitable squandered burned burning burnt overspent overspending loss "
        "losing money-losing unaffordable dear"
    ),
    Concept.TIMING_RELEVANCE: "untimely off-season ill-timed mistimed",
    Concept.MEASURABILITY: "untracked unmeasured untrackable incomplete patchy unreliable",
}
_BEST: Final = (
    "best winner winners winning successful success performing performer performers performed "
    "outperform outperformed outperforming thriving star stars"
)
_WORST: Final = (
    "worst loser losers failing failed failure underperforming underperformed underperformer "
    "underperformers disappointing flop flops flopped struggling struggled useless fruitless"
)
_ALL_ROUND: Final = (Concept.COST_EFFICIENCY, Concept.CONVERSION_POTENTIAL)


def _pointing(named: Mapping[Concept, str], weight: float) -> dict[str, dict[Concept, float]]:
    return {word: {concept: weight} for concept, words in named.items() for word in words.split()}


def _pointing_both_ways(words: str, weight: float) -> dict[str, dict[Concept, float]]:
    return {word: dict.fromkeys(_ALL_ROUND, weight) for word in words.split()}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


ANCHORS: Final[Mapping[str, Mapping[Concept, float]]] = MappingProxyType(
    {
        **_pointing(_WORDS, 1.0),
        **_pointing(_AGAINST, -1.0),
        **_pointing_both_ways(_BEST, 0.5),
        **_pointing_both_ways(_WORST, -0.5),
    }
)
"""Words that name a direction: 1 much of a dimension, -1 little of it."""

TURNING: Final = _set(
    "no not never without hardly barely little low lower lowest least less poor poorly "
    "poorest bad badly weak weaker weakest worst lacking lack lacked few fewer fewest zero "
    "nothing don't doesn't didn't isn't wasn't aren't won't cannot can't dropped declining "
    "fell cut reduce reducing avoid failed failing stopped nobody none"
)
"""Words that turn the direction of one that follows soon."""

TURNED_AFTER: Final = _set("low poor bad weak lower lowest missing lacking zero down")
"""Those that also turn the word just before them: `conversion rate was low`."""
