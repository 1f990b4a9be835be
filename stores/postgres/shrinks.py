"""Readings that would bury too much: measured, held, and shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import asyncpg

from core.records.entries import EntryKey
from core.records.receipts import HeldShrink, ShrinkDay, ShrinkState
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.database import Connection
from stores.postgres.receipt_policy import policy_of

_SAMPLE = 20
"""How many of the entries that would vanish are shown."""


class TooMuchVanished(Exception):
    """More has vanished than may without a decision; `standing` entries were there before."""

    def __init__(self, standing: int) -> None:
        super().__init__(standing)
        self.standing = standing


@dataclass(frozen=True, slots=True)
class Partition:
    """The days of a connection that a run's reading replaces, and the moment of its end."""

    connection_id: UUID
    run_id: UUID
    dates: DateRange
    moment: datetime


async def refuse_large(
    connection: Connection, scope: TenantScope, days: Partition, vanished: int
) -> None:
    """TooMuchVanished when what was just buried is beyond the connection's policy."""
    policy = await policy_of(connection, scope, days.connection_id)
    if vanished < policy.shrink_entries:
        return
    row = await connection.fetchrow(
        _STANDING,
        scope.tenant_id,
        days.connection_id,
        days.dates.since,
        days.dates.until,
        days.moment,
    )
    if row is not None:
        entries = vanished > policy.shrink_share * row["entries"]
        spend = row["gone_spend"] > policy.shrink_share * row["spend"]
        if entries or spend:
            raise TooMuchVanished(row["entries"])


async def withhold(
    connection: Connection, scope: TenantScope, days: Partition, reading: int, standing: int
) -> int:
    """Note which entries would vanish; answers how many. A run adds up those of its readings."""
    await connection.execute(
        _HOLD, scope.tenant_id, days.run_id, days.connection_id, standing, days.moment
    )
    return int(
        await connection.fetchval(
            _HOLD_ENTRIES,
            scope.tenant_id,
            days.run_id,
            days.connection_id,
            days.dates.since,
            days.dates.until,
            reading,
        )
    )


async def shrink_state(
    connection: Connection, scope: TenantScope, run_id: UUID
) -> ShrinkState | None:
    """Where the shrink of a run stands; None when nothing was held back."""
    sql = "SELECT state FROM held_shrink WHERE tenant_id = $1 AND run_id = $2"
    state = await connection.fetchval(sql, scope.tenant_id, run_id)
    return None if state is None else ShrinkState(state)


async def shrinks_of(
    connection: Connection, scope: TenantScope, runs: Sequence[UUID]
) -> dict[UUID, HeldShrink]:
    """What each of the runs held back, as it stood when it was held."""
    heads = await connection.fetch(_HEADS, scope.tenant_id, list(runs))
    found = await connection.fetch(_DAYS, scope.tenant_id, [head["run_id"] for head in heads])
    sample = await connection.fetch(_TOP, scope.tenant_id, [head["run_id"] for head in heads])
    days: defaultdict[UUID, list[ShrinkDay]] = defaultdict(list)
    keys: defaultdict[UUID, list[EntryKey]] = defaultdict(list)
    for row in found:
        days[row["run_id"]].append(ShrinkDay(row["date"], row["entries"], row["spend"]))
    for row in sample:
        keys[row["run_id"]].append(EntryKey(row["date"], row["digest"]))
    return {
        head["run_id"]: _record(head, days[head["run_id"]], keys[head["run_id"]]) for head in heads
    }


def _record(
    head: asyncpg.Record, days: Sequence[ShrinkDay], sample: Sequence[EntryKey]
) -> HeldShrink:
    return HeldShrink(
        run_id=head["run_id"],
        state=ShrinkState(head["state"]),
        standing=head["standing"],
        entries=sum(day.entries for day in days),
        spend=_sum(day.spend for day in days),
        currency=head["currency"],
        days=tuple(days),
        sample=tuple(sample),
        held_at=head["held_at"],
        decided_at=head["decided_at"],
        decided_by=head["decided_by"],
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


# What was just buried still holds its last numbers, under the moment of its burial.
_STANDING = """
SELECT count(*) AS entries, coalesce(sum(spend), 0) AS spend,
       coalesce(sum(spend) FILTER (WHERE NOT is_present), 0) AS gone_spend
FROM marketing_entry
WHERE tenant_id = $1 AND connection_id = $2 AND date BETWEEN $3 AND $4
  AND (is_present OR learned_at = $5)
"""
_HOLD = """
INSERT INTO held_shrink AS h (tenant_id, run_id, connection_id, standing, held_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, run_id) DO UPDATE SET standing = h.standing + excluded.standing
"""
_HOLD_ENTRIES = """
WITH seen AS (
    SELECT s.date, s.digest FROM raw_page p, unnest(p.seen_dates, p.seen_digests) s (date, digest)
    WHERE p.tenant_id = $1 AND p.run_id = $2 AND p.reading = $6
), held AS (
    INSERT INTO held_entry (tenant_id, run_id, date, digest, learned_at)
    SELECT $1, $2, e.date, e.digest, e.learned_at FROM marketing_entry e
    WHERE e.tenant_id = $1 AND e.connection_id = $3 AND e.date BETWEEN $4 AND $5 AND e.is_present
      AND NOT EXISTS (SELECT FROM seen s WHERE s.date = e.date AND s.digest = e.digest)
    RETURNING true
)
SELECT count(*) FROM held
"""
_HEADS = """
SELECT h.*, c.currency FROM held_shrink h
JOIN connection c ON c.tenant_id = h.tenant_id AND c.id = h.connection_id
WHERE h.tenant_id = $1 AND h.run_id = ANY($2)
"""
_AS_HELD = """
FROM held_entry h
JOIN marketing_entry_vintage v ON v.tenant_id = h.tenant_id AND v.date = h.date
    AND v.digest = h.digest AND v.learned_at = h.learned_at
WHERE h.tenant_id = $1 AND h.run_id = ANY($2)
"""
_DAYS = f"""
SELECT h.run_id, h.date, count(*) AS entries, sum(v.spend) AS spend {_AS_HELD}
GROUP BY h.run_id, h.date ORDER BY h.run_id, h.date
"""
_TOP = f"""
SELECT run_id, date, digest FROM (
    SELECT h.run_id, h.date, h.digest, row_number() OVER (
        PARTITION BY h.run_id ORDER BY v.spend DESC NULLS LAST, h.date, h.digest) AS place
    {_AS_HELD}
) ranked WHERE place <= {_SAMPLE} ORDER BY run_id, place
"""
