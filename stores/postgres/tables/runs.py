"""Runs and the log of their steps."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text

from stores.postgres.tables.columns import (
    BIG,
    DAY,
    ID,
    INT,
    JSON,
    MOMENT,
    SHARE,
    STRING,
    TRUTH,
    Table,
    column,
    key,
    refers_to,
    tenant_key,
)


class RunRow(Table, table=True):
    """One row per run, from its command to its receipt; several claims may work on it in turn.

    Only runs of the kinds EXPORT, INDEX, ANALYSIS and ERASURE are of no connection. `since` and
    `until` are both null where the content decides the days. `pages` to `vanished` are the
    counters of `core.records.runs.Counters`; `progress` goes from 0 to 1. An upload that a run
    names cannot be deleted. `worked_seconds` leaves out the time that it waited, and what a worker
    that died had not committed; `windows_seconds` is what of it went into whole readings,
    `stepped_at` when its last step was taken.
    """

    __tablename__ = "run"
    __table_args__ = (
        CheckConstraint(
            "connection_id IS NOT NULL"
            " OR kind = ANY (ARRAY['EXPORT', 'INDEX', 'ANALYSIS', 'ERASURE'])",
            "connection_id",
        ),
        refers_to("connection", "connection_id"),
        refers_to("upload", "upload_id", ondelete=None),
        Index("run_open", "status", postgresql_where=text("status IN ('QUEUED', 'RUNNING')")),
        Index(
            "run_dead", "tenant_id", "id", postgresql_where=text("status IN ('FAILED', 'PARKED')")
        ),
        Index("run_ended", "tenant_id", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
        Index("run_by_connection", "tenant_id", "connection_id", text("id DESC")),
        Index(
            "run_one_running_per_connection",
            "tenant_id",
            "connection_id",
            unique=True,
            postgresql_where=text("status = 'RUNNING'"),
        ),
        Index(
            "run_one_index_running",
            "tenant_id",
            unique=True,
            postgresql_where=text("kind = 'INDEX' AND status = 'RUNNING'"),
        ),
        Index(
            "run_one_analysis_running",
            "tenant_id",
            unique=True,
            postgresql_where=text("kind = 'ANALYSIS' AND status = 'RUNNING'"),
        ),
    )

    tenant_id: UUID = tenant_key()
    id: UUID = key(ID, default="uuidv7()")
    kind: str = column(STRING)
    connection_id: UUID | None = column(ID)
    status: str = column(STRING, default="'QUEUED'")
    since: dt.date | None = column(DAY)
    until: dt.date | None = column(DAY)
    upload_id: UUID | None = column(ID)
    options: dict[str, object] = column(JSON, default="'{}'")
    checkpoint: dict[str, object] | None = column(JSON)
    claim: int = column(INT, default="0")
    crashes: int = column(INT, default="0")
    event_sequence: int = column(INT, default="0")
    pages: int = column(BIG, default="0")
    fetched: int = column(BIG, default="0")
    stored: int = column(BIG, default="0")
    unchanged: int = column(BIG, default="0")
    rejected: int = column(BIG, default="0")
    created: int = column(BIG, default="0")
    restated: int = column(BIG, default="0")
    vanished: int = column(BIG, default="0")
    progress: float = column(SHARE, default="0")
    receipt: dict[str, object] | None = column(JSON)
    error: dict[str, object] | None = column(JSON)
    is_cancel_requested: bool = column(TRUTH, default="false")
    requested_by: str = column(STRING)
    created_at: dt.datetime = column(MOMENT, default="now()")
    started_at: dt.datetime | None = column(MOMENT)
    ended_at: dt.datetime | None = column(MOMENT)
    worked_seconds: float = column(SHARE, default="0")
    windows_seconds: float = column(SHARE, default="0")
    stepped_at: dt.datetime | None = column(MOMENT)


class RunEventRow(Table, table=True):
    """One row per step of a run; `sequence` counts from 1 without gaps.

    A trigger announces each row to the watchers of its run when it commits.
    """

    __tablename__ = "run_event"
    __table_args__ = (refers_to("run", "run_id"),)

    tenant_id: UUID = key(ID)
    run_id: UUID = key(ID)
    sequence: int = key(INT)
    at: dt.datetime = column(MOMENT, default="clock_timestamp()")
    kind: str = column(STRING)
    status: str = column(STRING)
    message: str = column(STRING)
    counters: dict[str, object] = column(JSON)
    progress: float = column(SHARE)
    worked_seconds: float = column(SHARE, default="0")
    windows_seconds: float = column(SHARE, default="0")
    windows_done: int | None = column(INT)
    windows_total: int | None = column(INT)


class RunDismissalRow(Table, table=True):
    """One row per run that ended badly and was laid aside; it holds until the run's next end."""

    __tablename__ = "run_dismissal"
    __table_args__ = (refers_to("run", "run_id"),)

    tenant_id: UUID = key(ID)
    run_id: UUID = key(ID)
    at: dt.datetime = column(MOMENT, default="clock_timestamp()")
    dismissed_by: str = column(STRING)
    why: str = column(STRING)
