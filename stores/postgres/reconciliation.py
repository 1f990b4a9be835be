"""The platform's own totals of an account, as it told them, and our entries held against them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from core.reconciling import ADDITIVE, NOTHING_OVER, REACH, DayTotals, compared, unassessed
from core.records.receipts import CheckStatus, TotalCheck
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.database import Connection
from stores.postgres.receipt_policy import policy_of

_EVIDENCE = 50
MAX_GAPS = 31
"""How many days of gaps a receipt names; it counts them all, and all are asked about again."""
NEVER_ASKED = "the platform was not asked for its totals"
READ_AGAIN = "later runs have read days again: their receipts tell of those"


@dataclass(frozen=True, slots=True)
class _Run:
    """Whose totals are compared, and by how much they may differ."""

    id: UUID
    connection_id: UUID
    currency: str
    tolerance: Decimal


async def checked(
    connection: Connection, scope: TenantScope, run_id: UUID, connection_id: UUID
) -> tuple[TotalCheck, ...]:
    """Every metric of a run against the platform's totals, in the caller's transaction.

    Each metric that is apart becomes an insight of the run. Its days are remembered, and asked
    about by later runs, until one finds them together; those do not count against that run.
    Days that another run has read since are left to it: totals of before say nothing of them.
    """
    currency = await connection.fetchval(_CURRENCY, scope.tenant_id, connection_id)
    policy = await policy_of(connection, scope, connection_id)
    run = _Run(run_id, connection_id, currency, policy.tolerance)
    reasons = await connection.fetch(_REASONS, scope.tenant_id, run_id)
    asked = await connection.fetch(_ASKED, scope.tenant_id, run_id, connection_id)
    standing = [row for row in asked if not row["is_read_again"]]
    found = await _compared(connection, scope, run, _days(standing, is_own=True))
    others = await _compared(connection, scope, run, _days(standing, is_own=False))
    standing_days = [row["date"] for row in standing]
    await connection.execute(_FORGET_GAPS, scope.tenant_id, connection_id, standing_days)
    await connection.execute(_FORGET_INSIGHTS, scope.tenant_id, run_id)
    for check in (*found, *others):
        await _remember(connection, scope, run, check)
    for checks, is_own in ((found, True), (others, False)):
        await _judge(connection, scope, run, checks, _days(standing, is_own=is_own))
    for check in found:
        await _tell(connection, scope, run, check)
    told = [row["reason"] for row in reasons]
    if any(row["is_own"] and row["is_read_again"] for row in asked):
        told.append(READ_AGAIN)
    named = [replace(check, gaps=check.gaps[:MAX_GAPS]) for check in found]
    return _qualified(named, told)


def _days(asked: Sequence[asyncpg.Record], *, is_own: bool) -> list[date]:
    """Days of the run's own range, or those that earlier runs had found apart."""
    return [row["date"] for row in asked if row["is_own"] is is_own]


def _qualified(found: Sequence[TotalCheck], reasons: Sequence[str]) -> tuple[TotalCheck, ...]:
    """What was found, unless a part of the days was not told of: then nobody knows of a match."""
    if not found:
        return unassessed(reasons[0] if reasons else NEVER_ASKED)
    untold = [reason for reason in reasons if reason != NOTHING_OVER]
    return tuple(
        replace(check, status=CheckStatus.NOT_ASSESSED, reason=untold[0])
        if untold and check.status is CheckStatus.MATCHED
        else check
        for check in found
    )


async def _compared(
    connection: Connection, scope: TenantScope, run: _Run, days: Sequence[date]
) -> tuple[TotalCheck, ...]:
    """A check of each metric over `days`; none where there are none."""
    if not days:
        return ()
    dates = DateRange(min(days), max(days))
    rows = await connection.fetch(
        _BY_DAY, scope.tenant_id, run.id, run.connection_id, days, dates.since, dates.until
    )
    found = compared([_day(row) for row in rows], dates, run.currency, run.tolerance)
    return (*found, REACH) if any(row["has_reach"] for row in rows) else found


async def _remember(
    connection: Connection, scope: TenantScope, run: _Run, check: TotalCheck
) -> None:
    days = [gap.date for gap in check.gaps]
    await connection.execute(
        _OPEN_GAPS, scope.tenant_id, run.id, run.connection_id, check.metric, days
    )


async def _judge(
    connection: Connection,
    scope: TenantScope,
    run: _Run,
    checks: Sequence[TotalCheck],
    days: Sequence[date],
) -> None:
    """Keep of each day how many metrics were compared and how many were apart: its accuracy."""
    assessed = [check for check in checks if check.status is not CheckStatus.NOT_ASSESSED]
    apart = Counter(gap.date for check in assessed for gap in check.gaps)
    if assessed:
        await connection.execute(
            _ACCURACY,
            scope.tenant_id,
            run.connection_id,
            len(assessed),
            days,
            [apart[day] for day in days],
        )


async def _tell(connection: Connection, scope: TenantScope, run: _Run, check: TotalCheck) -> None:
    if check.status is CheckStatus.MISMATCHED:
        await connection.execute(
            _INSIGHT,
            scope.tenant_id,
            run.id,
            run.connection_id,
            check.metric,
            sorted(gap.date for gap in check.gaps),
            check.currency,
            _known(check.theirs),
            _known(check.ours),
        )


