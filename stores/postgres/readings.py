"""The end of a reading and of a run: tombstones, readings by day, receipt, restatements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from core.errors import Bug
from core.jsonvalue import JSONObject
from core.records.runs import Counters, Receipt, ReceiptTotal, RunEventKind
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.database import Connection, Database
from stores.postgres.merge import advance_clock
from stores.postgres.run_events import counters_of, record_event, record_restatement
from stores.postgres.run_records import receipt_json
from stores.postgres.run_work import Claimed, hold

_EVIDENCE = 50
"""How many entries an insight names as evidence at most; it counts them all."""


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
    """How many entries vanished with a reading, and the days of them."""

    vanished: int = 0
    dates: DateRange | None = None


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
        one of them.
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
                    gone = await _bury(connection, scope, claimed, closing)
                await _mark_read(connection, scope, claimed, closing)
            await connection.execute(
                _ADVANCE_RUN, scope.tenant_id, run_id, checkpoint, progress, gone.vanished
            )
            message = _told(reading, dates, refused, gone.vanished)
            await record_event(connection, scope, run_id, RunEventKind.WINDOW_COMPLETED, message)
            buried = Counters(vanished=gone.vanished)
            await record_restatement(connection, scope, run_id, buried, gone.dates)
        return gone.vanished

    async def finish(self, scope: TenantScope, claimed: Claimed) -> Receipt:
        """End the run with its receipt; Bug when the receipt does not balance."""
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            receipt = await _receipt(connection, scope, claimed)
            if not receipt.counters.balances:
                raise Bug(
                    f"the receipt does not balance: {receipt.counters}",
                    mend="report this; the stored rows are kept and the run can be tried again",
                )
            await connection.execute(
                _RESTATEMENTS, scope.tenant_id, claimed.run.id, claimed.run.connection_id
            )
            await connection.execute(
                _SUCCEED, scope.tenant_id, claimed.run.id, receipt_json(receipt)
            )
            await record_event(
                connection, scope, claimed.run.id, RunEventKind.SUCCEEDED, _summary(receipt)
            )
        return receipt


async def _span(
    connection: Connection, scope: TenantScope, run_id: UUID, number: int
) -> DateRange | None:
    row = await connection.fetchrow(_SPAN, scope.tenant_id, run_id, number)
    return DateRange(row[0], row[1]) if row and row[0] else None


async def _refused(connection: Connection, scope: TenantScope, run_id: UUID, number: int) -> int:
    return int(await connection.fetchval(_REFUSED, scope.tenant_id, run_id, number))


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


def _told(reading: Reading, dates: DateRange | None, refused: int, vanished: int) -> str:
    span = f"{dates.since} to {dates.until}" if dates else "no days"
    if reading.is_whole and refused:
        return f"{span} read; {refused} records refused, so absent entries were left as they are"
    return f"{span} read; {vanished} entries vanished"


def _summary(receipt: Receipt) -> str:
    text = "nothing had changed" if receipt.changed_nothing else "complete"
    refused = receipt.counters.rejected
    return f"{text}; {refused} records were rejected" if refused else text


async def _receipt(connection: Connection, scope: TenantScope, claimed: Claimed) -> Receipt:
    moment = await advance_clock(connection, scope)
    run = await connection.fetchrow(_COUNTERS, scope.tenant_id, claimed.run.id)
    if run is None:
        raise Bug("the run is gone")
    totals = await connection.fetch(
        _TOTALS, scope.tenant_id, claimed.run.connection_id, claimed.run.id
    )
    counters = counters_of(run)
    return Receipt(
        counters=counters,
        totals=tuple(map(_total, totals)),
        changed_nothing=not (counters.created or counters.restated or counters.vanished),
        as_of=moment,
    )


def _total(row: asyncpg.Record) -> ReceiptTotal:
    return ReceiptTotal(**dict(row))


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
_COUNTERS = "SELECT * FROM run WHERE tenant_id = $1 AND id = $2"
_TOTALS = """
WITH span AS (
    SELECT coalesce(r.since, min(d)) AS since, coalesce(r.until, max(d)) AS until
    FROM run r
    LEFT JOIN raw_page p ON r.since IS NULL AND p.tenant_id = r.tenant_id AND p.run_id = r.id
    LEFT JOIN LATERAL unnest(p.seen_dates) d ON true
    WHERE r.tenant_id = $1 AND r.id = $3 GROUP BY r.since, r.until
)
SELECT e.currency, count(*) AS entries, sum(e.spend) AS spend,
       sum(e.impressions)::bigint AS impressions, sum(e.clicks)::bigint AS clicks,
       sum(e.conversions) AS conversions, sum(e.conversion_value) AS conversion_value
