"""Where numbers came from: raw pages and refused records."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import zstandard

from core.errors import NotFound
from core.records.lineage import RawPageRecord, RejectedRecord
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from stores.postgres.conditions import Conditions
from stores.postgres.database import Database
from stores.postgres.paging import Ordering, page_of

_BY_ID = Ordering(("id",), (UUID,))
_PAGE_COLUMNS = (
    "id, run_id, connection_id, number, stream, media_type, size_bytes, sha256, request, fetched_at"
)
_REJECTED_COLUMNS = "id, run_id, raw_page_id, position, field, reason, mend, payload"


class LineageStore:
    """Reads raw pages and refused records; ingestion writes them."""

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

    async def body(self, scope: TenantScope, page_id: UUID) -> bytes:
        """The body of a raw page as the source sent it, or NotFound."""
        sql = "SELECT body FROM raw_page WHERE tenant_id = $1 AND id = $2"
        async with self._database.read(scope) as connection:
            body = await connection.fetchval(sql, scope.tenant_id, page_id)
        if body is None:
            raise NotFound("no such raw page", field="id")
        return zstandard.decompress(body)

    async def rejected(
        self, scope: TenantScope, run_id: UUID, request: PageRequest
    ) -> Page[RejectedRecord]:
        """One page of the records that a run refused, in the order they were read."""
        where = Conditions(scope.tenant_id, run_id)
        where.add("tenant_id = $1")
        where.add("run_id = $2")
        _BY_ID.seek(where, request)
        sql = f"SELECT {_REJECTED_COLUMNS} FROM rejected_record WHERE {where} "
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql + _BY_ID.clause(request), *where.values)
        return page_of(rows, request, _rejected)


def _rejected(row: asyncpg.Record) -> RejectedRecord:
    return RejectedRecord(**dict(row))
