"""Findings: what analysis says of a tenant's figures, before it is kept as an insight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.jsonvalue import JSONObject
from core.records.insight_kinds import InsightKind
from core.units import DateRange


class SubjectLevel(StrEnum):
    """What a finding is about."""

    TENANT = "TENANT"
    CONNECTION = "CONNECTION"
    CHANNEL = "CHANNEL"
    CAMPAIGN = "CAMPAIGN"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What a finding is about; `key` is the id of the connection or campaign, or the channel."""

    level: SubjectLevel
    key: str = ""
    connection_id: UUID | None = None


class CauseKind(StrEnum):
    """What may be behind a finding, in the order in which it is looked for."""

    OUTAGE = "OUTAGE"
    RESTATEMENT = "RESTATEMENT"
    TRACKING = "TRACKING"
    CALENDAR = "CALENDAR"
    SPEND = "SPEND"
    DEMAND = "DEMAND"


@dataclass(frozen=True, slots=True)
class Cause:
    """A possible cause, the days it was at work, and what it is called."""

    kind: CauseKind
    window: DateRange
    label: str


class EffectUnit(StrEnum):
    """What an effect is measured in."""

    SHARE = "SHARE"
    SHARE_PER_WEEK = "SHARE_PER_WEEK"
    METRIC = "METRIC"
    DAYS = "DAYS"
    CORRELATION = "CORRELATION"


@dataclass(frozen=True, slots=True)
class Effect:
    """How large, with the interval that holds it with `confidence` (0 to 1)."""

    size: float
    low: float
    high: float
    unit: EffectUnit
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Finding:
    """A statement that analysis makes.

    `observed` and `expected` are in the metric's unit over `window`. `p` is the chance of such a
    figure where nothing happened; `q` the share of false ones among all that are told with it
    (Benjamini-Hochberg over the tenant's day). Both are None for what is counted and not inferred.
    `n` is how many days it was learned from. `at_stake` is money in `currency`. `facts` are the
    further figures that its text needs, under names that the kind's template knows.
    """

    kind: InsightKind
    subject: Subject
    metric: str
    currency: str | None
    window: DateRange
    observed: float | None
    expected: float | None
    effect: Effect | None
    method: str
    n: int
    p: float | None = None
    q: float | None = None
    is_final: bool = True
    at_stake: Decimal | None = None
    causes: tuple[Cause, ...] = ()
    facts: JSONObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownCause:
    """A cause with the figures it touches, by their columns; none named: all of them.

    `is_loss`: what it touches became less by it, as where records are missing. Else it may have
    gone either way.
    """

    cause: Cause
    columns: frozenset[str] = frozenset()
    is_loss: bool = False


@dataclass(frozen=True, slots=True)
class KnownCauses:
    """What is already known to have happened, by the subjects it happened to; TENANT is all."""

    of: Mapping[Subject, tuple[KnownCause, ...]]
    calendar: Mapping[date, tuple[str, ...]]

    def also(self, subject: Subject, cause: KnownCause) -> KnownCauses:
        """These, and one more."""
        return KnownCauses({**self.of, subject: (*self.of.get(subject, ()), cause)}, self.calendar)
