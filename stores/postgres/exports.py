"""Exports as their callers see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import asyncpg

from core.jsonvalue import JSONObject
from core.records.exports import ExportCheck, ExportFile, ExportRecord, ExportState, Severity
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from stores.postgres.conditions import Conditions
from stores.postgres.database import Database
from stores.postgres.paging import Ordering, page_of

_NEWEST_FIRST = Ordering(("id",), (UUID,), is_descending=True)


class ExportStore:
    """Reads exports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, ExportRecord]:
        """The exports of `ids` that there are, in whatever state."""
        sql = "SELECT * FROM export WHERE tenant_id = $1 AND id = ANY($2)"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id, list(ids))
        return {row["id"]: export_record(row) for row in rows}

    async def page(
        self, scope: TenantScope, request: PageRequest, states: Sequence[ExportState] = ()
    ) -> Page[ExportRecord]:
        """One page, newest first; the cursor part is the id."""
        where = Conditions(scope.tenant_id)
        where.add("tenant_id = $1")
        where.among("state", states)
        _NEWEST_FIRST.seek(where, request)
        sql = f"SELECT * FROM export WHERE {where} {_NEWEST_FIRST.clause(request)}"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *where.values)
        return page_of(rows, request, export_record)


def export_record(row: asyncpg.Record) -> ExportRecord:
    """The record of a whole row of `export`."""
    return ExportRecord(
        id=row["id"],
        run_id=row["run_id"],
        definition=row["definition"],
        definition_sha256=row["definition_sha256"],
        as_of=row["as_of"],
        state=ExportState(row["state"]),
        files=tuple(ExportFile(**each) for each in row["files"]),
        checks=tuple(map(_check, row["checks"])),
        manifest=row["manifest"],
        row_hash=row["row_hash"],
        rows=row["rows"],
        requested_by=row["requested_by"],
        created_at=row["created_at"],
        ready_at=row["ready_at"],
        expires_at=row["expires_at"],
        removed_at=row["removed_at"],
        removed_by=row["removed_by"],
    )


def file_json(file: ExportFile) -> JSONObject:
    """A file as a row keeps it."""
    return asdict(file)


def check_json(check: ExportCheck) -> JSONObject:
    """A check as a row keeps it."""
    return asdict(check)


def _check(kept: dict[str, Any]) -> ExportCheck:
    severity, columns = Severity(kept["severity"]), tuple(kept["columns"])
    return ExportCheck(**kept | {"severity": severity, "columns": columns})
