"""Places of documents in the marketing space, from what was counted of what they are about.

The dimensions are defined in core.search.concepts.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.records.search import Concept, WhyUnknown

COHORT: Final = ("kind", "channel", "season", "currency")
COUNTED: Final = (
    "spend",
    "impressions",
    "clicks",
    "conversions",
    "conversion_value",
    "reach",
    "reactions",
    "shares",
    "all_impressions",
    "all_conversions",
)
"""Sums over a document's period; `all_…` over every period of its entity. NaN is unknown."""

MIN_PEERS: Final = 5
"""Fewer documents of a cohort than these make no percentile."""

_RATIOS: Final = {
    Concept.ENGAGEMENT: ("clicks", "impressions"),
    Concept.CONVERSION_POTENTIAL: ("conversions", "clicks"),
    Concept.EMOTIONAL_IMPACT: ("reactions", "impressions"),
    Concept.VIRAL_POTENTIAL: ("shares", "impressions"),
    Concept.TARGETING_PRECISION: ("conversions", "reach"),
    Concept.COST_EFFICIENCY: ("conversions", "spend"),
}
_KNOWN: Final = ["spend", "impressions", "clicks", "conversions", "conversion_value"]
_LEVELS: Final = 2.0**40


def placed(facts: pd.DataFrame) -> pd.DataFrame:
    """One row per document and concept: document_id, concept, percentile, unknown, peers.

    `facts` has one row per document: document_id, the columns of COHORT and of COUNTED, floats.
    `percentile` is the share of the cohort below plus half of what is level with it; NaN where
    `unknown` (a name of WhyUnknown) says why, else `unknown` is None. In the order of `facts`,
    and of Concept.
    """
    ratios = _ratios(facts)
    cohort = facts.groupby(list(COHORT), dropna=False, sort=False).ngroup()
    groups = ratios.groupby(cohort, sort=False)
    peers = groups.transform("count")
    percentiles = (groups.rank(method="average") - 0.5) / peers
    parts = [
        _part(facts["document_id"], each, ratios[each], percentiles[each], peers[each])
        for each in Concept
    ]
    found = pd.concat(parts, keys=range(len(parts)), names=["place"])
    found = found.swaplevel().sort_index(kind="stable").reset_index(drop=True)
    reasons = found["unknown"].astype("object")
    return found.assign(unknown=reasons.where(reasons.notna(), None))


def _ratios(facts: pd.DataFrame) -> pd.DataFrame:
    """A column per concept: its ratio, NaN where it is unknown."""
    ratios = pd.DataFrame(np.nan, index=facts.index, columns=list(Concept), dtype="float64")
    for concept, (above, below) in _RATIOS.items():
        ratios[concept] = facts[above] / facts[below].where(facts[below] > 0)
    period = facts["conversions"] / facts["impressions"].where(facts["impressions"] > 0)
    whole = facts["all_conversions"] / facts["all_impressions"].where(facts["all_impressions"] > 0)
    ratios[Concept.TIMING_RELEVANCE] = period / whole.where(whole > 0)
    ratios[Concept.MEASURABILITY] = facts[_KNOWN].notna().mean(axis="columns")
    return _levelled(ratios)


def _levelled(ratios: pd.DataFrame) -> pd.DataFrame:
    """To twelve significant digits or so: sums of other orders must not part what is level."""
    mantissas, exponents = np.frexp(ratios.to_numpy())
    with np.errstate(over="ignore"):
        levelled = np.ldexp(np.round(mantissas * _LEVELS) / _LEVELS, exponents)
    return pd.DataFrame(levelled, index=ratios.index, columns=ratios.columns)


def _part(
    ids: pd.Series,
    concept: Concept,
    ratios: pd.Series,
    percentiles: pd.Series,
    peers: pd.Series,
) -> pd.DataFrame:
    is_known, has_peers = ratios.notna(), peers >= MIN_PEERS
    measured = concept in _RATIOS or concept in {Concept.TIMING_RELEVANCE, Concept.MEASURABILITY}
    missing = WhyUnknown.NOT_REPORTED if measured else WhyUnknown.NOT_MEASURED
    unknown = pd.Series(None, index=ids.index, dtype="object")
    unknown[is_known & ~has_peers] = WhyUnknown.TOO_FEW_PEERS.value
    unknown[~is_known] = missing.value
    return pd.DataFrame(
        {
            "document_id": ids,
            "concept": concept.value,
            "percentile": percentiles.where(is_known & has_peers),
            "unknown": unknown,
            "peers": peers.astype("int64"),
        }
    )
