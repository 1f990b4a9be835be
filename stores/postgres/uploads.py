"""Uploaded files, byte for byte, in chunks: transactional, and behind row-level security."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import asyncpg

from core.errors import NotFound
from core.records.audit import Act
from core.records.lineage import UploadRecord
from core.scope import SystemScope, TenantScope
from stores.postgres.audit import record_act
from stores.postgres.database import Database

_COLUMNS = "id, filename, media_type, size_bytes, sha256, created_at"


class UploadStore:
    """Takes a file in chunk by chunk, and hands it out the same way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, scope: TenantScope, filename: str, media_type: str) -> UUID:
        """Open an upload; nothing can read it before `finish`."""
        sql = (
            "INSERT INTO upload (tenant_id, filename, media_type) VALUES ($1, $2, $3) RETURNING id"
        )
        async with self._database.write(scope) as connection:
            return UUID(str(await connection.fetchval(sql, scope.tenant_id, filename, media_type)))

    async def append(self, scope: TenantScope, upload_id: UUID, number: int, chunk: bytes) -> None:
        """Keep chunk `number`, counted from 0."""
        sql = (
            "INSERT INTO upload_chunk (tenant_id, upload_id, number, body) VALUES ($1, $2, $3, $4)"
        )
        async with self._database.write(scope) as connection:
            await connection.execute(sql, scope.tenant_id, upload_id, number, chunk)

    async def finish(
        self, scope: TenantScope, upload_id: UUID, size_bytes: int, sha256: str
    ) -> UploadRecord:
        """Close an upload: from here on it can be ingested."""
        sql = (
            "UPDATE upload SET size_bytes = $3, sha256 = $4, finished_at = now() "
            f"WHERE tenant_id = $1 AND id = $2 RETURNING {_COLUMNS}"
        )
        async with self._database.write(scope) as connection:
            row = await connection.fetchrow(sql, scope.tenant_id, upload_id, size_bytes, sha256)
            told = {"filename": row and row["filename"], "sha256": sha256, "bytes": size_bytes}
            await record_act(connection, scope, Act.FILE_UPLOADED, f"upload:{upload_id}", **told)
        return _record(row, upload_id)

    async def abandon(self, scope: TenantScope, upload_id: UUID) -> None:
        """Forget an upload that was never finished, and its chunks."""
        sql = "DELETE FROM upload WHERE tenant_id = $1 AND id = $2 AND finished_at IS NULL"
        async with self._database.write(scope) as connection:
            await connection.execute(sql, scope.tenant_id, upload_id)

    async def sweep(self, scope: SystemScope, older_than: timedelta) -> int:
        """Forget unfinished uploads of all tenants that began longer ago; answers how many."""
        sql = (
            "WITH gone AS (DELETE FROM upload WHERE finished_at IS NULL "
            "AND created_at < now() - $1::interval RETURNING 1) SELECT count(*) FROM gone"
        )
        async with self._database.system(scope) as connection:
            return int(await connection.fetchval(sql, older_than))

    async def one(self, scope: TenantScope, upload_id: UUID) -> UploadRecord:
        """A finished upload, or NotFound."""
        sql = (
            f"SELECT {_COLUMNS} FROM upload "
            "WHERE tenant_id = $1 AND id = $2 AND finished_at IS NOT NULL AND body_gone_at IS NULL"
        )
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(sql, scope.tenant_id, upload_id)
        return _record(row, upload_id)

    async def chunks(self, scope: TenantScope, upload_id: UUID) -> AsyncIterator[bytes]:
        """The body, chunk by chunk; one short transaction each."""
        sql = (
            "SELECT body FROM upload_chunk WHERE tenant_id = $1 AND upload_id = $2 AND number = $3"
        )
        number = 0
        while True:
            async with self._database.read(scope) as connection:
                body = await connection.fetchval(sql, scope.tenant_id, upload_id, number)
            if body is None:
                return
            yield bytes(body)
            number += 1


def no_upload(upload_id: UUID) -> NotFound:
    """What is said of an upload that is not there, or not finished."""
    return NotFound(
        f"no finished upload {upload_id}",
        field="uploadId",
        mend="POST the file to /uploads and use the id it answers",
    )


def _record(row: asyncpg.Record | None, upload_id: UUID) -> UploadRecord:
    if row is None:
        raise no_upload(upload_id)
    return UploadRecord(**dict(row))