FROM marketing_entry e, span
WHERE e.tenant_id = $1 AND e.connection_id = $2 AND e.is_present
  AND e.date BETWEEN span.since AND span.until
GROUP BY e.currency ORDER BY e.currency
"""
_SUCCEED = """
UPDATE run SET status = 'SUCCEEDED', receipt = $3, progress = 1, ended_at = now()
WHERE tenant_id = $1 AND id = $2
"""
_COMPARED = ("spend", "impressions", "clicks", "conversions", "conversion_value")
_PAIRS = ", ".join(f"('{name}', old.{name}::numeric, new.{name}::numeric)" for name in _COMPARED)
# A day inside its look-back moves by design; only one that an earlier run last read after it, and
# so had settled, is news. An entry that this run wrote more than once counts by its last version.
# What was unknown before is no restatement; what vanished counts as moved to zero.
_RESTATEMENTS = f"""
INSERT INTO insight (
    tenant_id, kind, connection_id, run_id, metric, currency, since, until, before, after,
    entries, evidence_dates, evidence_digests)
SELECT $1, 'RESTATEMENT', $3, $2, moved.metric, moved.currency, min(moved.date),
       max(moved.date), sum(moved.before), sum(moved.after), count(*),
       (array_agg(moved.date ORDER BY moved.size DESC, moved.date))[:{_EVIDENCE}],
       (array_agg(moved.digest ORDER BY moved.size DESC, moved.date))[:{_EVIDENCE}]
FROM (
    SELECT new.date, new.digest, pair.metric, pair.before, coalesce(pair.after, 0) AS after,
           CASE WHEN pair.metric IN ('spend', 'conversion_value') THEN e.currency END AS currency,
           abs(coalesce(pair.after, 0) - pair.before) AS size
    FROM (
        SELECT DISTINCT ON (v.date, v.digest) v.* FROM marketing_entry_vintage v
        WHERE v.tenant_id = $1 AND v.run_id = $2
        ORDER BY v.date, v.digest, v.learned_at DESC
    ) new
    JOIN marketing_entry e
        ON e.tenant_id = $1 AND e.date = new.date AND e.digest = new.digest
    JOIN connection c ON c.tenant_id = $1 AND c.id = e.connection_id
    CROSS JOIN LATERAL (
        SELECT o.* FROM marketing_entry_vintage o
        WHERE o.tenant_id = $1 AND o.date = new.date AND o.digest = new.digest
          AND o.learned_at < new.learned_at AND o.run_id <> $2
        ORDER BY o.learned_at DESC LIMIT 1
    ) old
    CROSS JOIN LATERAL (
        SELECT greatest(old.learned_at, max(d.read_at)) AS at FROM day_reading d
        WHERE d.tenant_id = $1 AND d.connection_id = e.connection_id AND d.date = new.date
          AND d.run_id <> $2
    ) confirmed
    CROSS JOIN LATERAL (VALUES {_PAIRS}) pair (metric, before, after)
    WHERE old.is_present
      AND (confirmed.at AT TIME ZONE c.time_zone)::date - new.date > c.look_back_days
      AND pair.before IS NOT NULL AND pair.before <> coalesce(pair.after, 0)
      AND (pair.after IS NOT NULL OR NOT new.is_present)
) moved
GROUP BY moved.metric, moved.currency
ON CONFLICT DO NOTHING
"""
