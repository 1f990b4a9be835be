"""What is known to have happened, and whether it is at work in a finding.

What comes first on the ladder is found first, and is then known to what is found after it: an
outage of an account is a cause of the anomalies on its days.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from analysis.insights.panel import Panel
from core.metrics.catalogue import CATALOGUE
from core.records.findings import (
    Cause,
    CauseKind,
    Finding,
    KnownCause,
    KnownCauses,
    Subject,
    SubjectLevel,
)
from core.records.insights import InsightKind

CARRIES: Final = 0.2
"""Of the spend of a channel, or of everything, so much must be a connection's for what happened to
that connection to be told of the whole."""
_RECENT_DAYS: Final = 28
_TENANT: Final = Subject(SubjectLevel.TENANT)
_CONVERSIONS: Final = frozenset({"conversions", "conversion_value"})
DELIVERED: Final = frozenset({"spend", "impressions", "clicks"}) | _CONVERSIONS
_PARTS: Final = {
    each.metric.column: tuple(part.column for part in each.parts) for each in CATALOGUE.values()
}


def at_work(finding: Finding, panel: Panel, known: KnownCauses) -> Iterator[Cause]:
    """Of the subject, of the connection it is part of or mostly made of, and of all."""
    for subject in dict.fromkeys((finding.subject, *_around(finding, panel), _TENANT)):
        for each in known.of.get(subject, ()):
            if each.cause.window.touches(finding.window) and _fits(each, finding):
                yield each.cause


def learned(known: KnownCauses, finding: Finding) -> KnownCauses:
    """What is known once a finding is told: an outage or an incident is a cause of what follows."""
    if finding.kind is InsightKind.OUTAGE and finding.metric in _CONVERSIONS:
        cause = Cause(CauseKind.TRACKING, finding.window, "no conversions were recorded")
        return known.also(finding.subject, KnownCause(cause, _CONVERSIONS, is_loss=True))
    if finding.kind is InsightKind.OUTAGE:
        cause = Cause(CauseKind.OUTAGE, finding.window, "read, and nothing had run")
        return known.also(finding.subject, KnownCause(cause, DELIVERED, is_loss=True))
    if finding.kind is InsightKind.QUALITY_INCIDENT:
        cause = Cause(CauseKind.TRACKING, finding.window, "the quality score fell")
        return known.also(finding.subject, KnownCause(cause))
    return known


def is_within(campaign: Subject, whole: Subject, panel: Panel) -> bool:
    """Whether a campaign is one of a connection's, a channel's, or of all."""
    match whole.level:
        case SubjectLevel.TENANT:
            return True
        case SubjectLevel.CONNECTION:
            return campaign.connection_id == whole.connection_id
        case SubjectLevel.CHANNEL:
            return panel.channels.get(campaign) == whole.key
    return False


def _fits(known: KnownCause, finding: Finding) -> bool:
    """Whether it touches the figure, and a loss of what it touches moves it as it was moved."""
    over, *under = _PARTS.get(finding.metric, (finding.metric,))
    touched = known.columns or {over, *under}
    falls, rises = over in touched, bool(touched & set(under))
    if not known.is_loss:
        return falls or rises
    if finding.observed is None or finding.expected is None:
        return falls is not rises
    fell = finding.observed < finding.expected
    return (falls and not rises and fell) or (rises and not falls and not fell)


def _around(finding: Finding, panel: Panel) -> Iterator[Subject]:
    """The connection of a campaign; of a whole, those that carry a good part of its spend."""
    subject = finding.subject
    if subject.connection_id is not None:
        yield Subject(SubjectLevel.CONNECTION, str(subject.connection_id), subject.connection_id)
        return
    spent = _spent(finding, panel)
    carried = {each: amount for each, amount in spent.items() if each.connection_id is not None}
    least = CARRIES * sum(carried.values())
    yield from (each for each, amount in carried.items() if amount >= least > 0)


def _spent(finding: Finding, panel: Panel) -> dict[Subject, float]:
    """By connection, what it spent within the whole over the four weeks before the finding."""
    since = (finding.window.since - panel.since).days
    spend = np.nansum(panel.figures["spend"][:, max(since - _RECENT_DAYS, 0) : since], axis=1)
    found: dict[Subject, float] = {}
    for each, amount in zip(panel.subjects, spend.tolist(), strict=True):
        if each.level is SubjectLevel.CAMPAIGN and is_within(each, finding.subject, panel):
            owner = Subject(SubjectLevel.CONNECTION, str(each.connection_id), each.connection_id)
            found[owner] = found.get(owner, 0.0) + amount
    return found
