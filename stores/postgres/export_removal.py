"""The end of exports: asked for, or come with time. The row stays; the files go after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from core.errors import Conflict
from core.missing import no_export
from core.records.audit import Act
from core.records.exports import ExportRecord, ExportState
from core.records.runs import RunStatus
from core.scope import SystemScope, TenantId, TenantScope
from stores.postgres.audit import acting
from stores.postgres.database import Database
from stores.postgres.exports import export_record


class ExportRemovalStore:
    """Ends exports. Once a row says so, no link opens their files and nothing lists them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def delete(self, scope: TenantScope, export_id: UUID) -> ExportRecord:
        """End one; NotFound without it, Conflict while its run is open.

        To delete what has ended already changes nothing.
        """
        place = f"export:{export_id}"
        async with acting(self._database, scope, Act.EXPORT_DELETED, place) as connection:
            row = await connection.fetchrow(_HELD, scope.tenant_id, export_id)
            if row is None:
                raise no_export()
            if not RunStatus(row["run_status"]).is_final:
                raise Conflict(
                    "the export is being made",
                    field="exportId",
                    mend="cancel its run, or wait for its end",
                )
            ended = await connection.fetchrow(_DELETE, scope.tenant_id, export_id, scope.actor)
        return export_record(ended or row)

    async def expire(
        self, scope: SystemScope, retention: timedelta
    ) -> Sequence[tuple[TenantId, UUID]]:
        """End those whose time is over: their own, or `retention` after they were ready."""
        async with self._database.system(scope) as connection:
            rows = await connection.fetch(_EXPIRE, retention, scope.actor)
        return [(TenantId(row["tenant_id"]), row["id"]) for row in rows]

    async def with_files(self, scope: TenantScope, ids: Sequence[UUID]) -> frozenset[UUID]:
        """Those of `ids` whose files are had, or may still be being made."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_WITH_FILES, scope.tenant_id, list(ids))
        return frozenset(row["id"] for row in rows)


_HELD = """
SELECT e.*, r.status AS run_status FROM export e
JOIN run r ON r.tenant_id = e.tenant_id AND r.id = e.run_id
WHERE e.tenant_id = $1 AND e.id = $2 FOR NO KEY UPDATE OF e
"""
_DELETE = f"""
UPDATE export SET state = '{ExportState.DELETED}', removed_at = now(), removed_by = $3
WHERE tenant_id = $1 AND id = $2 AND state IN ('{ExportState.READY}', '{ExportState.PENDING}')
RETURNING *
"""
_EXPIRE = f"""
UPDATE export SET state = '{ExportState.EXPIRED}', removed_at = now(), removed_by = $2
WHERE state = '{ExportState.READY}'
AND coalesce(expires_at, ready_at + $1::interval) <= now()
RETURNING tenant_id, id
"""
_WITH_FILES = f"""
SELECT e.id FROM export e JOIN run r ON r.tenant_id = e.tenant_id AND r.id = e.run_id
WHERE e.tenant_id = $1 AND e.id = ANY($2)
AND (e.state = '{ExportState.READY}' OR (e.state = '{ExportState.PENDING}' AND r.ended_at IS NULL))
"""
