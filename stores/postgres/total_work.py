"""The worker's side of reconciliation: which days are asked about, and what the platform told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pyarrow as pa

from core.reconciling import ADDITIVE
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.database import Database
from stores.postgres.page_work import LandedPage
from stores.postgres.run_work import Claimed, hold


@dataclass(frozen=True, slots=True)
class TotalQuestion:
    """What a run asked the platform about its totals; `reading` is below zero.

    `dates` is None where it could not be asked or did not answer, and `reason` says why.
    """

    reading: int
    dates: DateRange | None
    reason: str | None = None


class TotalWorkStore:
    """Steps of a run with the platform's totals, each one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_days(self, scope: TenantScope, connection_id: UUID) -> tuple[date, ...]:
        """The days of a connection that were last found apart, in order."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_OPEN, scope.tenant_id, connection_id)
        return tuple(row["date"] for row in rows)

    async def is_asked(self, scope: TenantScope, run_id: UUID, reading: int) -> bool:
        """Whether a question has its whole answer."""
        async with self._database.read(scope) as connection:
            return bool(await connection.fetchval(_IS_ASKED, scope.tenant_id, run_id, reading))

    async def keep(
        self, scope: TenantScope, claimed: Claimed, page: LandedPage, totals: pa.Table
    ) -> None:
        """Keep the totals of a page, one row per day and currency; its records do not count."""
        rows = [totals[name].to_pylist() for name in ("date", "currency", *ADDITIVE)]
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            await connection.execute(_KEEP, scope.tenant_id, claimed.run.id, page.id, *rows)
            await connection.execute(_MERGED, scope.tenant_id, page.id)

    async def asked(self, scope: TenantScope, claimed: Claimed, question: TotalQuestion) -> None:
        """Note that a question has its whole answer, or why it has none."""
        dates = question.dates
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            await connection.execute(
                _ASKED,
                scope.tenant_id,
                claimed.run.id,
                question.reading,
                dates and dates.since,
                dates and dates.until,
                question.reason,
            )


def outside(days: Sequence[date], dates: DateRange) -> DateRange | None:
    """The span of those `days` that are not in `dates`; None when all of them are."""
    left = [day for day in days if not dates.since <= day <= dates.until]
    return DateRange(left[0], left[-1]) if left else None


_OPEN = """
SELECT DISTINCT date FROM open_gap WHERE tenant_id = $1 AND connection_id = $2 ORDER BY date
"""
_IS_ASKED = """
SELECT EXISTS (
    SELECT FROM total_question WHERE tenant_id = $1 AND run_id = $2 AND reading = $3)
"""
_COLUMNS = ", ".join(ADDITIVE)
_TYPES = {"spend": "numeric", "conversions": "numeric", "conversion_value": "numeric"}
_ARRAYS = ", ".join(
    f"${place}::{_TYPES.get(metric, 'bigint')}[]" for place, metric in enumerate(ADDITIVE, start=6)
)
_KEEP = f"""
INSERT INTO account_total (tenant_id, run_id, raw_page_id, date, currency, {_COLUMNS})
SELECT $1, $2, $3, * FROM unnest($4::date[], $5::text[], {_ARRAYS})
ON CONFLICT (tenant_id, run_id, date, currency) DO UPDATE SET
    raw_page_id = excluded.raw_page_id,
    {", ".join(f"{metric} = excluded.{metric}" for metric in ADDITIVE)}
"""
_MERGED = """
UPDATE raw_page SET merged_at = clock_timestamp(), seen_dates = '{}', seen_digests = '{}',
    fetched = 0, stored = 0, unchanged = 0, rejected = 0
WHERE tenant_id = $1 AND id = $2 AND merged_at IS NULL
"""
_ASKED = """
INSERT INTO total_question (tenant_id, run_id, reading, since, until, reason)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, run_id, reading) DO NOTHING
"""
