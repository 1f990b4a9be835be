"""The worker's side of incidents: what else than findings may be of one, and into which it goes."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from core.records.insights import InsightRecord
from core.scope import TenantScope
from stores.postgres.clock import advance_clock
from stores.postgres.database import Database
from stores.postgres.insight_records import insight_record
from stores.postgres.run_work import Claimed, hold


class IncidentWorkStore:
    """Reads what is exact, and puts insights that were told before into incidents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def exact(self, scope: TenantScope, currency: str) -> tuple[InsightRecord, ...]:
        """What is exact about accounts of a currency and came in the last 28 days, oldest first."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_EXACT, scope.tenant_id, currency)
        return tuple(map(insight_record, rows))

    async def place(
        self, scope: TenantScope, claimed: Claimed, incident_of: Mapping[UUID, UUID]
    ) -> None:
        """Put insights, by their ids, into incidents, all at one moment."""
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            moment = await advance_clock(connection, scope)
            values = moment, list(incident_of), list(incident_of.values())
            await connection.execute(_PLACE, scope.tenant_id, *values)


_EXACT = """
SELECT i.* FROM insight i JOIN connection c ON c.tenant_id = i.tenant_id AND c.id = i.connection_id
WHERE i.tenant_id = $1 AND coalesce(i.currency, c.currency) = $2 AND i.fingerprint IS NULL
  AND i.detected_at > clock_timestamp() - interval '28 days'
ORDER BY i.id
"""
_PLACE = """
UPDATE insight i SET incident_id = p.incident_id, learned_at = $2
FROM unnest($3::uuid[], $4::uuid[]) p (id, incident_id) WHERE i.tenant_id = $1 AND i.id = p.id
"""
