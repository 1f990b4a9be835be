"""QUALITY_INCIDENT: the score of a connection's newest day fell against its own history."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from analysis.insights.judging import Judged, Settings, judged
from analysis.insights.panel import ConnectionHealth, Floats, Panel
from core.records.findings import Effect, EffectUnit, Finding, Subject
from core.records.insights import InsightKind
from core.units import DateRange

LEAST_DAYS: Final = 28
LEAST_FALL: Final = 0.02
"""A score that fell by less is no incident, however steady it was before."""


def quality(panel: Panel, settings: Settings) -> Judged:
    """The newest assessed day among all days before it: p is its rank from below.

    Ranks need no shape of the scores, which are 1 on most days of most connections. The window
    reaches back over the days just before that lie below the history's lowest twentieth too.
    """
    found = judged(
        each
        for subject, health in panel.connections.items()
        if (each := _newest(panel, subject, health, settings)) is not None
    )
    fallen = tuple(each for each in found.findings if _fall(each) >= LEAST_FALL)
    return Judged(fallen, found.tests)


def _newest(
    panel: Panel, subject: Subject, health: ConnectionHealth, settings: Settings
) -> Finding | None:
    (days,) = np.nonzero(~np.isnan(health.quality))
    if len(days) <= LEAST_DAYS or _day(panel, days[-1]) < settings.judged_since:
        return None
    known = health.quality[days]
    since = _onset(known)
    before = known[:since] if since > LEAST_DAYS else known[:-1]
    low, middle, high = (float(each) for each in np.quantile(before, (0.025, 0.5, 0.975)))
    window = DateRange(_day(panel, days[since]), _day(panel, days[-1]))
    newest = float(known[-1])
    return Finding(
        kind=InsightKind.QUALITY_INCIDENT,
        subject=subject,
        metric="quality_score",
        currency=panel.currency,
        window=window,
        observed=newest,
        expected=middle,
        effect=Effect(newest - middle, newest - high, newest - low, EffectUnit.METRIC),
        method="rank of the newest day's score among all before",
        n=len(known) - 1,
        p=(1 + int((known[:-1] <= newest).sum())) / len(known),
        at_stake=_spent(panel, subject, window),
        facts={"entries": int(health.assessed[days[-1]])},
    )


def _fall(finding: Finding) -> float:
    return -finding.effect.size if finding.effect else 0.0


def _onset(known: Floats) -> int:
    """The first of the days up to the newest that all lie lower than scores usually do."""
    usual, floor = np.quantile(known[:-1], (0.5, 0.05))
    lower = known < min(floor, usual - LEAST_FALL)
    usual_days = np.nonzero(~lower[:-1])[0]
    return int(usual_days[-1]) + 1 if len(usual_days) and lower[-1] else len(known) - 1


def _day(panel: Panel, place: int) -> date:
    return panel.since + timedelta(days=int(place))


def _spent(panel: Panel, subject: Subject, window: DateRange) -> Decimal | None:
    """What was spent on the days whose figures are in doubt."""
    if subject not in panel.subjects:
        return None
    first = (window.since - panel.since).days
    spend = panel.figures["spend"][panel.subjects.index(subject), first : first + window.days]
    return None if np.isnan(spend).all() else Decimal(str(round(float(np.nansum(spend)), 2)))
