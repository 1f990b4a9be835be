"""Runs: one execution of background work, its progress and its receipt."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from core.errors import Bug, ErrorKind
from core.jsonvalue import JSONObject
from core.records.receipts import CheckStatus, ShrinkState, TotalCheck
from core.records.transformations import Diff
from core.units import DateRange


class RunKind(StrEnum):
    """What a run does.

    A BACKFILL, a TRANSFORMATION, an INDEX and an ANALYSIS make room for every other run: between
    readings, pages, months and panels. An EXPORT, an INDEX, an ANALYSIS and an ERASURE are of no
    connection.
    """

    INGESTION = "INGESTION"
    BACKFILL = "BACKFILL"
    REPLAY = "REPLAY"
    TRANSFORMATION = "TRANSFORMATION"
    EXPORT = "EXPORT"
    INDEX = "INDEX"
    ANALYSIS = "ANALYSIS"
    ERASURE = "ERASURE"

    @property
    def is_internal(self) -> bool:
        """Whether it works on what is stored alone: a paused connection does not hold it."""
        of_its_own = (RunKind.TRANSFORMATION, RunKind.EXPORT, RunKind.ERASURE)
        return self.follows_by_itself or self in of_its_own

    @property
    def follows_by_itself(self) -> bool:
        """Whether it comes after whatever was learned: it is neither listed, counted nor news."""
        return self in (RunKind.INDEX, RunKind.ANALYSIS)


class RunStatus(StrEnum):
    """Where a run stands; PARKED is held after it killed its worker three times.

    INCOMPLETE has read everything, and its totals are not the platform's; HELD waits for a
    decision on entries that would vanish.
    """

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    INCOMPLETE = "INCOMPLETE"
    HELD = "HELD"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    PARKED = "PARKED"

    @property
    def is_final(self) -> bool:
        """Whether a run in this state will not move again by itself."""
        return self not in (RunStatus.QUEUED, RunStatus.RUNNING)


class RunEventKind(StrEnum):
    """What happened to a run."""

    QUEUED = "QUEUED"
    STARTED = "STARTED"
    RESUMED = "RESUMED"
    PAGE_STORED = "PAGE_STORED"
    WINDOW_COMPLETED = "WINDOW_COMPLETED"
    STEP_COMPLETED = "STEP_COMPLETED"
    WAITING = "WAITING"
    GAVE_WAY = "GAVE_WAY"
    CANCELLING = "CANCELLING"
    SUCCEEDED = "SUCCEEDED"
    INCOMPLETE = "INCOMPLETE"
    HELD = "HELD"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    PARKED = "PARKED"


@dataclass(frozen=True, slots=True)
class Counters:
    """How many records a run has seen; `fetched` = `stored` + `unchanged` + `rejected`.

    `created`, `restated` and `vanished` count entries: one entry may come from several
    records of a file, and a vanished one from none.
    """

    pages: int = 0
    fetched: int = 0
    stored: int = 0
    unchanged: int = 0
    rejected: int = 0
    created: int = 0
    restated: int = 0
    vanished: int = 0

    @property
    def balances(self) -> bool:
        """Whether every fetched record is accounted for."""
        return self.fetched == self.stored + self.unchanged + self.rejected

    def since(self, before: Counters) -> Counters:
        """What has been counted since these stood at `before`."""
        names = (field.name for field in fields(self))
        return Counters(**{name: getattr(self, name) - getattr(before, name) for name in names})


@dataclass(frozen=True, slots=True)
class ReceiptTotal:
    """Sums over the entries of the run's range as they stand at its end, per currency."""

    currency: str
    entries: int
    spend: Decimal | None
    impressions: int | None
    clicks: int | None
    conversions: Decimal | None
    conversion_value: Decimal | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a finished run did; a run whose receipt does not balance has not succeeded.

    `checks` hold the totals against the platform's own. `shrink` is None where no entries were
    held back; `diff` is that of a transformation.
    """

    counters: Counters
    totals: tuple[ReceiptTotal, ...]
    changed_nothing: bool
    as_of: datetime
    checks: tuple[TotalCheck, ...] = ()
    shrink: ShrinkState | None = None
    diff: Diff | None = None

    @property
    def is_complete(self) -> bool:
        """Whether nothing is known to be missing or undecided."""
        is_apart = any(check.status is CheckStatus.MISMATCHED for check in self.checks)
        return not is_apart and self.shrink is not ShrinkState.HELD


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run ended; `mend` says what to do next."""

    code: str
    kind: ErrorKind
    message: str
    field: str | None
    mend: str | None


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a run gets on. Readings (windows) are counted once they are complete.

    `worked_seconds` leaves out the time that the run waited; `windows_seconds` is what of it
    went into complete readings. How many readings there are is known once it has begun.
    """

    worked_seconds: float = 0.0
    windows_seconds: float = 0.0
    windows_done: int | None = None
    windows_total: int | None = None

    def records_per_second(self, fetched: int) -> float | None:
        """Records for each second of work; None before there is either."""
        return fetched / self.worked_seconds if fetched and self.worked_seconds else None

    @property
    def remaining_seconds(self) -> float | None:
        """Work that is left, at the pace of the complete readings; None before the first.

        A reading that takes longer than the others counts as just about to end.
        """
        if not self.windows_done or self.windows_total is None:
            return None
        each = self.windows_seconds / self.windows_done
        left = self.windows_total - self.windows_done
        spent = self.worked_seconds - self.windows_seconds
        return max(each * left - spent, each * max(left - 1, 0))


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One execution. `progress` is the share of its range done, 0 to 1.

    `claim` counts takers: work under an older claim is refused when it tries to commit.
    `connection_id` is None where the run is of no connection.
    """

    id: UUID
    kind: RunKind
    connection_id: UUID | None
    status: RunStatus
    dates: DateRange | None
    upload_id: UUID | None
    options: JSONObject
    checkpoint: JSONObject | None
    claim: int
    counters: Counters
    progress: float
    receipt: Receipt | None
    error: RunError | None
    is_cancel_requested: bool
    requested_by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    pace: Pace = field(default_factory=Pace)

    @property
    def of_connection(self) -> UUID:
        """The connection that it is of; Bug where it is of none."""
        if self.connection_id is None:
            raise Bug(f"a run of kind {self.kind} is of no connection")
        return self.connection_id

    @property
    def spans(self) -> tuple[DateRange, ...]:
        """The days that it reads, newest first: all of `dates`, unless its options say less."""
        kept: Any = self.options.get("spans")
        if kept:
            return tuple(DateRange(*map(date.fromisoformat, span)) for span in kept)
        return () if self.dates is None else (self.dates,)


@dataclass(frozen=True, slots=True)
class RunEventRecord:
    """One step of a run; `sequence` counts from 1 without gaps and is the resume cursor."""

    run_id: UUID
    sequence: int
    at: datetime
    kind: RunEventKind
    status: RunStatus
    message: str
    counters: Counters
    progress: float
    pace: Pace = field(default_factory=Pace)
