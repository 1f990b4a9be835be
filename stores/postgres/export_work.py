"""The worker's side of an export: what it is to make, and that it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.errors import Bug
from core.jsonvalue import JSONObject
from core.records.exports import ExportCheck, ExportFile, ExportRecord
from core.records.runs import Receipt
from core.scope import TenantScope
from stores.postgres.database import Database
from stores.postgres.endings import conclude
from stores.postgres.exports import check_json, export_record, file_json
from stores.postgres.run_work import Claimed, hold


@dataclass(frozen=True, slots=True)
class MadeExport:
    """What an export became: its files lie in the object store, each of them whole."""

    files: Sequence[ExportFile]
    checks: Sequence[ExportCheck]
    manifest: JSONObject
    row_hash: str
    rows: int
    lifetime: timedelta


class ExportWorkStore:
    """Steps of a run that makes an export."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_run(self, scope: TenantScope, claimed: Claimed) -> ExportRecord:
        """The export that the run makes."""
        sql = "SELECT * FROM export WHERE tenant_id = $1 AND run_id = $2"
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(sql, scope.tenant_id, claimed.run.id)
        if row is None:
            raise Bug("the run makes no export")
        return export_record(row)

    async def finish(
        self, scope: TenantScope, claimed: Claimed, export: ExportRecord, made: MadeExport
    ) -> Receipt:
        """Name the files and end the run, in one transaction."""
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            await connection.execute(
                _READY,
                scope.tenant_id,
                export.id,
                [file_json(file) for file in made.files],
                [check_json(check) for check in made.checks],
                made.manifest,
                made.row_hash,
                made.rows,
                made.lifetime,
            )
            told = f"{len(made.files)} files, {made.rows} rows"
            return await conclude(connection, scope, claimed.run.id, None, told)


_READY = """
UPDATE export SET state = 'READY', files = $3, checks = $4, manifest = $5, row_hash = $6,
    rows = $7, ready_at = now(), expires_at = now() + $8
WHERE tenant_id = $1 AND id = $2 AND state = 'PENDING'
"""
