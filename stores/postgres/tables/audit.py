"""Tables of the audit log."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, Index

from stores.postgres.tables.columns import (
    BIG,
    BYTES,
    ID,
    JSON,
    MOMENT,
    STRING,
    Table,
    column,
    key,
)


class AuditHeadRow(Table, table=True):
    """One row per chain: its last line. The installation's own has the tenant of zeros."""

    __tablename__ = "audit_head"

    tenant_id: UUID = key(ID)
    number: int = column(BIG)
    hash: bytes = column(BYTES)


class AuditLogRow(Table, table=True):
    """One row per act of a tenant, hashed with the hash of the row before; only ever added to."""

    __tablename__ = "audit_log"
    __table_args__ = (
        CheckConstraint("number > 0", "number"),
        CheckConstraint("jsonb_typeof(details) = 'object'", "details"),
        Index("audit_log_by_act", "tenant_id", "act", "number"),
    )

    tenant_id: UUID = key(ID)
    number: int = key(BIG)
    at: dt.datetime = column(MOMENT)
    actor: str = column(STRING)
    client: str | None = column(STRING)
    door: str = column(STRING)
    act: str = column(STRING)
    subject: str | None = column(STRING)
    request_id: str | None = column(STRING)
    details: dict[str, str] = column(JSON)
    previous_hash: bytes = column(BYTES)
    hash: bytes = column(BYTES)
