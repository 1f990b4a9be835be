"""Where data comes from: connected accounts and uploaded files."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text

from stores.postgres.tables.columns import (
    BIG,
    BYTES,
    ID,
    INT,
    JSON,
    MOMENT,
    STRING,
    Table,
    column,
    key,
    refers_to,
    tenant_key,
)


class ConnectionRow(Table, table=True):
    """One row per connected account of a source.

    `time_zone` is the account's IANA zone: the days of its entries are days there.
    `sealed_credentials` opens with the tenant's data key only.
    """

    __tablename__ = "connection"
    __table_args__ = (
        UniqueConstraint("tenant_id", "source", "account_id"),
        CheckConstraint("look_back_days BETWEEN 0 AND 365", "look_back_days"),
        Index("connection_webhook", "id", postgresql_where=text("source = 'WEBHOOK'")),
    )

    tenant_id: UUID = tenant_key()
    id: UUID = key(ID, default="uuidv7()")
    source: str = column(STRING)
    account_id: str = column(STRING)
    name: str = column(STRING)
    currency: str = column(STRING)
    time_zone: str = column(STRING)
    level: str = column(STRING)
    look_back_days: int = column(INT)
    status: str = column(STRING, default="'ACTIVE'")
    sealed_credentials: bytes | None = column(BYTES)
    file_mapping: dict[str, Any] = column(JSON, default="'{}'")
    created_at: dt.datetime = column(MOMENT, default="now()")
    last_read_at: dt.datetime | None = column(MOMENT)
    breakdown: str | None = column(STRING)


class UploadRow(Table, table=True):
    """One row per uploaded file; without `finished_at` it is still arriving, or was left.

    Since `body_gone_at` it has no chunks any more.
    """

    __tablename__ = "upload"

    tenant_id: UUID = tenant_key()
    id: UUID = key(ID, default="uuidv7()")
    filename: str = column(STRING)
    media_type: str = column(STRING)
    size_bytes: int | None = column(BIG)
    sha256: str | None = column(STRING)
    created_at: dt.datetime = column(MOMENT, default="now()")
    finished_at: dt.datetime | None = column(MOMENT)
    body_gone_at: dt.datetime | None = column(MOMENT)


class UploadChunkRow(Table, table=True):
    """One row per chunk of an upload, numbered from 0; `body` as it came, not compressed."""

    __tablename__ = "upload_chunk"
    __table_args__ = (refers_to("upload", "upload_id"),)

    tenant_id: UUID = key(ID)
    upload_id: UUID = key(ID)
    number: int = key(INT)
    body: bytes = column(BYTES)
