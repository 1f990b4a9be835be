"""The platform's own totals of an account, as it told them, and our entries held against them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
NEVER_ASKED = "the platform was not asked for its totals"


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
    """
    currency = await connection.fetchval(_CURRENCY, scope.tenant_id, connection_id)
    policy = await policy_of(connection, scope, connection_id)
    run = _Run(run_id, connection_id, currency, policy.tolerance)
    asked = await connection.fetch(_ASKED, scope.tenant_id, run_id)
    found = await _compared(connection, scope, run, [row for row in asked if row["is_own"]])
    again = [row for row in asked if row["is_own"] is False]
    others = await _compared(connection, scope, run, again)
    await connection.execute(_FORGET_GAPS, scope.tenant_id, run_id, connection_id)
    await connection.execute(_FORGET_INSIGHTS, scope.tenant_id, run_id)
    for check in (*found, *others):
        await _remember(connection, scope, run, check)
    for check in found:
        await _tell(connection, scope, run, check)
    return _qualified(found, [row["reason"] for row in asked if row["reason"]])


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
    connection: Connection, scope: TenantScope, run: _Run, asked: Sequence[asyncpg.Record]
) -> tuple[TotalCheck, ...]:
    """A check of each metric over the days asked about; none where none were."""
    if not asked:
        return ()
    since, until = [row["since"] for row in asked], [row["until"] for row in asked]
    rows = await connection.fetch(_BY_DAY, scope.tenant_id, run.id, run.connection_id, since, until)
    dates = DateRange(min(since), max(until))
    found = compared([_day(row) for row in rows], dates, run.currency, run.tolerance)
    return (*found, REACH) if any(row["has_reach"] for row in rows) else found


async def _remember(
    connection: Connection, scope: TenantScope, run: _Run, check: TotalCheck
) -> None:
    days = [gap.date for gap in check.gaps]
    await connection.execute(
        _OPEN_GAPS, scope.tenant_id, run.id, run.connection_id, check.metric, days
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
_ASKED = """
SELECT q.since, q.until, q.reason, q.since BETWEEN r.since AND r.until AS is_own
FROM total_question q JOIN run r ON r.tenant_id = q.tenant_id AND r.id = q.run_id
WHERE q.tenant_id = $1 AND q.run_id = $2 ORDER BY q.reading DESC
"""
_CURRENCY = "SELECT currency FROM connection WHERE tenant_id = $1 AND id = $2"
_BY_DAY = f"""
WITH asked AS (
    SELECT * FROM unnest($4::date[], $5::date[]) a (since, until)
), ours AS (
    SELECT e.date, count(*) AS entries, {_OURS}, bool_or(e.reach IS NOT NULL) AS has_reach
    FROM marketing_entry e
    WHERE e.tenant_id = $1 AND e.connection_id = $3 AND e.is_present
      AND e.date BETWEEN (SELECT min(since) FROM asked) AND (SELECT max(until) FROM asked)
      AND EXISTS (SELECT FROM asked a WHERE e.date BETWEEN a.since AND a.until)
    GROUP BY e.date
)
SELECT coalesce(o.date, t.date) AS date, coalesce(o.entries, 0) AS entries, {_OUR_NAMES},
       {_THEIRS}, t.date IS NOT NULL AS is_told, coalesce(o.has_reach, false) AS has_reach
FROM ours o
FULL JOIN (
    SELECT t.* FROM account_total t
    WHERE t.tenant_id = $1 AND t.run_id = $2
      AND EXISTS (SELECT FROM asked a WHERE t.date BETWEEN a.since AND a.until)
) t ON t.date = o.date
ORDER BY 1
"""
_FORGET_GAPS = """
DELETE FROM open_gap g USING total_question q
WHERE q.tenant_id = $1 AND q.run_id = $2 AND g.tenant_id = $1 AND g.connection_id = $3
  AND g.date BETWEEN q.since AND q.until
"""
_OPEN_GAPS = """
INSERT INTO open_gap (tenant_id, connection_id, date, metric, run_id)
SELECT $1, $3, d, $4, $2 FROM unnest($5::date[]) d
ON CONFLICT (tenant_id, connection_id, date, metric) DO UPDATE SET run_id = excluded.run_id
"""
_FORGET_INSIGHTS = """
DELETE FROM insight WHERE tenant_id = $1 AND run_id = $2 AND kind = 'TOTAL_GAP'
"""
_INSIGHT = f"""
INSERT INTO insight (
    tenant_id, kind, connection_id, run_id, metric, currency, since, until, before, after,
    entries, evidence_dates, evidence_digests)
SELECT $1, 'TOTAL_GAP', $3, $2, $4, $6, (SELECT min(d) FROM unnest($5::date[]) d),
       (SELECT max(d) FROM unnest($5::date[]) d), $7, $8, count(*),
       coalesce((array_agg(e.date ORDER BY e.date, e.digest))[:{_EVIDENCE}], '{{}}'),
       coalesce((array_agg(e.digest ORDER BY e.date, e.digest))[:{_EVIDENCE}], '{{}}')
FROM marketing_entry e
WHERE e.tenant_id = $1 AND e.connection_id = $3 AND e.is_present AND e.date = ANY($5::date[])
"""
