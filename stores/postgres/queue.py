"""Jobs: PgQueuer's queue, written in the transaction of what asks for the work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

import asyncpg
import orjson
from pgqueuer import AsyncpgDriver, Queries

from core.errors import Bug
from core.scope import SystemScope, TenantId, TenantScope
from stores.postgres.database import Connection, Database

RUN_ENTRYPOINT = "run"


@dataclass(frozen=True, slots=True)
class RunJob:
    """What a job row says: which run of which tenant. No secret, no data."""

    tenant_id: TenantId
    run_id: UUID

    @classmethod
    def from_payload(cls, payload: bytes | None) -> RunJob:
        """The job that `payload` names."""
        try:
            fields = orjson.loads(payload or b"")
            return cls(TenantId(UUID(fields["tenant_id"])), UUID(fields["run_id"]))
        except (ValueError, KeyError, TypeError) as error:
            raise Bug("a job without a tenant and a run") from error


async def enqueue_run(connection: Connection, tenant_id: UUID, run_id: UUID) -> None:
    """Ask for a run to be worked on; a run that is asked for already is left as it is."""
    driver = AsyncpgDriver(cast("asyncpg.Connection[asyncpg.Record]", connection))
    payload = orjson.dumps({"tenant_id": str(tenant_id), "run_id": str(run_id)})
    await Queries(driver).enqueue(
        RUN_ENTRYPOINT, payload, dedupe_key=str(run_id), on_conflict="skip"
    )


async def drop_job(connection: Connection, run_id: UUID) -> None:
    """Take the job of a run away, unless a worker has it."""
    await connection.execute(
        "DELETE FROM pgqueuer WHERE dedupe_key = $1 AND status = 'queued'", str(run_id)
    )


class QueueStore:
    """The queue as a whole: is it there, and does every open run have its job."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget_log(self, scope: SystemScope, age: timedelta) -> int:
        """Delete what the queue wrote down of jobs longer than `age` ago; how many lines."""
        del scope
        async with self._database.unbound() as connection:
            done = await connection.execute(_FORGET_LOG, age)
        return int(done.rpartition(" ")[2])

    async def ping(self) -> None:
        """Raise unless the queue's tables are there."""
        async with self._database.unbound() as connection:
            await connection.fetchval("SELECT count(*) FROM pgqueuer_schedules")

    async def orphans(self) -> tuple[RunJob, ...]:
        """Open runs without a job: their worker or its database died at the wrong moment."""
        async with self._database.watch() as connection:
            rows = await connection.fetch(_ORPHANS)
        return tuple(RunJob(TenantId(row["tenant_id"]), row["id"]) for row in rows)

    async def open_runs(self) -> dict[str, int]:
        """How many runs of all tenants are queued and running."""
        async with self._database.watch() as connection:
            rows = await connection.fetch(_OPEN_RUNS)
        return {row["status"]: row["runs"] for row in rows}

    async def should_give_way(
        self, scope: TenantScope, run_id: UUID, tier_runs: Mapping[str, int], *, is_turn_over: bool
    ) -> bool:
        """Whether another run has more need of the place that this one holds.

        A backfill makes room for its tenant's other runs at once; a run whose turn is over makes
        room for a tenant that holds fewer places.
        """
        sql = "SELECT gives_way($1, $2, $3)"
        async with self._database.read(scope) as connection:
            return bool(await connection.fetchval(sql, run_id, is_turn_over, dict(tier_runs)))

    async def requeue(self, scope: TenantScope, run_id: UUID) -> None:
        """Give a run its job back."""
        async with self._database.write(scope) as connection:
            await enqueue_run(connection, scope.tenant_id, run_id)


_OPEN_RUNS = """
SELECT s.status, count(r.id) AS runs FROM unnest(ARRAY['QUEUED', 'RUNNING']) s (status)
LEFT JOIN run r ON r.status = s.status AND r.status IN ('QUEUED', 'RUNNING') GROUP BY s.status
"""
_ORPHANS = """
SELECT r.tenant_id, r.id FROM run r
WHERE r.status IN ('QUEUED', 'RUNNING')
  AND NOT EXISTS (
      SELECT FROM pgqueuer q
      WHERE q.dedupe_key = r.id::text AND q.status IN ('queued', 'picked'))
"""
_FORGET_LOG = "DELETE FROM pgqueuer_log WHERE created < clock_timestamp() - $1::interval"
