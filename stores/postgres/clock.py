"""The tenant's clock: the moments at which vintages are learned, in the order of commits."""

from __future__ import annotations

from datetime import datetime

from core.scope import TenantScope
from stores.postgres.database import Connection
from stores.postgres.entries import merge_lock


async def advance_clock(connection: Connection, scope: TenantScope) -> datetime:
    """The moment at which this transaction's vintages are learned, later than any before.

    Holds the tenant's merge lock until commit, so moments grow in the order of commits.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", merge_lock(scope))
    moment: datetime = await connection.fetchval(_ADVANCE, scope.tenant_id)
    return moment


_ADVANCE = """
UPDATE data_clock
SET learned_at = greatest(clock_timestamp(), learned_at + interval '1 microsecond')
WHERE tenant_id = $1 RETURNING learned_at
"""
