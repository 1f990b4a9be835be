"""An export with given files, as a run of its kind leaves it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from uuid import UUID

from core.records.exports import (
    ExportCheck,
    ExportFile,
    ExportRecord,
    Severity,
    object_path,
)
from core.scope import TenantScope
from stores.objects import ObjectStore
from stores.postgres.exports import check_json, file_json
from stores.wiring import Stores

_RUN = """
INSERT INTO run (tenant_id, kind, status, requested_by, ended_at)
VALUES ($1, 'EXPORT', $2, $3, CASE WHEN $2 <> 'RUNNING' THEN now() END) RETURNING id
"""
_EXPORT = """
INSERT INTO export (tenant_id, run_id, definition, definition_sha256, as_of, state, files,
                    manifest, row_hash, rows, requested_by, ready_at, expires_at, checks)
VALUES ($1, $2, $3, $4, now(), $5, $6, $7, $8, 3, $9, now(), $10, $11) RETURNING id
"""

_FOUND = ExportCheck("vif", Severity.ATTENTION, ("meta_spend",), 12.5, "collinear", 10.0)


async def chunks_of(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 1 << 20):
        yield body[start : start + (1 << 20)]


async def make_export(
    stores: Stores,
    objects: ObjectStore,
    scope: TenantScope,
    files: Mapping[str, bytes],
    *,
    state: str = "READY",
    run_status: str = "SUCCEEDED",
    expires_at: datetime | None = None,
) -> ExportRecord:
    """Its files are put below the id that its row gets."""
    definition = {"kpi": "orders of " + str(scope.tenant_id)}
    named = [_described(name, body) for name, body in files.items()]
    async with stores.database.write(scope) as connection:
        run_id = await connection.fetchval(_RUN, scope.tenant_id, run_status, scope.actor)
        export_id = await connection.fetchval(
            _EXPORT,
            scope.tenant_id,
            run_id,
            definition,
            hashlib.sha256(str(definition).encode()).hexdigest(),
            state,
            [file_json(file) for file in named],
            {"format": "liftos-causal-export", "for": str(scope.tenant_id)},
            hashlib.sha256(b"".join(files.values())).hexdigest(),
            scope.actor,
            expires_at,
            [check_json(_FOUND)],
        )
    await put_files(objects, scope, export_id, files)
    return (await stores.exports.by_ids(scope, [export_id]))[export_id]


async def put_files(
    objects: ObjectStore, scope: TenantScope, export_id: UUID, files: Mapping[str, bytes]
) -> None:
    for name, body in files.items():
        await objects.put(scope, object_path(export_id, name), chunks_of(body))


def _described(name: str, body: bytes) -> ExportFile:
    kinds = {"parquet": "application/vnd.apache.parquet", "json": "application/json"}
    kind = kinds.get(name.rpartition(".")[2], "text/csv; charset=utf-8")
    return ExportFile(name, kind, len(body), hashlib.sha256(body).hexdigest(), 3)
