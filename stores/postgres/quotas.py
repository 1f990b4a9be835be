"""What tenants have used of their quotas: computed when it is asked, so never out of step."""

from __future__ import annotations

from dataclasses import asdict, astuple
from datetime import datetime
from uuid import UUID

from core.records.audit import Act
from core.records.quotas import Allowances, EmbeddingTotal, EmbeddingUse, Usage, day_of, month_of
from core.scope import SystemScope, TenantId, TenantScope
from stores.postgres.audit import record_upkeep
from stores.postgres.database import Database


class QuotaStore:
    """Sums what a tenant uses; sets what it has instead of its tier's numbers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def usage(self, scope: TenantScope, now: datetime) -> Usage:
        """What is used in the UTC day and month of `now`."""
        day = day_of(now)
        values = (scope.tenant_id, _first_id(day), day, month_of(now))
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(_USAGE, *values)
        if row is None:
            raise LookupError("a scope without its tenant")
        return Usage(
            tier=row["tier"],
            storage_bytes=int(row["pages"] + row["uploads"] + row["exports"]),
            runs_today=row["runs"],
            export_rows_this_month=int(row["rows"]),
            allowances=Allowances(
                row["storage_bytes"], row["runs_a_day"], row["export_rows_a_month"]
            ),
            embedding=EmbeddingUse(
                int(row["texts"]), int(row["reused"]), int(row["requests"]), int(row["tokens"])
            ),
        )

    async def embedding_totals(self) -> tuple[EmbeddingTotal, ...]:
        """What all tenants had embedded since ever, by model."""
        async with self._database.watch() as connection:
            rows = await connection.fetch(_TOTALS)
        return tuple(EmbeddingTotal(**dict(row)) for row in rows)

    async def allow(self, scope: SystemScope, tenant_id: TenantId, given: Allowances) -> None:
        """Give a tenant numbers of its own; a None is its tier's."""
        values = astuple(given)
        async with self._database.system(scope) as connection:
            await connection.execute(_ALLOW, tenant_id, *values)
            await record_upkeep(connection, scope, tenant_id, Act.QUOTAS_SET, None, **asdict(given))


def _first_id(moment: datetime) -> UUID:
    """The least id of version 7 of a millisecond: ids of runs are in the order of time."""
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62))


_USAGE = """
SELECT t.tier, q.storage_bytes, q.runs_a_day, q.export_rows_a_month,
    (SELECT coalesce(sum(size_bytes), 0) FROM raw_page
        WHERE tenant_id = $1 AND body_gone_at IS NULL) AS pages,
    (SELECT coalesce(sum(size_bytes), 0) FROM upload
        WHERE tenant_id = $1 AND body_gone_at IS NULL) AS uploads,
    (SELECT coalesce(sum((file ->> 'bytes')::bigint), 0)
        FROM export, jsonb_array_elements(files) file
        WHERE tenant_id = $1 AND state = 'READY') AS exports,
    (SELECT count(*) FROM run WHERE tenant_id = $1 AND id >= $2 AND created_at >= $3
       AND kind NOT IN ('INDEX', 'ANALYSIS')) AS runs,
    (SELECT coalesce(sum(rows), 0) FROM export WHERE tenant_id = $1 AND ready_at >= $4) AS rows,
    embedded.texts, embedded.reused, sent.requests, sent.tokens
FROM tenant t
CROSS JOIN LATERAL (
    SELECT coalesce(sum(i.embedded), 0) AS texts, coalesce(sum(i.reused), 0) AS reused
    FROM search_index i WHERE i.tenant_id = $1
) embedded
CROSS JOIN LATERAL (
    SELECT coalesce(sum(u.requests), 0) AS requests, coalesce(sum(u.tokens), 0) AS tokens
    FROM embedding_usage u
    WHERE u.tenant_id = $1 AND u.month = ($4::timestamptz AT TIME ZONE 'UTC')::date
) sent
LEFT JOIN tenant_quota q ON q.tenant_id = t.tenant_id
WHERE t.tenant_id = $1
"""
_TOTALS = """
SELECT model, coalesce(texts, 0)::bigint AS texts, coalesce(reused, 0)::bigint AS reused,
       coalesce(requests, 0)::bigint AS requests, coalesce(tokens, 0)::bigint AS tokens
FROM (SELECT model, sum(embedded) AS texts, sum(reused) AS reused
      FROM search_index GROUP BY model) made
FULL JOIN (SELECT model, sum(requests) AS requests, sum(tokens) AS tokens
           FROM embedding_usage GROUP BY model) sent USING (model)
ORDER BY model
"""
_ALLOW = """
INSERT INTO tenant_quota (tenant_id, storage_bytes, runs_a_day, export_rows_a_month)
VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id) DO UPDATE SET storage_bytes = excluded.storage_bytes,
    runs_a_day = excluded.runs_a_day, export_rows_a_month = excluded.export_rows_a_month
"""
