"""Campaigns under their current names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from core.records.connections import Source
from core.records.entries import CampaignRecord
from core.records.naming import NamedCampaign, NameMoment
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from stores.postgres.conditions import Conditions
from stores.postgres.database import Database
from stores.postgres.entries import settle
from stores.postgres.paging import Ordering, page_of

_SELECT = """
SELECT c.*, span.first_date, span.last_date FROM campaign c
LEFT JOIN LATERAL (
    SELECT min(e.date) AS first_date, max(e.date) AS last_date FROM marketing_entry e
    WHERE e.tenant_id = c.tenant_id AND e.campaign = c.digest AND e.is_present
) span ON true
"""
_BY_DIGEST = Ordering(("c.digest",), (UUID,))


_NAMES = """
SELECT n.digest, c.source, c.account_id, n.name, n.learned_at AS since,
       lead(n.learned_at) OVER (PARTITION BY n.digest ORDER BY n.learned_at) AS until
FROM campaign_name n JOIN campaign c ON c.tenant_id = $1 AND c.digest = n.digest
WHERE n.tenant_id = $1 AND coalesce(n.learned_at <= $2, true) ORDER BY n.name, n.digest
"""
_NAMES_AT = """
SELECT asked.digest, asked.at, c.source, c.account_id, n.name
FROM unnest($2::uuid[], $3::timestamptz[]) asked (digest, at)
JOIN campaign c ON c.tenant_id = $1 AND c.digest = asked.digest
CROSS JOIN LATERAL (
    SELECT k.name FROM campaign_name k
    WHERE k.tenant_id = $1 AND k.digest = asked.digest AND k.learned_at <= asked.at
    ORDER BY k.learned_at DESC LIMIT 1
) n
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

    async def names(
        self, scope: TenantScope, as_of: datetime | None = None
    ) -> tuple[NamedCampaign, ...]:
        """Every name that a campaign has or had, in the order of names; those known at `as_of`."""
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(_NAMES, scope.tenant_id, as_of)
        return tuple(NamedCampaign(**dict(row) | {"source": Source(row["source"])}) for row in rows)

    async def names_at(
        self, scope: TenantScope, moments: Sequence[NameMoment]
    ) -> dict[NameMoment, NamedCampaign]:
        """Campaigns under the names that they had at those moments, where they had one."""
        digests, at = [each.digest for each in moments], [each.at for each in moments]
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_NAMES_AT, scope.tenant_id, digests, at)
        return {
            NameMoment(row["digest"], row["at"]): NamedCampaign(
                row["digest"], Source(row["source"]), row["account_id"], row["name"]
            )
            for row in rows
        }

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
