"""What is known of connections' credentials: facts, alerts, tests, and the way to new ones."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text

from stores.postgres.tables.columns import (
    BYTES,
    ID,
    JSON,
    MOMENT,
    STRING,
    STRINGS,
    Table,
    column,
    key,
    refers_to,
    tenant_key,
)


class ConnectionCredentialRow(Table, table=True):
    """One row per connection with credentials: what may be shown of them."""

    __tablename__ = "connection_credential"
    __table_args__ = (
        refers_to("connection", "connection_id"),
        Index(
            "connection_credential_expiring",
            "expires_at",
            postgresql_where=text("expires_at IS NOT NULL"),
        ),
    )

    tenant_id: UUID = key(ID)
    connection_id: UUID = key(ID)
    kind: str = column(STRING)
    scopes: list[str] = column(STRINGS)
    expires_at: dt.datetime | None = column(MOMENT)
    sealed_at: dt.datetime = column(MOMENT, default="now()")
    checked_at: dt.datetime | None = column(MOMENT)


class ConnectionAlertRow(Table, table=True):
    """One row per time that something about a connection called for somebody."""

    __tablename__ = "connection_alert"
    __table_args__ = (
        refers_to("connection", "connection_id"),
        Index(
            "connection_alert_open",
            "tenant_id",
            "connection_id",
            "kind",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    tenant_id: UUID = key(ID)
    id: UUID = key(ID, default="uuidv7()")
    connection_id: UUID = column(ID)
    kind: str = column(STRING)
    message: str = column(STRING)
    mend: str = column(STRING)
    due_at: dt.datetime | None = column(MOMENT)
    raised_at: dt.datetime = column(MOMENT, default="now()")
    seen_at: dt.datetime = column(MOMENT, default="now()")
    resolved_at: dt.datetime | None = column(MOMENT)


class ConnectionTestRow(Table, table=True):
    """One row per question whether a connection works, and what the source answered."""

    __tablename__ = "connection_test"
    __table_args__ = (
        refers_to("connection", "connection_id"),
        Index("connection_test_by_connection", "tenant_id", "connection_id", text("id DESC")),
        Index("connection_test_waiting", "created_at", postgresql_where=text("status = 'WAITING'")),
    )

    tenant_id: UUID = key(ID)
    id: UUID = key(ID, default="uuidv7()")
    connection_id: UUID = column(ID)
    status: str = column(STRING, default="'WAITING'")
    account: dict[str, Any] | None = column(JSON)
    findings: list[Any] = column(JSON, default="'[]'")
    requested_by: str = column(STRING)
    created_at: dt.datetime = column(MOMENT, default="now()")
    claimed_until: dt.datetime | None = column(MOMENT)
    ended_at: dt.datetime | None = column(MOMENT)


class SourceAuthorizationRow(Table, table=True):
    """One row per way through a platform's consent screen.

    `state_hash` and `ticket_hash` are SHA-256; `sealed_secret` opens with the tenant's data key.
    """

    __tablename__ = "source_authorization"
    __table_args__ = (
        refers_to("connection", "connection_id"),
        Index("source_authorization_state", "state_hash", unique=True),
        Index("source_authorization_open", "status", "expires_at"),
    )

    tenant_id: UUID = tenant_key()
    id: UUID = key(ID, default="uuidv7()")
    source: str = column(STRING)
    status: str = column(STRING, default="'STARTED'")
    connection_id: UUID | None = column(ID)
    redirect_to: str | None = column(STRING)
    state_hash: bytes = column(BYTES)
    ticket_hash: bytes | None = column(BYTES)
    sealed_secret: bytes | None = column(BYTES)
    scopes: list[str] = column(STRINGS, default="'{}'")
    accounts: list[Any] = column(JSON, default="'[]'")
    error: dict[str, Any] | None = column(JSON)
    credential_expires_at: dt.datetime | None = column(MOMENT)
    requested_by: str = column(STRING)
    created_at: dt.datetime = column(MOMENT, default="now()")
    claimed_until: dt.datetime | None = column(MOMENT)
    expires_at: dt.datetime = column(MOMENT)
