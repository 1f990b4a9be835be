"""Schedules of runs."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text

from stores.postgres.tables.columns import (
    ID,
    INT,
    MOMENT,
    STRING,
    TRUTH,
    Table,
    column,
    key,
    refers_to,
)


class ScheduleRow(Table, table=True):
    """One row per schedule of a connection: either `cron` or `interval_minutes` says when.

    `fires_at` is when it is due next, its jitter included. `look_back_days` is null where the
    connection's own is meant. `last_run_id` is the last run that it started.
    """

    __tablename__ = "schedule"
    __table_args__ = (
        CheckConstraint("(cron IS NULL) <> (interval_minutes IS NULL)", "timing"),
        refers_to("connection", "connection_id"),
        Index("schedule_due", "fires_at", postgresql_where=text("NOT is_paused")),
        Index("schedule_by_connection", "tenant_id", "connection_id"),
    )

    tenant_id: UUID = key(ID)
    id: UUID = key(ID, default="uuidv7()")
    connection_id: UUID = column(ID)
    cron: str | None = column(STRING)
    interval_minutes: int | None = column(INT)
    jitter_seconds: int = column(INT)
    look_back_days: int | None = column(INT)
    is_paused: bool = column(TRUTH, default="false")
    fires_at: dt.datetime = column(MOMENT)
    last_due_at: dt.datetime | None = column(MOMENT)
    last_outcome: str | None = column(STRING)
    last_run_id: UUID | None = column(ID)
    created_by: str = column(STRING)
    created_at: dt.datetime = column(MOMENT)
