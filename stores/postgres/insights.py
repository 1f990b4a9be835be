"""Insights; runs write them as they end."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from core.records.entries import EntryKey
from core.records.insights import InsightKind, InsightRecord
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.conditions import Conditions
from stores.postgres.database import Database
from stores.postgres.paging import Ordering, page_of

_NEWEST_FIRST = Ordering(("id",), (UUID,), is_descending=True)


class InsightStore:
    """Reads insights."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, InsightRecord]:
        """The insights of these ids that exist."""
        sql = "SELECT * FROM insight WHERE tenant_id = $1 AND id = ANY($2)"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id, list(ids))
        return {row["id"]: _record(row) for row in rows}

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        kinds: Sequence[InsightKind] = (),
        dates: DateRange | None = None,
    ) -> Page[InsightRecord]:
        """One page, newest first; `dates` overlap the insight's window. The cursor is the id."""
        where = Conditions(scope.tenant_id)
        where.add("tenant_id = $1")
        where.among("kind", kinds)
        if dates is not None:
            where.add("since <= {} AND until >= {}", dates.until, dates.since)
        _NEWEST_FIRST.seek(where, request)
        sql = f"SELECT * FROM insight WHERE {where} {_NEWEST_FIRST.clause(request)}"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *where.values)
        return page_of(rows, request, _record)


def _record(row: asyncpg.Record) -> InsightRecord:
    evidence = zip(row["evidence_dates"], row["evidence_digests"], strict=True)
    return InsightRecord(
        id=row["id"],
        kind=InsightKind(row["kind"]),
        connection_id=row["connection_id"],
        run_id=row["run_id"],
        metric=row["metric"],
        currency=row["currency"],
        window=DateRange(row["since"], row["until"]),
        before=row["before"],
        after=row["after"],
        entries=row["entries"],
        evidence=tuple(EntryKey(date, digest) for date, digest in evidence),
        detected_at=row["detected_at"],
    )
