"""What sources' records are held to, and how they changed."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import UniqueConstraint

from stores.postgres.tables.columns import (
    BIG,
    ID,
    MOMENT,
    STRING,
    Table,
    column,
    key,
    refers_to,
)


class SchemaPolicyRow(Table, table=True):
    """One row per connection and stream with a policy of its own; '' is every other stream."""

    __tablename__ = "schema_policy"
    __table_args__ = (refers_to("connection", "connection_id"),)

    tenant_id: UUID = key(ID)
    connection_id: UUID = key(ID)
    stream: str = key(STRING)
    policy: str = column(STRING)


class SchemaChangeRow(Table, table=True):
    """One row per way in which a field of a stream is not as expected; names and types only."""

    __tablename__ = "schema_change"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id",
            "connection_id",
            "stream",
            "kind",
            "field",
            "found",
            name="schema_change_once",
        ),
        refers_to("connection", "connection_id"),
    )

    tenant_id: UUID = key(ID)
    id: UUID = key(ID, default="uuidv7()")
    connection_id: UUID = column(ID)
    stream: str = column(STRING)
    kind: str = column(STRING)
    field: str = column(STRING)
    found: str = column(STRING)
    expected: str = column(STRING)
    policy: str = column(STRING)
    records: int = column(BIG)
    state: str = column(STRING, default="'OPEN'")
    first_seen_at: dt.datetime = column(MOMENT, default="clock_timestamp()")
    last_seen_at: dt.datetime = column(MOMENT, default="clock_timestamp()")
    first_run_id: UUID = column(ID)
    last_run_id: UUID = column(ID)
    accepted_at: dt.datetime | None = column(MOMENT)
    accepted_by: str | None = column(STRING)
