"""A page's entries into current entries and vintages, in the caller's transaction."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from core.records.ingestion import CAMPAIGN_COLUMNS, ENTRY_COLUMNS
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.binary_copy import encode
from stores.postgres.database import Connection
from stores.postgres.entries import LABELS, METRICS, merge_lock

_TYPES = {
    "text": "text",
    "date": "date",
    "integer": "bigint",
    "amount": "bigint",
    "json": "jsonb",
    "digest": "uuid",
}
_AMOUNTS = frozenset(column.name for column in ENTRY_COLUMNS if column.kind == "amount")
_JSON = frozenset(column.name for column in ENTRY_COLUMNS if column.kind == "json")


@dataclass(frozen=True, slots=True)
class PageSource:
    """What every row of a page has in common."""

    connection_id: UUID
    run_id: UUID
    raw_page_id: UUID


@dataclass(frozen=True, slots=True)
class MergeCounts:
    """Records of the page that changed something or nothing, and entries made or restated.

    `restated_since` and `restated_until`: the days of the restated entries; None without any.
    """

    stored: int
    unchanged: int
    created: int
    restated: int
    restated_since: date | None = None
    restated_until: date | None = None

    @property
    def restated_dates(self) -> DateRange | None:
        """The days from the first to the last restated entry; None without any."""
        if self.restated_since is None or self.restated_until is None:
            return None
        return DateRange(self.restated_since, self.restated_until)


async def ensure_months(connection: Connection, entries: pa.Table) -> None:
    """Make the partitions that the entries need; outside of the merge, for it takes locks."""
    first_days = pc.floor_temporal(entries["date"], unit="month").cast(pa.date32())
    dates = pc.unique(first_days).to_pylist()
    missing = await connection.fetchval(_MISSING_MONTHS, dates)
    if missing:
        await connection.execute("SELECT ensure_months($1)", dates)


async def advance_clock(connection: Connection, scope: TenantScope) -> datetime:
    """The moment at which this transaction's vintages are learned, later than any before.

    Holds the tenant's merge lock until commit, so moments grow in the order of commits.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", merge_lock(scope))
    moment: datetime = await connection.fetchval(_ADVANCE, scope.tenant_id)
    return moment


async def merge_entries(
    connection: Connection, scope: TenantScope, source: PageSource, entries: pa.Table
) -> MergeCounts:
    """Stage by binary COPY, then write a vintage wherever a number or a label differs."""
    await connection.execute(_STAGE)
    await connection.copy_to_table(
        "stage_entry",
        source=io.BytesIO(encode(entries, _JSON)),
        columns=entries.column_names,
        format="binary",
    )
    learned_at = await advance_clock(connection, scope)
    row = await connection.fetchrow(
        _MERGE,
        scope.tenant_id,
        learned_at,
        source.connection_id,
        source.run_id,
        source.raw_page_id,
        pc.min(entries["date"]).as_py(),
        pc.max(entries["date"]).as_py(),
    )
    return MergeCounts(**dict(row or {}))


async def merge_campaigns(connection: Connection, scope: TenantScope, campaigns: pa.Table) -> None:
    """Names and states of campaigns as the page has them; called under the merge lock."""
    await connection.execute(
        _CAMPAIGNS,
        scope.tenant_id,
        [UUID(bytes=digest) for digest in campaigns["digest"].to_pylist()],
        *(campaigns[column.name].to_pylist() for column in CAMPAIGN_COLUMNS[1:]),
    )


_MISSING_MONTHS = """
SELECT EXISTS (
    SELECT FROM unnest($1::date[]) m
    WHERE to_regclass('marketing_entry_vintage_' || to_char(m, 'YYYYMM')) IS NULL)
"""
_ADVANCE = """
UPDATE data_clock
SET learned_at = greatest(clock_timestamp(), learned_at + interval '1 microsecond')
WHERE tenant_id = $1 RETURNING learned_at
"""
_STAGE = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS stage_entry ("
    + ", ".join(f"{column.name} {_TYPES[column.kind]}" for column in ENTRY_COLUMNS)
    + ") ON COMMIT DELETE ROWS"
)
_DIMENSIONS = tuple(
    column.name for column in ENTRY_COLUMNS if column.name not in (*METRICS, "position", "records")
)


