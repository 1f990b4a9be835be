"""How much an insight weighs: the money at stake, held against what is spent in a week."""

from __future__ import annotations

from typing import Final

import numpy as np

from analysis.insights.panel import Panel
from core.explained import is_explained
from core.records.findings import Finding, Subject, SubjectLevel
from core.records.insights import InsightSeverity

_USUAL_WEEKS: Final = 4
_LEAST: Final = (
    (0.2, InsightSeverity.CRITICAL),
    (0.05, InsightSeverity.HIGH),
    (0.01, InsightSeverity.MEDIUM),
)
"""From which share of a week's spend."""


def weekly_spend(panel: Panel) -> float:
    """What everything together spent in a week, over the last four that are known."""
    spend = panel.figures["spend"][panel.subjects.index(Subject(SubjectLevel.TENANT))]
    known = spend[~np.isnan(spend)][-7 * _USUAL_WEEKS :]
    return 7 * float(known.mean()) if len(known) else 0.0


def severity(finding: Finding, of_week: float) -> InsightSeverity:
    """One less of what is explained; LOW where nobody knows what is at stake, or none is spent."""
    if finding.at_stake is None or of_week <= 0:
        return InsightSeverity.LOW
    share = abs(float(finding.at_stake)) / of_week
    reached = sum(share >= least for least, _ in _LEAST) - is_explained(finding)
    return _LEAST[-reached][1] if reached > 0 else InsightSeverity.LOW
