"""Deciding on what was held back: buried exactly as it was shown, or kept."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.errors import Bug, Conflict
from core.missing import no_run
from core.records.audit import Act
from core.records.receipts import HeldShrink, ShrinkState
from core.records.runs import Counters, RunRecord, RunStatus
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.audit import acting
from stores.postgres.clock import advance_clock
from stores.postgres.database import Connection, Database
from stores.postgres.endings import conclude
from stores.postgres.run_events import record_restatement
from stores.postgres.run_records import run_record
from stores.postgres.shrinks import shrinks_of


class ShrinkStore:
    """Shrinks that were held, and the decisions on them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_runs(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, HeldShrink]:
        """What these runs held back, for those that did."""
        async with self._database.read(scope) as connection:
            return await shrinks_of(connection, scope, ids)

    async def accept(self, scope: TenantScope, run_id: UUID) -> RunRecord:
        """Bury what was shown, all of it or nothing; Conflict when any of it has moved since."""
        async with acting(
            self._database, scope, Act.SHRINK_ACCEPTED, f"run:{run_id}"
        ) as connection:
            run = await _held(connection, scope, run_id)
            moment = await advance_clock(connection, scope)
            await _refuse_moved(connection, scope, run)
            gone = await connection.fetchrow(_BURY, scope.tenant_id, run_id, moment)
            if gone is None:
                raise Bug("nothing was held for the run")
            await connection.execute(_COUNT, scope.tenant_id, run_id, gone["entries"])
            dates = DateRange(gone["since"], gone["until"])
            buried = Counters(vanished=gone["entries"])
            await record_restatement(connection, scope, run_id, buried, dates)
            return await _decide(connection, scope, run, ShrinkState.ACCEPTED)

    async def reject(self, scope: TenantScope, run_id: UUID) -> RunRecord:
        """Keep the entries that would have vanished."""
        async with acting(
            self._database, scope, Act.SHRINK_REJECTED, f"run:{run_id}"
        ) as connection:
            run = await _held(connection, scope, run_id)
            return await _decide(connection, scope, run, ShrinkState.REJECTED)


async def _held(connection: Connection, scope: TenantScope, run_id: UUID) -> RunRecord:
    run = await _locked(connection, scope, run_id)
    if run.status is not RunStatus.HELD:
        raise Conflict(
            f"the run is {run.status.lower()} and holds nothing back",
            field="runId",
            mend="decide on a run that is HELD, once",
        )
    return run


async def _locked(connection: Connection, scope: TenantScope, run_id: UUID) -> RunRecord:
    sql = "SELECT * FROM run WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
    row = await connection.fetchrow(sql, scope.tenant_id, run_id)
    if row is None:
        raise no_run()
    return run_record(row)


async def _refuse_moved(connection: Connection, scope: TenantScope, run: RunRecord) -> None:
    moved = await connection.fetchval(_MOVED, scope.tenant_id, run.id, run.connection_id)
    if moved:
        raise Conflict(
            f"{moved} of the entries that would vanish have been read or changed since",
            field="runId",
            mend="reject this shrink, and decide by a newer reading of these days",
        )


async def _decide(
    connection: Connection, scope: TenantScope, run: RunRecord, state: ShrinkState
) -> RunRecord:
    await connection.execute(_DECIDE, scope.tenant_id, run.id, state, scope.actor)
    await conclude(connection, scope, run.id, run.connection_id)
    return await _locked(connection, scope, run.id)


# Read again: by a reading that ended since, or on a page of one that has not ended.
_MOVED = """
WITH again AS (
    SELECT s.date, s.digest
    FROM held_shrink h
    JOIN run r ON r.tenant_id = $1 AND r.connection_id = $3 AND r.id <> $2
    JOIN raw_page p ON p.tenant_id = $1 AND p.run_id = r.id AND p.merged_at > h.held_at
    CROSS JOIN LATERAL unnest(p.seen_dates, p.seen_digests) s (date, digest)
    WHERE h.tenant_id = $1 AND h.run_id = $2
)
SELECT count(*) FROM held_entry h
JOIN held_shrink s ON s.tenant_id = h.tenant_id AND s.run_id = h.run_id
LEFT JOIN marketing_entry e ON e.tenant_id = h.tenant_id AND e.date = h.date
    AND e.digest = h.digest AND e.is_present AND e.learned_at = h.learned_at
WHERE h.tenant_id = $1 AND h.run_id = $2 AND (
    e.digest IS NULL
    OR EXISTS (SELECT FROM again a WHERE a.date = h.date AND a.digest = h.digest)
    OR EXISTS (
        SELECT FROM day_reading d
        WHERE d.tenant_id = $1 AND d.connection_id = $3 AND d.date = h.date
          AND d.run_id <> $2 AND d.read_at > s.held_at))
"""
_BURY = """
WITH gone AS (
    UPDATE marketing_entry e
    SET is_present = false, learned_at = $3, vintage_count = vintage_count + 1, run_id = $2
    FROM held_entry h
    WHERE h.tenant_id = $1 AND h.run_id = $2
      AND e.tenant_id = $1 AND e.date = h.date AND e.digest = h.digest
    RETURNING e.date, e.digest
), buried AS (
    INSERT INTO marketing_entry_vintage (
        tenant_id, date, digest, learned_at, is_present, run_id)
    SELECT $1, date, digest, $3, false, $2 FROM gone
)
SELECT count(*) AS entries, min(date) AS since, max(date) AS until FROM gone
"""
_COUNT = "UPDATE run SET vanished = vanished + $3 WHERE tenant_id = $1 AND id = $2"
_DECIDE = """
UPDATE held_shrink SET state = $3, decided_at = now(), decided_by = $4
WHERE tenant_id = $1 AND run_id = $2
"""
