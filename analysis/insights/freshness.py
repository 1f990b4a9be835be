"""FRESHNESS: a connection was not read by when it should have been."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import numpy as np

from analysis.insights.judging import Judged, Settings
from analysis.insights.panel import ConnectionHealth, Panel
from core.health import due_at, is_promised
from core.records.findings import Effect, EffectUnit, Finding, Subject
from core.records.insights import InsightKind
from core.units import DateRange

_DAY = timedelta(days=1)
_USUAL_DAYS = 28


def freshness(panel: Panel, _: Settings) -> Judged:
    """Counted, not inferred: the promise is the connection's schedule, or a day without one.

    At stake is the usual spend of the days that nobody sees meanwhile.
    """
    return Judged(tuple(_late(panel)))


def _late(panel: Panel) -> Iterator[Finding]:
    for subject, health in panel.connections.items():
        if not is_promised(health.facts):
            continue
        overdue = (health.as_of - due_at(health.facts)) / _DAY
        if overdue > 0:
            yield _finding(panel, subject, health, overdue)


def _finding(panel: Panel, subject: Subject, health: ConnectionHealth, overdue: float) -> Finding:
    due, fresh = due_at(health.facts), health.facts.fresh_at
    return Finding(
        kind=InsightKind.FRESHNESS,
        subject=subject,
        metric="freshness",
        currency=panel.currency,
        window=DateRange(due.date(), health.as_of.date()),
        observed=None,
        expected=None,
        effect=Effect(overdue, overdue, overdue, EffectUnit.DAYS, confidence=1.0),
        method="time since the reading that its schedule promised",
        n=1,
        at_stake=_unseen(panel, subject, overdue),
        facts={
            "due_at": due.isoformat(timespec="minutes"),
            "fresh_at": None if fresh is None else fresh.isoformat(timespec="minutes"),
        },
    )


def _unseen(panel: Panel, subject: Subject, overdue: float) -> Decimal | None:
    if subject not in panel.subjects:
        return None
    spend = panel.figures["spend"][panel.subjects.index(subject)]
    known = spend[~np.isnan(spend)][-_USUAL_DAYS:]
    if not len(known):
        return None
    return Decimal(str(round(float(np.median(known)) * overdue, 2)))
