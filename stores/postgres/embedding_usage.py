"""What of a tenant's was sent to an embedder that counts, and how much may be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from core.records.quotas import Quota, QuotaKind, month_of, next_month
from core.scope import TenantScope
from stores.postgres.database import Database


class EmbeddingUsageStore:
    """Tokens by tenant, model and UTC month; `allowances` are those of a month, by tier."""

    def __init__(self, database: Database, allowances: Mapping[str, int]) -> None:
        self._database = database
        self._allowances = allowances

    async def spent(self, scope: TenantScope) -> dict[str, int]:
        """Tokens of this month by model."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_SPENT, scope.tenant_id, month_of(datetime.now(UTC)))
        return {row["model"]: row["tokens"] for row in rows}

    async def demand(self, scope: TenantScope) -> None:
        """QuotaExceeded where the month's tokens are used up."""
        now = datetime.now(UTC)
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(_USED, scope.tenant_id, month_of(now))
        limit = self._limit(row["tier"]) if row else 0
        used = int(row["tokens"]) if row else 0
        Quota(QuotaKind.EMBEDDED_TOKENS_A_MONTH, used, limit, next_month(now)).demand()

    async def spend(self, scope: TenantScope, model: str, tokens: int) -> None:
        """Count one request's tokens."""
        values = (scope.tenant_id, model, month_of(datetime.now(UTC)), tokens)
        async with self._database.write(scope) as connection:
            await connection.execute(_SPEND, *values)

    def _limit(self, tier: str) -> int:
        given = self._allowances
        return given.get(tier, min(given.values(), default=0))


_SPENT = "SELECT model, tokens FROM embedding_usage WHERE tenant_id = $1 AND month = $2"
_USED = """
SELECT t.tier, coalesce(sum(u.tokens), 0) AS tokens
FROM tenant t LEFT JOIN embedding_usage u ON u.tenant_id = t.tenant_id AND u.month = $2
WHERE t.tenant_id = $1 GROUP BY t.tier
"""
_SPEND = """
INSERT INTO embedding_usage AS u (tenant_id, model, month, tokens, requests)
VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (tenant_id, model, month) DO UPDATE
SET tokens = u.tokens + excluded.tokens, requests = u.requests + 1
"""
