"""Incidents: insights that tell of one thing that happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from core.records.insights import InsightRecord, InsightSeverity, InsightState
from core.units import DateRange

MAX_MEMBERS: Final = 50
"""Insights of an incident that are told with it."""


@dataclass(frozen=True, slots=True)
class IncidentMoment:
    """An incident as of a moment; None for now."""

    id: UUID
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncidentRecord:
    """What insights that share a cause come to; it changes with each of them.

    `state` is the earliest that one of those that analysis found is in: OPEN while one is; what is
    exact, which nobody but people closes, decides where it found none. `headline`, `severity` and
    `at_stake` are of those that are not closed, or of all where all are. The headline is about the
    widest subject, and of those with the most money at stake. `at_stake`, in `currency`, counts
    a subject once and what it is a part of not again: the largest sum of a level.
    `insights` and `subjects` count all; `as_of` is the moment that was asked for, None for now.
    """

    id: UUID
    currency: str | None
    window: DateRange
    raised_at: datetime
    learned_at: datetime
    state: InsightState
    severity: InsightSeverity | None
    at_stake: Decimal | None
    insights: int
    subjects: int
    headline: InsightRecord
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents; what is empty holds all. `dates` overlap the incident's window.

    `connections` and `campaigns` are of the subjects of its insights; what is about a campaign is
    about its connection too.
    """

    dates: DateRange | None = None
    states: tuple[InsightState, ...] = ()
    severities: tuple[InsightSeverity, ...] = ()
    connections: tuple[UUID, ...] = ()
    campaigns: tuple[UUID, ...] = ()
