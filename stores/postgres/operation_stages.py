"""What a tenant lets pass, and which documents were seen passing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from core.records.audit import Act
from core.records.operations import SeenOperation, Sighting, Stage, StageRecord
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from stores.postgres.audit import record_act
from stores.postgres.conditions import Conditions
from stores.postgres.database import Database, storable
from stores.postgres.paging import Ordering, page_of

MAX_SEEN = 1_000
EVERY_CLIENT = ""
_NEWEST_FIRST = Ordering(
    ("first_seen_at", "client", "id"), (datetime.fromisoformat, str, str), is_descending=True
)


class StageStore:
    """Reads and sets stages; counts what is seen."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stages(self, scope: TenantScope) -> tuple[StageRecord, ...]:
        """The tenant's own first, then those of its clients by name."""
        sql = (
            "SELECT client, stage, set_at, set_by FROM operation_stage "
            "WHERE tenant_id = $1 ORDER BY client"
        )
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id)
        return tuple(map(_stage, rows))

    async def set_stage(self, scope: TenantScope, client: str | None, stage: Stage | None) -> None:
        """Let `client` send so much from now on; None as client: every one without its own.

        None as stage takes a client's own away.
        """
        values = [scope.tenant_id, client or EVERY_CLIENT]
        async with self._database.write(scope) as connection:
            if stage is None:
                await connection.execute(_FORGET, *values)
            else:
                await connection.execute(_SET, *values, stage, scope.actor)
            await record_act(
                connection,
                scope,
                Act.OPERATION_STAGE_SET,
                None if client is None else f"client:{client}",
                stage=stage,
            )

    async def record(self, scope: TenantScope, sightings: Sequence[Sighting]) -> None:
        """Count what was seen; of more than `MAX_SEEN` rows those seen last are kept."""
        columns = [
            [each.client or EVERY_CLIENT for each in sightings],
            [each.id for each in sightings],
            [storable(each.document) for each in sightings],
            [each.times for each in sightings],
        ]
        async with self._database.write(scope) as connection:
            await connection.execute(_COUNT, scope.tenant_id, *columns)
            await connection.execute(_KEEP, scope.tenant_id, MAX_SEEN)

    async def seen(
        self,
        scope: TenantScope,
        request: PageRequest,
        clients: Sequence[str],
        known: Sequence[str],
    ) -> Page[SeenOperation]:
        """One page, what was seen last for the first time at first.

        `known` are ids that are registered beside the tenant's own. The cursor's parts are
        moment, client and id.
        """
        where = Conditions(scope.tenant_id, list(known))
        where.add("tenant_id = $1")
        where.among("client", clients)
        _NEWEST_FIRST.seek(where, request)
        sql = f"{_SEEN} WHERE {where} {_NEWEST_FIRST.clause(request)}"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *where.values)
        return page_of(rows, request, _seen)

    async def all_seen(self, scope: TenantScope, known: Sequence[str]) -> tuple[SeenOperation, ...]:
        """Every one, those seen most often first."""
        sql = f"{_SEEN} WHERE tenant_id = $1 ORDER BY times DESC, client, id"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id, list(known))
        return tuple(map(_seen, rows))


def _stage(row: asyncpg.Record) -> StageRecord:
    return StageRecord(row["client"] or None, Stage(row["stage"]), row["set_at"], row["set_by"])


def _seen(row: asyncpg.Record) -> SeenOperation:
    return SeenOperation(
        id=row["id"],
        client=row["client"] or None,
        document=row["document"],
        first_seen_at=row["first_seen_at"],
        last_seen_at=row["last_seen_at"],
        times=row["times"],
        is_registered=row["is_registered"],
    )


_SET = """
INSERT INTO operation_stage (tenant_id, client, stage, set_by) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, client)
DO UPDATE SET stage = excluded.stage, set_at = now(), set_by = excluded.set_by
"""

_FORGET = "DELETE FROM operation_stage WHERE tenant_id = $1 AND client = $2"

# In the order of the key, so that two processes lock alike.
_COUNT = """
INSERT INTO operation_seen AS s (tenant_id, client, id, document, times)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) AS n (client, id)
ORDER BY client, id
ON CONFLICT (tenant_id, client, id)
DO UPDATE SET times = s.times + excluded.times, last_seen_at = now()
"""

_KEEP = """
DELETE FROM operation_seen WHERE tenant_id = $1 AND (client, id) IN (
    SELECT client, id FROM operation_seen WHERE tenant_id = $1
    ORDER BY last_seen_at DESC, client, id OFFSET $2
)
"""

_SEEN = """
SELECT client, id, document, first_seen_at, last_seen_at, times,
       id = ANY($2::text[]) OR EXISTS (
           SELECT FROM operation o
           WHERE o.tenant_id = s.tenant_id AND o.id = s.id AND o.retired_at IS NULL
       ) AS is_registered
FROM operation_seen s
"""
