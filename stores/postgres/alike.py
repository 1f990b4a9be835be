"""Pages that say what an earlier page said.

Such a page brings the entries that the earlier one brought. They are as it left them unless
one of them, or a campaign of theirs, has moved since, by whatever page or run: the tenant's
clock, which every change is marked with, tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from core.scope import TenantScope
from stores.postgres.clock import advance_clock
from stores.postgres.database import Connection


async def confirm_pages(
    connection: Connection, scope: TenantScope, earlier: Mapping[UUID, UUID | None]
) -> dict[UUID, int]:
    """Mark the pages as merged whose earlier page still stands; answers their records.

    `earlier`: by the id of a page that is not merged, that of one which says the same.
    """
    await advance_clock(connection, scope)
    await connection.execute(_SETTINGS)
    asked = scope.tenant_id, list(earlier), list(earlier.values())
    span = await connection.fetchrow(_SPAN, scope.tenant_id, asked[2])
    rows = await connection.fetch(_CONFIRM, *asked, *(span or ()))
    return {row["id"]: row["fetched"] for row in rows}


# The plan must see how many entries there are, and which months they lie in.
_SETTINGS = "SET LOCAL work_mem = '64MB'; SET LOCAL plan_cache_mode = force_custom_plan"
_SPAN = """
SELECT min(d), max(d) FROM raw_page p, unnest(p.seen_dates) d
WHERE p.tenant_id = $1 AND p.id = ANY($2)
"""
_CONFIRM = """
WITH asked AS MATERIALIZED (
    SELECT p.id, q.seen_dates, q.seen_digests, q.fetched, q.settled_at
    FROM unnest($2::uuid[], $3::uuid[]) pair (id, same_as)
    JOIN raw_page p ON p.tenant_id = $1 AND p.id = pair.id AND p.merged_at IS NULL
    JOIN raw_page q ON q.tenant_id = $1 AND q.id = pair.same_as AND q.settled_at IS NOT NULL
), moved AS (
    SELECT DISTINCT a.id
    FROM asked a
    CROSS JOIN LATERAL unnest(a.seen_dates, a.seen_digests) s (date, digest)
    LEFT JOIN marketing_entry e ON e.tenant_id = $1 AND e.date = s.date AND e.digest = s.digest
        AND e.date BETWEEN $4 AND $5
    LEFT JOIN campaign c ON c.tenant_id = $1 AND c.digest = e.campaign
    WHERE e.digest IS NULL OR NOT e.is_present OR e.learned_at > a.settled_at
       OR c.changed_at > a.settled_at
)
UPDATE raw_page p
SET merged_at = clock_timestamp(), settled_at = clock.learned_at, seen_dates = a.seen_dates,
    seen_digests = a.seen_digests, fetched = a.fetched, stored = 0, unchanged = a.fetched,
    rejected = 0
FROM asked a, data_clock clock
WHERE p.tenant_id = $1 AND clock.tenant_id = $1 AND p.id = a.id
  AND a.id NOT IN (SELECT id FROM moved)
RETURNING p.id, p.fetched
"""
