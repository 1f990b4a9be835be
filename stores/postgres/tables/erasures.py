"""What is left of what was erased."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text

from stores.postgres.tables.columns import ID, JSON, MOMENT, STRING, Table, column, key


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
