"""What was counted of what documents are about, read when an answer is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from core.records.search import DocumentFigures
from core.scope import TenantScope
from stores.postgres.database import Database

SUMS: Final = (
    "sum(e.spend) AS spend, sum(e.impressions)::bigint AS impressions, "
    "sum(e.clicks)::bigint AS clicks, sum(e.conversions) AS conversions, "
    "sum(e.conversion_value) AS conversion_value"
)
WAY: Final = "e.level, e.currency, e.date_basis, e.attribution_setting"
"""Entries that differ in any of these tell the same things again, or are no sum."""

# Of several ways of counting that with the most entries speaks, as in the document's text. What was
# learned after documents were last looked at may contradict that text: what vanished too.
_FIGURES: Final = f"""
SELECT d.id, w.*, coalesce(f.newest > i.looked_at, false) AS is_stale
FROM document d
LEFT JOIN document_index i ON i.tenant_id = $1
CROSS JOIN LATERAL (
    SELECT max(e.learned_at) AS newest FROM marketing_entry e WHERE {{of}}
) f
LEFT JOIN LATERAL (
    SELECT {WAY}, {SUMS} FROM marketing_entry e WHERE {{of}} AND e.is_present
    GROUP BY {WAY} ORDER BY count(*) DESC, {WAY} LIMIT 1
) w ON true
WHERE d.tenant_id = $1 AND d.superseded_at IS NULL AND d.id = ANY($2) AND {{kinds}}
"""
_OF_CAMPAIGN: Final = """
    e.tenant_id = $1 AND e.campaign = d.campaign_id AND e.date BETWEEN d.since AND d.until
    AND (d.kind = 'CAMPAIGN' OR (e.level = d.kind AND e.entity_id = d.entity_id))
"""
_OF_ACCOUNT: Final = """
    e.tenant_id = $1 AND e.date BETWEEN d.since AND d.until AND e.connection_id = ANY (ARRAY(
        SELECT c.id FROM connection c
        WHERE c.tenant_id = $1 AND c.source = d.source AND c.account_id = d.account_id))
"""
_BY_CAMPAIGN: Final = _FIGURES.format(of=_OF_CAMPAIGN, kinds="d.campaign_id IS NOT NULL")
_BY_ACCOUNT: Final = _FIGURES.format(of=_OF_ACCOUNT, kinds="d.kind = 'ACCOUNT'")


class FigureStore:
    """Figures of documents' entities in their periods."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_documents(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, DocumentFigures]:
        """Of those documents that are about an account, a campaign, an ad set or an ad."""
        found: dict[UUID, DocumentFigures] = {}
        async with self._database.read(scope) as connection:
            for sql in (_BY_CAMPAIGN, _BY_ACCOUNT):
                rows = await connection.fetch(sql, scope.tenant_id, list(ids))
                found |= {row["id"]: _figures(row) for row in rows}
        return found


def _figures(row: asyncpg.Record) -> DocumentFigures:
    return DocumentFigures(
        currency=row["currency"],
        spend=row["spend"],
        impressions=row["impressions"],
        clicks=row["clicks"],
        conversions=row["conversions"],
        conversion_value=row["conversion_value"],
        is_stale=row["is_stale"],
    )
