"""Insights: statements about the data, with their evidence and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.errors import Bug
from core.jsonvalue import JSONObject
from core.records.entries import EntryKey
from core.records.findings import CauseKind, Finding, Subject, SubjectLevel
from core.records.insight_kinds import InsightKind
from core.units import DateRange

__all__ = [
    "InsightAct",
    "InsightFilter",
    "InsightJudgement",
    "InsightKind",
    "InsightRecord",
    "InsightScore",
    "InsightSeverity",
    "InsightState",
    "InsightVerdict",
]


class InsightState(StrEnum):
    """Where an insight stands with those whom it is for."""

    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    EXPLAINED = "EXPLAINED"
    RESOLVED = "RESOLVED"
    EXPIRED = "EXPIRED"

    @property
    def is_live(self) -> bool:
        """Whether it is still waited for to end: said again, it is the same insight."""
        return self not in (InsightState.RESOLVED, InsightState.EXPIRED)


class InsightSeverity(StrEnum):
    """How much money is at stake, held against what the tenant spends in a week."""

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"

    def outweighs(self, other: InsightSeverity) -> bool:
        """Whether more is at stake."""
        order = list(InsightSeverity)
        return order.index(self) < order.index(other)


class InsightVerdict(StrEnum):
    """What an insight turned out to be.

    HELD, RESTATED_AWAY and WITHDRAWN are judged by analysis once its days are final: it stands;
    its figures have moved so far that it does not; it is not stated any more though they have not.
    ACTED_ON and NOT_USEFUL are what people say of it.
    """

    HELD = "HELD"
    RESTATED_AWAY = "RESTATED_AWAY"
    WITHDRAWN = "WITHDRAWN"
    ACTED_ON = "ACTED_ON"
    NOT_USEFUL = "NOT_USEFUL"


@dataclass(frozen=True, slots=True)
class InsightRecord:
    """One statement.

    A restatement: a metric of days already known moved from `before` to `after`, summed over
    `entries` entries of `window`. A total gap: over the days that were read, the platform says
    `before` and our entries sum to `after`; `window` spans the days on which they are apart, of
    which we have `entries` entries. Both are exact: `finding` and `severity` are None.
    What analysis found is in `finding`; `before` and `after` are then None. `currency` is that of
    all amounts, and None where there are none. `entries` counts the entries behind it, the largest
    of which are the `evidence`.
    `run_id` is the run that said it last, `learned_at` the moment of the tenant's clock since when
    all of this is so, `verdict` the newest one.
    """

    id: UUID
    kind: InsightKind
    connection_id: UUID | None
    run_id: UUID
    metric: str
    currency: str | None
    window: DateRange
    before: Decimal | None
    after: Decimal | None
    entries: int
    evidence: tuple[EntryKey, ...]
    detected_at: datetime
    learned_at: datetime
    finding: Finding | None = None
    severity: InsightSeverity | None = None
    state: InsightState = InsightState.OPEN
    verdict: InsightVerdict | None = None
    incident_id: UUID | None = None
    owner: str | None = None

    @property
    def exact(self) -> tuple[Decimal, Decimal]:
        """`before` and `after`; Bug where analysis found it."""
        if self.before is None or self.after is None:
            raise Bug(f"an insight of kind {self.kind} is not exact")
        return self.before, self.after

    @property
    def subject(self) -> Subject:
        """What it is about; what is exact is about its connection."""
        if self.finding is not None:
            return self.finding.subject
        return Subject(SubjectLevel.CONNECTION, str(self.connection_id), self.connection_id)


@dataclass(frozen=True, slots=True)
class InsightFilter:
    """Which insights; what is empty holds all. `dates` overlap the insight's window.

    `levels`, `connections`, `campaigns` and `channels` are of the subject; what is about a campaign
    is about its connection too. `owners` are spelled exactly. `most_false` (0 to 1) leaves out what
    more of is false among all that is told with it; of what is counted, nothing is.
    """

    kinds: tuple[InsightKind, ...] = ()
    dates: DateRange | None = None
    states: tuple[InsightState, ...] = ()
    severities: tuple[InsightSeverity, ...] = ()
    levels: tuple[SubjectLevel, ...] = ()
    connections: tuple[UUID, ...] = ()
    campaigns: tuple[UUID, ...] = ()
    channels: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    most_false: float | None = None
    incidents: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class InsightAct:
    """Somebody, or an analysis by its run, brought an insight into a state, or gave it an owner.

    `state` and `owner` are what they were from then on. Who explained it may have said what was
    behind it: a `cause`, an event of the calendar, or both.
    """

    insight_id: UUID
    at: datetime
    state: InsightState
    by: str
    run_id: UUID | None
    note: str | None
    owner: str | None = None
    cause: CauseKind | None = None
    calendar_event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class InsightJudgement:
    """A verdict on an insight; the newest of analyses counts, and the newest of people.

    `figures` are what an analysis judged by: `observed` when it was said, and `now`.
    """

    insight_id: UUID
    at: datetime
    verdict: InsightVerdict
    by: str
    run_id: UUID | None
    note: str | None
    figures: JSONObject


@dataclass(frozen=True, slots=True)
class InsightScore:
    """How the insights of one kind turned out; `raised` counts all of them.

    The others count verdicts: the newest of analyses, and the newest of people.
    """

    kind: InsightKind
    raised: int
    held: int
    restated_away: int
    withdrawn: int
    acted_on: int
    not_useful: int

    @property
    def hit_rate(self) -> float | None:
        """The share that held of all that analyses judged; None before the first."""
        judged = self.held + self.restated_away + self.withdrawn
        return self.held / judged if judged else None
