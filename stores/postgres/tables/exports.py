"""Exports."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, text

from stores.postgres.tables.columns import (
    BIG,
    ID,
    JSON,
    MOMENT,
    STRING,
    Table,
    column,
    key,
    refers_to,
    tenant_key,
)


class ExportRow(Table, table=True):
    """One row per export; its run makes the files, which lie in the object store.

    `files` and `checks` are lists of `core.records.exports.ExportFile` and `ExportCheck`. A row
    stays when its files go.
    """

    __tablename__ = "export"
    __table_args__ = (
        refers_to("run", "run_id"),
        Index("export_of_run", "tenant_id", "run_id", unique=True),
        Index("export_expiring", "expires_at", postgresql_where=text("state = 'READY'")),
    )

    tenant_id: UUID = tenant_key()
    id: UUID = key(ID, default="uuidv7()")
    run_id: UUID = column(ID)
    definition: dict[str, object] = column(JSON)
    definition_sha256: str = column(STRING)
    as_of: dt.datetime = column(MOMENT)
    state: str = column(STRING, default="'PENDING'")
    files: list[object] = column(JSON, default="'[]'")
    checks: list[object] = column(JSON, default="'[]'")
    manifest: dict[str, object] | None = column(JSON)
    row_hash: str | None = column(STRING)
    rows: int | None = column(BIG)
    requested_by: str = column(STRING)
    created_at: dt.datetime = column(MOMENT, default="now()")
    ready_at: dt.datetime | None = column(MOMENT)
    expires_at: dt.datetime | None = column(MOMENT)
    removed_at: dt.datetime | None = column(MOMENT)
    removed_by: str | None = column(STRING)
