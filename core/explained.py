"""Whether what was at work accounts for a finding: it is told, but weighs less."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from core.records.findings import CauseKind, Finding
from core.records.insight_kinds import InsightKind
from core.units import DateRange

MOVES: Final = frozenset(
    {InsightKind.ANOMALY, InsightKind.CHANGE_POINT, InsightKind.OUTAGE, InsightKind.MIX_SHIFT}
)
"""Kinds that say that something moved on certain days."""
_ACCOUNTS: Final = frozenset({CauseKind.OUTAGE, CauseKind.TRACKING, CauseKind.CALENDAR})
"""Causes that say that the days themselves are not like others. Figures that were restated are the
right ones now, and spend and demand that moved are news themselves."""


def is_explained(finding: Finding) -> bool:
    """Whether the highest rung of the ladder on which there is a cause covers every day of it."""
    if finding.kind not in MOVES or not finding.causes:
        return False
    highest = finding.causes[0].kind
    covered = {
        day for each in finding.causes if each.kind is highest for day in days_of(each.window)
    }
    return highest in _ACCOUNTS and covered >= set(days_of(finding.window))


def days_of(window: DateRange) -> Iterator[date]:
    """Each day of it, in order."""
    return (window.since + timedelta(days=each) for each in range(window.days))
