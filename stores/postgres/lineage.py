"""Where numbers came from: raw pages."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import zstandard

from core.errors import NotFound
from core.records.lineage import RawPageRecord
from core.records.pages import RunSlice
from core.scope import TenantScope
from stores.postgres.database import Database
from stores.postgres.run_slices import PLACE, Numbered, sliced

_PAGE_COLUMNS = (
    "id, run_id, connection_id, number, stream, media_type, size_bytes, sha256, request, "
    "fetched_at, fetched, stored, unchanged, rejected, body_gone_at"
)
_PAGES = Numbered("raw_page", "number", _PAGE_COLUMNS)


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

    async def of_runs(
        self, scope: TenantScope, slices: Sequence[RunSlice]
    ) -> dict[RunSlice, tuple[RawPageRecord, ...]]:
        """The pages of each slice that has any, in order, without their bodies."""
        async with self._database.read(scope) as connection:
            found = await sliced(connection, scope, _PAGES, slices)
        return {asked: tuple(map(_page, rows)) for asked, rows in found.items()}

    async def body(self, scope: TenantScope, page_id: UUID) -> bytes:
        """The body of a raw page as the source sent it; NotFound where it is no longer kept."""
        sql = "SELECT body FROM raw_page WHERE tenant_id = $1 AND id = $2"
        async with self._database.read(scope) as connection:
            body = await connection.fetchval(sql, scope.tenant_id, page_id)
        if body is None:
            raise NotFound("no such raw page", field="id")
        return zstandard.decompress(body)


def _page(row: asyncpg.Record) -> RawPageRecord:
    return RawPageRecord(**{name: value for name, value in row.items() if name != PLACE})
