"""The end of a run: its receipt, what it restated, and whether it may be called done."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from core.errors import Bug
from core.records.receipts import CheckStatus, ShrinkState
from core.records.runs import Receipt, ReceiptTotal, RunEventKind, RunKind, RunStatus
from core.scope import TenantScope
from stores.postgres.clock import advance_clock
from stores.postgres.database import Connection
from stores.postgres.diff_records import diff_of
from stores.postgres.raising import raise_insights
from stores.postgres.reconciliation import checked
from stores.postgres.run_events import counters_of, record_event
from stores.postgres.run_records import receipt_json
from stores.postgres.shrinks import shrink_state

_EVIDENCE = 50
"""How many entries an insight names as evidence at most; it counts them all."""


async def conclude(
    connection: Connection,
    scope: TenantScope,
    run_id: UUID,
    connection_id: UUID | None,
    message: str | None = None,
) -> Receipt:
    """End a run with its receipt, in the caller's transaction, which holds the run's row.

    Also once more, when what was held back has been decided. `message` is what its log ends
    with; None: what the receipt says. Bug when the receipt does not balance.
    """
    known = await connection.fetch(_EXACT, scope.tenant_id, run_id)
    receipt = await _receipt(connection, scope, run_id, connection_id)
    uncounted = await connection.fetchrow(_UNCOUNTED, scope.tenant_id, run_id)
    if not receipt.counters.balances or uncounted is not None:
        raise Bug(
            f"the receipt does not balance: {receipt.counters}, pages {tuple(uncounted or ())}",
            mend="report this; the stored rows are kept and the run can be tried again",
        )
    if receipt.diff is None and (receipt.counters.restated or receipt.counters.vanished):
        await connection.execute(_RESTATEMENTS, scope.tenant_id, run_id, connection_id)
    status = standing(receipt)
    await connection.execute(_END, scope.tenant_id, run_id, status, receipt_json(receipt))
    await record_event(
        connection, scope, run_id, RunEventKind(status.value), message or _summary(receipt)
    )
    told = await connection.fetch(_EXACT, scope.tenant_id, run_id)
    await raise_insights(connection, scope, run_id, _news(known, told))
    return receipt


def _news(known: Sequence[asyncpg.Record], told: Sequence[asyncpg.Record]) -> list[UUID]:
    """Of the exact insights of a run, those whose statement it had not made before."""
    before = {_statement(row) for row in known}
    return [row["id"] for row in told if _statement(row) not in before]


def _statement(row: asyncpg.Record) -> tuple[str | None, ...]:
    return row["kind"], row["metric"], row["currency"]


def standing(receipt: Receipt) -> RunStatus:
    """What a run with this receipt is: done, or what keeps it from being done."""
    if receipt.shrink is ShrinkState.HELD:
        return RunStatus.HELD
    return RunStatus.SUCCEEDED if receipt.is_complete else RunStatus.INCOMPLETE


def _summary(receipt: Receipt) -> str:
    refused = receipt.counters.rejected
    parts = (
        _state(receipt),
        f"{refused} records were rejected" if refused else None,
        *(
            f"{check.metric.replace('_', ' ')}: {check.reason}"
            for check in receipt.checks
            if check.status is CheckStatus.MISMATCHED
        ),
    )
    return "; ".join(part for part in parts if part)


def _state(receipt: Receipt) -> str:
    if receipt.diff is not None:
        would = "would change" if receipt.diff.is_preview else "changed"
        return f"{receipt.diff.changed} of {receipt.diff.looked_at} entries {would}"
    if receipt.shrink is ShrinkState.HELD:
        return "held: too many entries would vanish; accept or reject the shrink"
    if not receipt.is_complete:
        return "incomplete"
    return "nothing had changed" if receipt.changed_nothing else "complete"


async def _receipt(
    connection: Connection, scope: TenantScope, run_id: UUID, connection_id: UUID | None
) -> Receipt:
    moment = await advance_clock(connection, scope)
    run = await connection.fetchrow(_COUNTERS, scope.tenant_id, run_id)
    if run is None:
        raise Bug("the run is gone")
    totals = await connection.fetch(_TOTALS, scope.tenant_id, connection_id, run_id)
    counters = counters_of(run)
    kind = RunKind(run["kind"])
    asked = None if kind.is_internal else connection_id
    return Receipt(
        counters=counters,
        totals=tuple(map(_total, totals)),
        changed_nothing=not (counters.created or counters.restated or counters.vanished),
        as_of=moment,
        checks=await checked(connection, scope, run_id, asked) if asked else (),
        shrink=await shrink_state(connection, scope, run_id),
        diff=diff_of(run["checkpoint"]["diff"]) if kind is RunKind.TRANSFORMATION else None,
    )


def _total(row: asyncpg.Record) -> ReceiptTotal:
    return ReceiptTotal(**dict(row))


# Replays count records of other runs' pages, pages of old had no counts of their own, and pages
# of totals (readings below 0) have no records: one that could not be read is told by its check.
_UNCOUNTED = """
SELECT sum(p.fetched), sum(p.stored), sum(p.unchanged), sum(p.rejected)
FROM run r JOIN raw_page p ON p.tenant_id = r.tenant_id AND p.run_id = r.id AND p.reading >= 0
WHERE r.tenant_id = $1 AND r.id = $2 AND r.kind <> 'REPLAY'
GROUP BY r.id, r.fetched, r.stored, r.unchanged, r.rejected
HAVING NOT bool_or(p.merged_at IS NOT NULL AND p.fetched IS NULL) AND (
    bool_or(p.merged_at IS NULL)
    OR (sum(p.fetched), sum(p.stored), sum(p.unchanged), sum(p.rejected))
       <> (r.fetched, r.stored, r.unchanged, r.rejected))
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
_EXACT = """
SELECT id, kind, metric, currency FROM insight
WHERE tenant_id = $1 AND run_id = $2 AND fingerprint IS NULL ORDER BY id
"""
_END = """
UPDATE run SET status = $3, receipt = $4, progress = 1, ended_at = coalesce(ended_at, now())
WHERE tenant_id = $1 AND id = $2
"""
_COMPARED = ("spend", "impressions", "clicks", "conversions", "conversion_value")
_NEW = ", ".join(f"v.{name}" for name in _COMPARED)
_PAIRS = ", ".join(f"('{name}', old.{name}::numeric, new.{name}::numeric)" for name in _COMPARED)
# A day inside its look-back moves by design; only one that an earlier run last read after it, and
# so had settled, is news. An entry that this run wrote more than once counts by its last version.
# What was unknown before is no restatement; what vanished counts as moved to zero.
_RESTATEMENTS = f"""
INSERT INTO insight (
    tenant_id, kind, connection_id, run_id, metric, currency, since, until, before, after,
    entries, evidence_dates, evidence_digests, learned_at)
SELECT $1, 'RESTATEMENT', $3, $2, moved.metric, moved.currency, min(moved.date),
       max(moved.date), sum(moved.before), sum(moved.after), count(*),
       (array_agg(moved.date ORDER BY moved.size DESC, moved.date))[:{_EVIDENCE}],
       (array_agg(moved.digest ORDER BY moved.size DESC, moved.date))[:{_EVIDENCE}],
       (SELECT learned_at FROM data_clock WHERE tenant_id = $1)
FROM (
    SELECT new.date, new.digest, pair.metric, pair.before, coalesce(pair.after, 0) AS after,
           CASE WHEN pair.metric IN ('spend', 'conversion_value') THEN new.currency END AS currency,
           abs(coalesce(pair.after, 0) - pair.before) AS size
    FROM (
        SELECT DISTINCT ON (v.date, v.digest)
               v.date, v.digest, v.learned_at, v.is_present, {_NEW},
               known.currency, known.connection_id
        FROM marketing_entry_vintage v
        JOIN marketing_entry known ON known.tenant_id = $1 AND known.date = v.date
            AND known.digest = v.digest AND known.vintage_count > 1
        WHERE v.tenant_id = $1 AND v.run_id = $2
        ORDER BY v.date, v.digest, v.learned_at DESC
    ) new
    JOIN (
        SELECT k.id, k.time_zone,
               settles_after(k.tenant_id, k.id, k.look_back_days, 'infinity') AS days
        FROM connection k WHERE k.tenant_id = $1 AND k.id = $3 OFFSET 0
    ) settled ON settled.id = new.connection_id
    CROSS JOIN LATERAL (
        SELECT o.* FROM marketing_entry_vintage o
        WHERE o.tenant_id = $1 AND o.date = new.date AND o.digest = new.digest
          AND o.learned_at < new.learned_at AND o.run_id <> $2
        ORDER BY o.learned_at DESC LIMIT 1
    ) old
    CROSS JOIN LATERAL (
        SELECT greatest(old.learned_at, max(d.read_at)) AS at FROM day_reading d
        WHERE d.tenant_id = $1 AND d.connection_id = new.connection_id
          AND d.date = new.date AND d.run_id <> $2
    ) confirmed
    CROSS JOIN LATERAL (VALUES {_PAIRS}) pair (metric, before, after)
    WHERE old.is_present
      AND (confirmed.at AT TIME ZONE settled.time_zone)::date - new.date > settled.days
      AND pair.before IS NOT NULL AND pair.before <> coalesce(pair.after, 0)
      AND (pair.after IS NOT NULL OR NOT new.is_present)
) moved
GROUP BY moved.metric, moved.currency
ON CONFLICT (tenant_id, run_id, kind, metric, currency) WHERE fingerprint IS NULL DO UPDATE SET
    since = excluded.since, until = excluded.until, before = excluded.before,
    after = excluded.after, entries = excluded.entries, learned_at = excluded.learned_at,
    evidence_dates = excluded.evidence_dates, evidence_digests = excluded.evidence_digests
"""
