"""What is left of what was erased."""

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
    TRUTH,
    Table,
    column,
    key,
    refers_to,
    tenant_key,
)


class ErasureRow(Table, table=True):
    """One row per erasure of a tenant: its receipt. `counts`: what is gone, by table and store."""

    __tablename__ = "erasure"
    __table_args__ = (
        Index("erasure_open", "erased", unique=True, postgresql_where=text("finished_at IS NULL")),
    )

    id: UUID = key(ID, default="uuidv7()")
    erased: UUID = column(ID)
    slug: str = column(STRING)
    requested_by: str = column(STRING)
    requested_at: dt.datetime = column(MOMENT, default="clock_timestamp()")
    counts: dict[str, Any] = column(JSON, default="'{}'")
    finished_at: dt.datetime | None = column(MOMENT)


class SubjectErasureRow(Table, table=True):
    """One row per run that forgets a person. `receipt`: what is gone and left; null before its end.

    `sealed_names`, what names the person, are null from then on; a day later where the run ended
    without finishing.
    """

    __tablename__ = "subject_erasure"
    __table_args__ = (
        refers_to("run", "run_id"),
        Index(
            "subject_erasure_sealed",
            "run_id",
            postgresql_where=text("sealed_names IS NOT NULL"),
        ),
    )

    tenant_id: UUID = tenant_key()
    run_id: UUID = key(ID)
    is_preview: bool = column(TRUTH)
    sealed_names: bytes | None = column(BYTES)
    receipt: dict[str, Any] | None = column(JSON)
    finished_at: dt.datetime | None = column(MOMENT)
