"""Registered operations, which documents may pass, and which were seen."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text

from stores.postgres.tables.columns import (
    BIG,
    MOMENT,
    STRING,
    Table,
    column,
    key,
    tenant_key,
)


class OperationRow(Table, table=True):
    """One row per document and client; `id` is the SHA-256 of the document, in hex."""

    __tablename__ = "operation"
    __table_args__ = (
        CheckConstraint("id ~ '^[0-9a-f]{64}$'", "id"),
        Index("operation_document", "tenant_id", "id", postgresql_where=text("retired_at IS NULL")),
        Index(
            "operation_name",
            "tenant_id",
            "client",
            "name",
            postgresql_where=text("retired_at IS NULL"),
        ),
    )

    tenant_id: UUID = tenant_key()
    client: str = key(STRING)
    id: str = key(STRING)
    name: str = column(STRING)
    kind: str = column(STRING)
    document: str = column(STRING)
    description: str = column(STRING)
    owner: str | None = column(STRING)
    cost: int = column(BIG)
    registered_at: dt.datetime = column(MOMENT, default="now()")
    registered_by: str = column(STRING)
    retired_at: dt.datetime | None = column(MOMENT)


class OperationStageRow(Table, table=True):
    """One row per client, with what it may send; the client '' is every one without a row."""

    __tablename__ = "operation_stage"
    __table_args__ = (CheckConstraint("stage IN ('ALLOW', 'LOG', 'SAFELIST', 'BLOCK')", "stage"),)

    tenant_id: UUID = tenant_key()
    client: str = key(STRING)
    stage: str = column(STRING)
    set_at: dt.datetime = column(MOMENT, default="now()")
    set_by: str = column(STRING)


class OperationSeenRow(Table, table=True):
    """One row per client and document that it sent as text; the client '' is one unnamed.

    `document` is without its literals.
    """

    __tablename__ = "operation_seen"

    tenant_id: UUID = tenant_key()
    client: str = key(STRING)
    id: str = key(STRING)
    document: str = column(STRING)
    first_seen_at: dt.datetime = column(MOMENT, default="now()")
    last_seen_at: dt.datetime = column(MOMENT, default="now()")
    times: int = column(BIG)
