"""What happened, for subscribers and other modules."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import Index

from stores.postgres.tables.columns import (
    BIG,
    DAY,
    ID,
    JSON,
    MOMENT,
    STRING,
    Table,
    column,
    key,
    tenant_key,
)


class EventClockRow(Table, table=True):
    """One row per tenant that has events: the number of the newest one."""

    __tablename__ = "event_clock"

    tenant_id: UUID = tenant_key()
    sequence: int = column(BIG)


class DataEventRow(Table, table=True):
    """One row per event; `sequence` counts from 1 per tenant, in the order of commits.

    `counters` holds those of `core.records.runs.Counters` that the event is about. `since` and
    `until` are both null where the event is about no days. Neither the run nor the connection nor
    the insight is referred to: what happened stays told when they are gone.
    """

    __tablename__ = "data_event"
    __table_args__ = (Index("data_event_by_age", "at", postgresql_using="brin"),)

    tenant_id: UUID = tenant_key()
    sequence: int = key(BIG)
    id: UUID = column(ID, default="uuidv7()")
    kind: str = column(STRING)
    at: dt.datetime = column(MOMENT, default="clock_timestamp()")
    connection_id: UUID | None = column(ID)
    run_id: UUID = column(ID)
    status: str = column(STRING)
    counters: dict[str, object] = column(JSON)
    since: dt.date | None = column(DAY)
    until: dt.date | None = column(DAY)
    insight_id: UUID | None = column(ID)
