"""The end of a reading: tombstones, unless there are too many, and readings by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.jsonvalue import JSONObject
from core.records.runs import Counters, Receipt, RunEventKind
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.clock import advance_clock
from stores.postgres.database import Connection, Database
from stores.postgres.endings import conclude
from stores.postgres.run_events import record_event, record_restatement
from stores.postgres.run_work import Claimed, hold
from stores.postgres.shrinks import Partition, TooMuchVanished, refuse_large, withhold


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a connection, whose pages have all been merged.

    `dates` is None where the content decides. A reading that `is_whole` says all there is
    for its days: entries of those days that it did not bring have vanished.
    """

    number: int
    dates: DateRange | None
    is_whole: bool


@dataclass(frozen=True, slots=True)
class _Closing:
    """A reading at its end: the days it covers, and the moment its end is learned."""

    reading: Reading
    dates: DateRange
    moment: datetime


@dataclass(frozen=True, slots=True)
class _Gone:
    """How many entries vanished with a reading, and the days of them; how many were held."""

    vanished: int = 0
    dates: DateRange | None = None
    held: int = 0


class ReadingStore:
    """Completes readings and runs, each in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def complete(
        self,
        scope: TenantScope,
        claimed: Claimed,
        reading: Reading,
        checkpoint: JSONObject,
        progress: float,
    ) -> int:
        """Close a reading; answers how many entries vanished with it.

        A reading that refused records leaves absent entries alone: a refused record may be
        one of them. Where too many are absent, they are held for a decision instead.
        """
        run_id = claimed.run.id
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            dates = reading.dates or await _span(connection, scope, run_id, reading.number)
            refused = await _refused(connection, scope, run_id, reading.number)
            gone = _Gone()
            if dates:
                moment = await advance_clock(connection, scope)
                closing = _Closing(reading, dates, moment)
                if reading.is_whole and not refused:
                    gone = await _bury_or_hold(connection, scope, claimed, closing)
                await _mark_read(connection, scope, claimed, closing)
            await connection.execute(
                _ADVANCE_RUN, scope.tenant_id, run_id, checkpoint, progress, gone.vanished
            )
            message = _told(reading, dates, refused, gone)
            await record_event(connection, scope, run_id, RunEventKind.WINDOW_COMPLETED, message)
            buried = Counters(vanished=gone.vanished)
            await record_restatement(connection, scope, run_id, buried, gone.dates)
        return gone.vanished

    async def finish(self, scope: TenantScope, claimed: Claimed) -> Receipt:
        """End the run with its receipt; Bug when the receipt does not balance."""
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            return await conclude(connection, scope, claimed.run.id, claimed.run.connection_id)


async def _span(
    connection: Connection, scope: TenantScope, run_id: UUID, number: int
) -> DateRange | None:
    row = await connection.fetchrow(_SPAN, scope.tenant_id, run_id, number)
    return DateRange(row[0], row[1]) if row and row[0] else None


async def _refused(connection: Connection, scope: TenantScope, run_id: UUID, number: int) -> int:
    return int(await connection.fetchval(_REFUSED, scope.tenant_id, run_id, number))


async def _bury_or_hold(
    connection: Connection, scope: TenantScope, claimed: Claimed, closing: _Closing
) -> _Gone:
    run = claimed.run
    days = Partition(run.of_connection, run.id, closing.dates, closing.moment)
    try:
        # Measured by doing it: what is too much is rolled back to this savepoint.
        async with connection.transaction():
            gone = await _bury(connection, scope, claimed, closing)
            await refuse_large(connection, scope, days, gone.vanished)
            return gone
    except TooMuchVanished as too_much:
        held = await withhold(connection, scope, days, closing.reading.number, too_much.standing)
        return _Gone(held=held)


async def _bury(
    connection: Connection, scope: TenantScope, claimed: Claimed, closing: _Closing
) -> _Gone:
    row = await connection.fetchrow(
        _BURY,
        scope.tenant_id,
        claimed.run.id,
        closing.reading.number,
        claimed.run.connection_id,
        closing.dates.since,
        closing.dates.until,
        closing.moment,
    )
    return _Gone(row[0], DateRange(row[1], row[2])) if row and row[0] else _Gone()


async def _mark_read(
    connection: Connection, scope: TenantScope, claimed: Claimed, closing: _Closing
) -> None:
    await connection.execute(
        _READ_WHOLE if closing.reading.is_whole else _READ_SEEN,
        scope.tenant_id,
        claimed.run.connection_id,
        claimed.run.id,
        closing.dates.since,
        closing.dates.until,
        closing.reading.number,
        closing.moment,
    )
    await connection.execute(_LAST_READ, scope.tenant_id, claimed.run.connection_id)


def _told(reading: Reading, dates: DateRange | None, refused: int, gone: _Gone) -> str:
    span = f"{dates.since} to {dates.until}" if dates else "no days"
    if reading.is_whole and refused:
        return f"{span} read; {refused} records refused, so absent entries were left as they are"
    if gone.held:
        return f"{span} read; {gone.held} entries would vanish, and are held for a decision"
    return f"{span} read; {gone.vanished} entries vanished"


_SPAN = """
SELECT min(d), max(d) FROM raw_page, unnest(seen_dates) d
WHERE tenant_id = $1 AND run_id = $2 AND reading = $3
"""
_REFUSED = """
SELECT count(*) FROM rejected_record r
JOIN raw_page p ON p.tenant_id = r.tenant_id AND p.id = r.raw_page_id
WHERE r.tenant_id = $1 AND r.run_id = $2 AND p.reading = $3
"""
_BURY = """
WITH seen AS (
    SELECT s.date, s.digest FROM raw_page p, unnest(p.seen_dates, p.seen_digests) s (date, digest)
    WHERE p.tenant_id = $1 AND p.run_id = $2 AND p.reading = $3
), gone AS (
    UPDATE marketing_entry e
    SET is_present = false, learned_at = $7, vintage_count = vintage_count + 1, run_id = $2
    WHERE e.tenant_id = $1 AND e.connection_id = $4 AND e.date BETWEEN $5 AND $6 AND e.is_present
      AND NOT EXISTS (SELECT FROM seen s WHERE s.date = e.date AND s.digest = e.digest)
    RETURNING e.date, e.digest
), buried AS (
    INSERT INTO marketing_entry_vintage (
        tenant_id, date, digest, learned_at, is_present, run_id)
    SELECT $1, date, digest, $7, false, $2 FROM gone
)
SELECT count(*), min(date), max(date) FROM gone
"""
_READ_WHOLE = """
INSERT INTO day_reading (tenant_id, connection_id, date, read_at, run_id)
SELECT $1, $2, d::date, $7, $3
FROM generate_series($4::date, $5::date, interval '1 day') d WHERE $6 >= 0
"""
_READ_SEEN = """
INSERT INTO day_reading (tenant_id, connection_id, date, read_at, run_id)
SELECT DISTINCT ON (d) $1, $2, d, $7::timestamptz, $3
FROM raw_page p, unnest(p.seen_dates) d
WHERE p.tenant_id = $1 AND p.run_id = $3 AND p.reading = $6 AND d BETWEEN $4 AND $5
"""
_LAST_READ = "UPDATE connection SET last_read_at = now() WHERE tenant_id = $1 AND id = $2"
_ADVANCE_RUN = """
UPDATE run SET checkpoint = $3, progress = greatest(progress, $4), vanished = vanished + $5
WHERE tenant_id = $1 AND id = $2
"""
