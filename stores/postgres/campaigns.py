"""Campaigns under their current names."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from core.records.connections import Source
from core.records.entries import CampaignRecord
from core.records.naming import NamedCampaign
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from stores.postgres.conditions import Conditions
from stores.postgres.database import Database
from stores.postgres.paging import Ordering, page_of

_SELECT = """
SELECT c.*, span.first_date, span.last_date FROM campaign c
LEFT JOIN LATERAL (
    SELECT min(e.date) AS first_date, max(e.date) AS last_date FROM marketing_entry e
    WHERE e.tenant_id = c.tenant_id AND e.campaign = c.digest AND e.is_present
) span ON true
"""
_BY_DIGEST = Ordering(("c.digest",), (UUID,))


_NAMED = """
SELECT digest, source, account_id, name FROM campaign
WHERE tenant_id = $1 AND name IS NOT NULL ORDER BY name, digest
"""


class CampaignStore:
    """Reads campaigns; ingestion writes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_digests(
        self, scope: TenantScope, digests: Sequence[UUID]
    ) -> dict[UUID, CampaignRecord]:
        """The campaigns of these digests that exist."""
        sql = f"{_SELECT} WHERE c.tenant_id = $1 AND c.digest = ANY($2)"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id, list(digests))
        return {row["digest"]: _record(row) for row in rows}

    async def named(self, scope: TenantScope) -> tuple[NamedCampaign, ...]:
        """Every campaign that has a name, in the order of names."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_NAMED, scope.tenant_id)
        return tuple(
            NamedCampaign(row["digest"], Source(row["source"]), row["account_id"], row["name"])
            for row in rows
        )

    async def page(self, scope: TenantScope, request: PageRequest) -> Page[CampaignRecord]:
        """One page in the order of digests; the cursor part is the digest in hex."""
        where = Conditions(scope.tenant_id)
        where.add("c.tenant_id = $1")
        _BY_DIGEST.seek(where, request)
        sql = f"{_SELECT} WHERE {where} {_BY_DIGEST.clause(request)}"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *where.values)
        return page_of(rows, request, _record)


def _record(row: asyncpg.Record) -> CampaignRecord:
    return CampaignRecord(
        digest=row["digest"],
        source=Source(row["source"]),
        account_id=row["account_id"],
        campaign_id=row["campaign_id"],
        name=row["name"],
        status=row["status"],
        objective=row["objective"],
        first_date=row["first_date"],
        last_date=row["last_date"],
    )
