"""How much an insight weighs: the money at stake, held against what is spent in a week."""

from __future__ import annotations

from typing import Final

import numpy as np

from analysis.insights.panel import Panel
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
    """LOW where nobody knows what is at stake, or nothing is spent."""
    if finding.at_stake is None or of_week <= 0:
        return InsightSeverity.LOW
    share = abs(float(finding.at_stake)) / of_week
    return next((weight for least, weight in _LEAST if share >= least), InsightSeverity.LOW)