def _known(total: Decimal | None) -> Decimal:
    return Decimal(0) if total is None else total


def _day(row: asyncpg.Record) -> DayTotals:
    return DayTotals(
        date=row["date"],
        entries=row["entries"],
        ours={metric: _number(row[f"our_{metric}"]) for metric in ADDITIVE},
        theirs={metric: _number(row[f"their_{metric}"]) for metric in ADDITIVE},
        is_told=row["is_told"],
    )


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


_OURS = ", ".join(f"sum(e.{metric}) AS our_{metric}" for metric in ADDITIVE)
_THEIRS = ", ".join(f"t.{metric} AS their_{metric}" for metric in ADDITIVE)
_OUR_NAMES = ", ".join(f"o.our_{metric}" for metric in ADDITIVE)
_REASONS = """
SELECT reason FROM total_question
WHERE tenant_id = $1 AND run_id = $2 AND reason IS NOT NULL ORDER BY reading DESC
"""
# Read again: by another run, after this one read the day; or, where it only asked, after its end.
_ASKED = """
SELECT d::date AS date, q.since BETWEEN r.since AND r.until AS is_own, EXISTS (
    SELECT FROM day_reading o
    WHERE o.tenant_id = $1 AND o.connection_id = $3 AND o.date = d::date AND o.run_id <> $2
      AND o.read_at > coalesce((
          SELECT max(m.read_at) FROM day_reading m
          WHERE m.tenant_id = $1 AND m.connection_id = $3 AND m.date = d::date AND m.run_id = $2
      ), r.ended_at, 'infinity')) AS is_read_again
FROM total_question q
JOIN run r ON r.tenant_id = q.tenant_id AND r.id = q.run_id
CROSS JOIN LATERAL generate_series(q.since, q.until, interval '1 day') d
WHERE q.tenant_id = $1 AND q.run_id = $2 ORDER BY 1
"""
_CURRENCY = "SELECT currency FROM connection WHERE tenant_id = $1 AND id = $2"
_BY_DAY = f"""
WITH ours AS (
    SELECT e.date, count(*) AS entries, {_OURS}, bool_or(e.reach IS NOT NULL) AS has_reach
    FROM marketing_entry e
    WHERE e.tenant_id = $1 AND e.connection_id = $3 AND e.is_present
      AND e.date BETWEEN $5 AND $6 AND e.date = ANY($4::date[])
    GROUP BY e.date
)
SELECT coalesce(o.date, t.date) AS date, coalesce(o.entries, 0) AS entries, {_OUR_NAMES},
       {_THEIRS}, t.date IS NOT NULL AS is_told, coalesce(o.has_reach, false) AS has_reach
FROM ours o
FULL JOIN (
    SELECT t.* FROM account_total t
    WHERE t.tenant_id = $1 AND t.run_id = $2
      AND t.date = ANY($4::date[])
) t ON t.date = o.date
ORDER BY 1
"""
_FORGET_GAPS = """
DELETE FROM open_gap WHERE tenant_id = $1 AND connection_id = $2 AND date = ANY($3)
"""
_OPEN_GAPS = """
INSERT INTO open_gap (tenant_id, connection_id, date, metric, run_id)
SELECT $1, $3, d, $4, $2 FROM unnest($5::date[]) d
ON CONFLICT (tenant_id, connection_id, date, metric) DO UPDATE SET run_id = excluded.run_id
"""
# The moment is that of the run's end, whose transaction holds the clock.
_ACCURACY = """
INSERT INTO day_reconciliation (tenant_id, connection_id, date, learned_at, compared, apart)
SELECT $1, $2, d.date, (SELECT learned_at FROM data_clock WHERE tenant_id = $1), $3, d.apart
FROM unnest($4::date[], $5::int[]) d (date, apart)
ON CONFLICT (tenant_id, connection_id, date, learned_at) DO UPDATE SET
    compared = excluded.compared, apart = excluded.apart
"""
_FORGET_INSIGHTS = """
DELETE FROM insight WHERE tenant_id = $1 AND run_id = $2 AND kind = 'TOTAL_GAP'
"""
_INSIGHT = f"""
INSERT INTO insight (
    tenant_id, kind, connection_id, run_id, metric, currency, since, until, before, after,
    entries, evidence_dates, evidence_digests, learned_at)
SELECT $1, 'TOTAL_GAP', $3, $2, $4, $6, (SELECT min(d) FROM unnest($5::date[]) d),
       (SELECT max(d) FROM unnest($5::date[]) d), $7, $8, count(*),
       coalesce((array_agg(e.date ORDER BY e.date, e.digest))[:{_EVIDENCE}], '{{}}'),
       coalesce((array_agg(e.digest ORDER BY e.date, e.digest))[:{_EVIDENCE}], '{{}}'),
       (SELECT learned_at FROM data_clock WHERE tenant_id = $1)
FROM marketing_entry e
WHERE e.tenant_id = $1 AND e.connection_id = $3 AND e.is_present AND e.date = ANY($5::date[])
"""
