"""Where numbers came from: raw pages."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import zstandard

from core.errors import NotFound
from core.records.lineage import RawPageRecord
from core.scope import TenantScope
from stores.postgres.database import Database

_PAGE_COLUMNS = (
    "id, run_id, connection_id, number, stream, media_type, size_bytes, sha256, request, "
    "fetched_at, fetched, stored, unchanged, rejected"
)


class LineageStore:
    """Reads raw pages; ingestion writes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def pages_by_ids(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, RawPageRecord]:
        """The raw pages of these ids that exist, without their bodies."""
        sql = f"SELECT {_PAGE_COLUMNS} FROM raw_page WHERE tenant_id = $1 AND id = ANY($2)"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id, list(ids))
        return {row["id"]: RawPageRecord(**dict(row)) for row in rows}

    async def of_run(
        self, scope: TenantScope, run_id: UUID, after: int, limit: int
    ) -> tuple[RawPageRecord, ...]:
        """The pages of a run behind number `after`, at most `limit`, in order, without bodies."""
        sql = (
            f"SELECT {_PAGE_COLUMNS} FROM raw_page WHERE tenant_id = $1 AND run_id = $2 "
            "AND number > $3 ORDER BY number LIMIT $4"
        )
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id, run_id, after, limit)
        return tuple(RawPageRecord(**dict(row)) for row in rows)

    async def body(self, scope: TenantScope, page_id: UUID) -> bytes:
        """The body of a raw page as the source sent it, or NotFound."""
        sql = "SELECT body FROM raw_page WHERE tenant_id = $1 AND id = $2"
        async with self._database.read(scope) as connection:
            body = await connection.fetchval(sql, scope.tenant_id, page_id)
        if body is None:
            raise NotFound("no such raw page", field="id")
        return zstandard.decompress(body)
