"""Refused records: what they held, what is wrong with them, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.jsonvalue import JSONObject
from core.quality import CriticalCheck
from core.records.connections import Source


class RejectionState(StrEnum):
    """What became of a refused record.

    SUPERSEDED: the source was read again since, so that putting it in would bury newer truth.
    """

    OPEN = "OPEN"
    REPLAYED = "REPLAYED"
    DISMISSED = "DISMISSED"
    SUPERSEDED = "SUPERSEDED"


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A record that was refused: what it held, which field, why, and how to mend it.

    `payload` is the record as it came, `corrected` what the last replay put in its place; None
    where it was replayed as it came. `reason` is that of the last attempt. `note` says why it
    was settled. `check_id` is one of core.quality.CriticalCheck; None: refused before there were
    any.
    """

    id: UUID
    run_id: UUID
    raw_page_id: UUID
    position: int
    field: str
    reason: str
    mend: str
    payload: JSONObject
    connection_id: UUID
    stream: str
    rejected_at: datetime
    state: RejectionState
    corrected: JSONObject | None
    replay_run_id: UUID | None
    replays: int
    settled_at: datetime | None
    settled_by: str | None
    note: str | None
    check_id: str | None = None
    is_replaying: bool = False


@dataclass(frozen=True, slots=True)
class RejectionFilter:
    """Which refused records; None and empty mean no restriction.

    `runs`: those that refused them or replayed them. `since` is included, `until` is not.
    `text` stands somewhere in the reason or the record, in any case.
    """

    ids: tuple[UUID, ...] = ()
    connections: tuple[UUID, ...] = ()
    runs: tuple[UUID, ...] = ()
    sources: tuple[Source, ...] = ()
    fields: tuple[str, ...] = ()
    states: tuple[RejectionState, ...] = ()
    checks: tuple[CriticalCheck, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class RejectionGroup:
    """How many refused records of a connection have one state and one reason."""

    connection_id: UUID
    state: RejectionState
    field: str
    reason: str
    mend: str
    records: int
    newest_at: datetime


@dataclass(frozen=True, slots=True)
class RejectionChoice:
    """Open records to act on: named by `ids`, or all that `where` lets through.

    More than `maximum` are refused as a whole.
    """

    maximum: int
    ids: tuple[UUID, ...] = ()
    where: RejectionFilter | None = None
