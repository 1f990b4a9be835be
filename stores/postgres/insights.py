"""Insights, as they stand or as they were known at a moment; runs write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from core.records.findings import SubjectLevel
from core.records.insights import InsightFilter, InsightRecord
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from stores.postgres.conditions import Conditions
from stores.postgres.database import Database
from stores.postgres.entries import settle
from stores.postgres.insight_records import insight_record
from stores.postgres.paging import Ordering, page_of

_NEWEST_FIRST = Ordering(("id",), (UUID,), is_descending=True)
_ALL: Final = InsightFilter()


class InsightStore:
    """Reads insights."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_ids(
        self, scope: TenantScope, ids: Sequence[UUID], as_of: datetime | None = None
    ) -> dict[UUID, InsightRecord]:
        """The insights of these ids that exist."""
        where = Conditions(scope.tenant_id)
        relation = insights_as_of(where, as_of)
        where.add("tenant_id = $1 AND id = ANY({})", list(ids))
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(f"SELECT * FROM {relation} WHERE {where}", *where.values)
        return {row["id"]: insight_record(row) for row in rows}

    async def matching(
        self, scope: TenantScope, ids: Sequence[UUID], asked: InsightFilter
    ) -> frozenset[UUID]:
        """Those of `ids` that are asked for, as they stand."""
        where = Conditions(scope.tenant_id)
        where.add("tenant_id = $1 AND id = ANY({})", list(ids))
        _restrict(where, asked)
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(f"SELECT id FROM insight WHERE {where}", *where.values)
        return frozenset(row["id"] for row in rows)

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        asked: InsightFilter = _ALL,
        as_of: datetime | None = None,
    ) -> Page[InsightRecord]:
        """One page, newest first. The cursor is the id."""
        where = Conditions(scope.tenant_id)
        relation = insights_as_of(where, as_of)
        where.add("tenant_id = $1")
        _restrict(where, asked)
        _NEWEST_FIRST.seek(where, request)
        sql = f"SELECT * FROM {relation} WHERE {where} {_NEWEST_FIRST.clause(request)}"
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(sql, *where.values)
        return page_of(rows, request, insight_record)


def insights_as_of(where: Conditions, as_of: datetime | None) -> str:
    """Rows of `insight`; of each the newest version up to `as_of`, where that is given."""
    if as_of is None:
        return "insight"
    return f"""(
        SELECT i.* FROM (
            SELECT DISTINCT ON (insight_id) told FROM insight_version
            WHERE tenant_id = $1 AND learned_at <= {where.parameter(as_of)}
            ORDER BY insight_id, learned_at DESC
        ) v, jsonb_populate_record(NULL::insight, v.told) i
    ) insight"""


def _restrict(where: Conditions, asked: InsightFilter) -> None:
    where.among("kind", asked.kinds)
    if asked.dates is not None:
        where.add("since <= {} AND until >= {}", asked.dates.until, asked.dates.since)
    where.among("state", asked.states)
    where.among("severity", asked.severities)
    where.among("metric", asked.metrics)
    where.among("owner", asked.owners)
    where.among("incident_id", asked.incidents)
    where.among("connection_id", asked.connections)
    where.among("subject_level", asked.levels)
    if asked.most_false is not None:
        where.add("(q IS NULL OR q <= {})", asked.most_false)
    for level, keys in (
        (SubjectLevel.CAMPAIGN, [str(each) for each in asked.campaigns]),
        (SubjectLevel.CHANNEL, list(asked.channels)),
    ):
        if keys:
            where.add("subject_level = {} AND subject_key = ANY({})", level, keys)
