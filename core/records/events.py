"""Events: what happened to a tenant's data, told to subscribers and to other modules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.records.runs import Counters, RunEventKind, RunStatus
from core.units import DateRange


class DataEventKind(StrEnum):
    """What happened."""

    RUN_QUEUED = "RUN_QUEUED"
    RUN_STARTED = "RUN_STARTED"
    PAGE_LANDED = "PAGE_LANDED"
    ENTRIES_RESTATED = "ENTRIES_RESTATED"
    RUN_FINISHED = "RUN_FINISHED"
    INSIGHT_RAISED = "INSIGHT_RAISED"


RUN_KINDS = (DataEventKind.RUN_QUEUED, DataEventKind.RUN_STARTED, DataEventKind.RUN_FINISHED)
"""What a list of runs has to hear to stay current."""

_OF_STEPS = {
    RunEventKind.QUEUED: DataEventKind.RUN_QUEUED,
    RunEventKind.STARTED: DataEventKind.RUN_STARTED,
    RunEventKind.RESUMED: DataEventKind.RUN_STARTED,
    RunEventKind.PAGE_STORED: DataEventKind.PAGE_LANDED,
}


def kind_of_step(kind: RunEventKind, status: RunStatus) -> DataEventKind | None:
    """The event that a step of a run is to the tenant; None for steps of no interest to it.

    A step after which the run stands still is its end, whatever the step is called.
    """
    return DataEventKind.RUN_FINISHED if status.is_final else _OF_STEPS.get(kind)


@dataclass(frozen=True, slots=True)
class DataEvent:
    """Something that happened, before it has its number.

    `counters`: of a page, what it added; of a restatement, `restated` and `vanished` alone; of a
    run's start or end, what it had seen by then; of an insight, nothing. `dates`: the days that
    were restated, or that the insight is about. `connection_id` is None where the run, or what the
    insight is about, is of no connection. `insight_id` is of a raised insight alone.
    """

    kind: DataEventKind
    connection_id: UUID | None
    run_id: UUID
    status: RunStatus
    counters: Counters
    dates: DateRange | None = None
    insight_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DataEventRecord:
    """An event that was committed.

    `sequence` counts from 1 per tenant without gaps, in the order of commits: it is the cursor.
    `id` is the same wherever and however often the event is delivered.
    """

    sequence: int
    id: UUID
    at: datetime
    event: DataEvent


@dataclass(frozen=True, slots=True)
class EventExtent:
    """Which events are kept: those from `oldest` to `newest`; none when `oldest` is greater."""

    oldest: int
    newest: int


@dataclass(frozen=True, slots=True)
class EventsAfter:
    """Events behind a cursor, in order; `reached` is the cursor to go on from.

    It may lie behind the last event: what a filter left out need not be looked at again.
    """

    events: tuple[DataEventRecord, ...]
    reached: int