def _staged(name: str) -> str:
    return f"s.{name} * 0.000001" if name in _AMOUNTS else f"s.{name}"


_VALUES = ", ".join(f"{_staged(name)} AS {name}" for name in (*_DIMENSIONS, *METRICS))
# A new name alone is no new version: a campaign that is renamed would restate all its days.
_COMPARED = (*METRICS, *(label for label in LABELS if label != "entity_name"))
_OLD = ", ".join(f"e.{name}" for name in _COMPARED)
_NEW = ", ".join(f"i.{name}" for name in _COMPARED)
_METRICS = ", ".join(METRICS)
_KEPT = ", ".join((*LABELS, *METRICS))
_MERGE = f"""
WITH incoming AS (
    SELECT {_VALUES}, s.position, s.records FROM stage_entry s
), compared AS (
    SELECT i.*, e.digest IS NULL AS is_new,
           e.digest IS NULL OR NOT e.is_present OR ({_OLD}) IS DISTINCT FROM ({_NEW}) AS differs
    FROM incoming i
    LEFT JOIN marketing_entry e
        ON e.tenant_id = $1 AND e.date = i.date AND e.digest = i.digest
        -- The page's span leaves out the months it does not touch before any is opened.
        AND e.date BETWEEN $6 AND $7
), changed AS (
    SELECT * FROM compared WHERE differs
), vintages AS (
    INSERT INTO marketing_entry_vintage (
        tenant_id, date, digest, learned_at, is_present, {_KEPT},
        run_id, raw_page_id, raw_position)
    SELECT $1, date, digest, $2, true, {_KEPT}, $4, $5, position FROM changed
), current AS (
    INSERT INTO marketing_entry (
        tenant_id, {", ".join(_DIMENSIONS)}, connection_id, {_METRICS}, is_present, learned_at,
        first_learned_at, vintage_count, run_id, raw_page_id, raw_position)
    SELECT $1, {", ".join(_DIMENSIONS)}, $3, {_METRICS}, true, $2, $2, 1, $4, $5, position
    FROM changed
    ON CONFLICT (tenant_id, date, digest) DO UPDATE SET
        {", ".join(f"{name} = excluded.{name}" for name in METRICS)},
        entity_name = excluded.entity_name, channel = excluded.channel,
        platform_channel = excluded.platform_channel, campaign = excluded.campaign,
        connection_id = excluded.connection_id, is_present = true,
        learned_at = excluded.learned_at, vintage_count = marketing_entry.vintage_count + 1,
        run_id = excluded.run_id, raw_page_id = excluded.raw_page_id,
        raw_position = excluded.raw_position
)
SELECT coalesce(sum(records) FILTER (WHERE differs), 0)::bigint AS stored,
       coalesce(sum(records) FILTER (WHERE NOT differs), 0)::bigint AS unchanged,
       count(*) FILTER (WHERE is_new) AS created,
       count(*) FILTER (WHERE differs AND NOT is_new) AS restated,
       min(date) FILTER (WHERE differs AND NOT is_new) AS restated_since,
       max(date) FILTER (WHERE differs AND NOT is_new) AS restated_until
FROM compared
"""
_CAMPAIGNS = """
INSERT INTO campaign (tenant_id, digest, source, account_id, campaign_id, name, status, objective)
SELECT $1, * FROM unnest(
    $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
ON CONFLICT (tenant_id, digest) DO UPDATE SET
    name = coalesce(excluded.name, campaign.name),
    status = coalesce(excluded.status, campaign.status),
    objective = coalesce(excluded.objective, campaign.objective)
WHERE (campaign.name, campaign.status, campaign.objective) IS DISTINCT FROM (
    coalesce(excluded.name, campaign.name), coalesce(excluded.status, campaign.status),
    coalesce(excluded.objective, campaign.objective))
"""
