"""Staged entries into current entries and vintages, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

import asyncpg
import numpy as np
import pyarrow as pa

from core.quality import BY_ID
from core.records.ingestion import CAMPAIGN_COLUMNS, ENTRY_COLUMNS
from core.records.runs import RunRecord
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.clock import advance_clock
from stores.postgres.database import Connection
from stores.postgres.entries import CHECKS, LABELS, METRICS
from stores.postgres.stage import AMOUNTS, COMPARED, NUMBERS, Places, Stage, spanned, stage_changed


@dataclass(frozen=True, slots=True)
class MergeCounts:
    """Records that changed something or nothing, and entries made or restated.

    `restated_dates`: the days from the first to the last restated entry; None without any.
    """

    stored: int = 0
    unchanged: int = 0
    created: int = 0
    restated: int = 0
    restated_dates: DateRange | None = None

    def __add__(self, other: Self) -> MergeCounts:
        return MergeCounts(
            self.stored + other.stored,
            self.unchanged + other.unchanged,
            self.created + other.created,
            self.restated + other.restated,
            spanned((self.restated_dates, other.restated_dates)),
        )


NOTHING = MergeCounts()


async def merge_entries(
    connection: Connection, scope: TenantScope, run: RunRecord, stage: Stage
) -> dict[UUID, MergeCounts]:
    """Write a vintage wherever a staged number or label differs; counts by raw page.

    Entries that are all new, as in the first reading of their days, go in without a look at what
    is there; those that are known to say what they said are only counted.
    """
    learned_at = await advance_clock(connection, scope)
    dates = stage.dates
    if dates is None:
        return {}
    same: dict[UUID, MergeCounts] = {}
    if stage.is_keys:
        places = await stage_changed(connection, scope, stage, dates)
        same = _counted(stage, places)
        if all(map(np.all, places)):
            return same
    span = dates.since, dates.until
    values = scope.tenant_id, learned_at, run.connection_id, run.id
    if await connection.fetchval(_IS_KNOWN, scope.tenant_id, *span):
        rows = await connection.fetch(_MERGE, *values, *span)
    else:
        rows = await connection.fetch(_INSERT, *values)
    found = {row["raw_page_id"]: _counts(row) for row in rows}
    return {page: same.get(page, NOTHING) + found.get(page, NOTHING) for page in {*same, *found}}


def _counted(stage: Stage, same: Sequence[Places]) -> dict[UUID, MergeCounts]:
    """What the entries that are the same come to, by raw page."""
    return {
        UUID(bytes=page.keys["raw_page_id"][0].as_py()): MergeCounts(
            unchanged=int(page.keys["records"].to_numpy()[places].sum())
        )
        for page, places in zip(stage.pages, same, strict=True)
        if len(page.keys)
    }


def _counts(row: asyncpg.Record) -> MergeCounts:
    since, until = row["restated_since"], row["restated_until"]
    dates = DateRange(since, until) if since else None
    return MergeCounts(row["stored"], row["unchanged"], row["created"], row["restated"], dates)


async def merge_campaigns(
    connection: Connection, scope: TenantScope, pages: Sequence[pa.Table]
) -> None:
    """Names and states of campaigns as the last page has them; called under the merge lock."""
    named = pa.concat_tables(pages).group_by("digest", use_threads=False)
    found = named.aggregate([(column.name, "last") for column in CAMPAIGN_COLUMNS[1:]])
    await connection.execute(
        _CAMPAIGNS,
        scope.tenant_id,
        [UUID(bytes=digest) for digest in found["digest"].to_pylist()],
        *(found[f"{column.name}_last"].to_pylist() for column in CAMPAIGN_COLUMNS[1:]),
    )


_MEASURED = (*METRICS, *CHECKS)
_DIMENSIONS = tuple(
    column.name
    for column in ENTRY_COLUMNS
    if column.name not in (*_MEASURED, "position", "records")
)


def staged(names: Iterable[str]) -> str:
    """Staged columns as entries have them."""
    return ", ".join(map(_entered, names))


def _entered(name: str) -> str:
    """One of them: amounts are staged in millionths, numbers as text."""
    if name in AMOUNTS:
        return f"s.{name} * 0.000001 AS {name}"
    return f"s.{name}::numeric AS {name}" if name in NUMBERS else f"s.{name}"


_OLD = ", ".join(f"e.{name}" for name in COMPARED)
_NEW = ", ".join(f"i.{name}" for name in COMPARED)
# What another page of the same run said of an entry, it should have said again.
_SAID = ", ".join(f"e.{name}" for name in METRICS)
_SAYS = ", ".join(f"i.{name}" for name in METRICS)
_REPEATS = BY_ID["REPEATS_AGREE"].mask
_KEPT = ", ".join((*LABELS, *_MEASURED))
_VINTAGES = f"""
    INSERT INTO marketing_entry_vintage (
        tenant_id, date, digest, learned_at, is_present, {_KEPT},
        run_id, raw_page_id, raw_position)"""
_CURRENT = f"""
    INSERT INTO marketing_entry (
        tenant_id, {", ".join((*_DIMENSIONS, *_MEASURED))}, content, connection_id, is_present,
        learned_at, first_learned_at, vintage_count, run_id, raw_page_id, raw_position)"""
# The stage's span leaves out the months it does not touch before any is opened; on days that have
# no entry at all, none is looked up.
_IS_KNOWN = """
WITH days AS MATERIALIZED (
    SELECT d.date FROM (SELECT DISTINCT date FROM stage_entry) d
    CROSS JOIN LATERAL (
        SELECT FROM marketing_entry e
        WHERE e.tenant_id = $1 AND e.date = d.date AND e.date BETWEEN $2 AND $3 LIMIT 1) one
)
SELECT EXISTS (
    SELECT FROM days
    JOIN stage_entry s ON s.date = days.date
    JOIN marketing_entry e ON e.tenant_id = $1 AND e.date = s.date AND e.digest = s.digest
        AND e.date BETWEEN $2 AND $3)
"""
_INSERT = f"""
WITH vintages AS ({_VINTAGES}
    SELECT $1, s.date, s.digest, $2, true, {staged((*LABELS, *_MEASURED))},
           $4, s.raw_page_id, s.position
    FROM stage_entry s
), current AS ({_CURRENT}
    SELECT $1, {staged((*_DIMENSIONS, *_MEASURED))}, s.content, $3, true, $2, $2, 1, $4,
           s.raw_page_id, s.position
    FROM stage_entry s
)
SELECT raw_page_id, sum(records)::bigint AS stored, 0 AS unchanged, count(*) AS created,
       0 AS restated, NULL::date AS restated_since, NULL::date AS restated_until
FROM stage_entry GROUP BY raw_page_id
"""
_MERGE = f"""
WITH incoming AS (
    SELECT {staged((*_DIMENSIONS, *_MEASURED))}, s.content, s.position, s.records, s.raw_page_id
    FROM stage_entry s
), compared AS (
    SELECT i.*, e.digest IS NULL AS is_new,
           e.is_present AND e.run_id = $4 AND ({_SAID}) IS DISTINCT FROM ({_SAYS}) AS is_apart,
           e.digest IS NULL OR NOT e.is_present OR ({_OLD}) IS DISTINCT FROM ({_NEW}) AS differs
    FROM incoming i
    LEFT JOIN marketing_entry e ON e.tenant_id = $1 AND e.date = i.date AND e.digest = i.digest
        AND e.date BETWEEN $5 AND $6
), changed AS (
    SELECT {", ".join((*_DIMENSIONS, *METRICS))}, content, position, raw_page_id, checks_applied,
           CASE WHEN is_apart THEN checks_failed | (checks_applied & {_REPEATS})
           ELSE checks_failed END AS checks_failed
    FROM compared WHERE differs
), vintages AS ({_VINTAGES}
    SELECT $1, date, digest, $2, true, {_KEPT}, $4, raw_page_id, position FROM changed
), current AS ({_CURRENT}
    SELECT $1, {", ".join((*_DIMENSIONS, *_MEASURED))}, content, $3, true, $2, $2, 1, $4,
           raw_page_id, position
    FROM changed
    ON CONFLICT (tenant_id, date, digest) DO UPDATE SET
        {", ".join(f"{name} = excluded.{name}" for name in (*_MEASURED, *LABELS))},
        content = excluded.content, connection_id = excluded.connection_id, is_present = true,
        learned_at = excluded.learned_at, vintage_count = marketing_entry.vintage_count + 1,
        run_id = excluded.run_id, raw_page_id = excluded.raw_page_id,
        raw_position = excluded.raw_position, named_at = NULL
)
SELECT raw_page_id,
       coalesce(sum(records) FILTER (WHERE differs), 0)::bigint AS stored,
       coalesce(sum(records) FILTER (WHERE NOT differs), 0)::bigint AS unchanged,
       count(*) FILTER (WHERE is_new) AS created,
       count(*) FILTER (WHERE differs AND NOT is_new) AS restated,
       min(date) FILTER (WHERE differs AND NOT is_new) AS restated_since,
       max(date) FILTER (WHERE differs AND NOT is_new) AS restated_until
FROM compared GROUP BY raw_page_id
"""
_CAMPAIGNS = """
WITH before AS (
    SELECT digest, name FROM campaign WHERE tenant_id = $1 AND digest = ANY($2)
), known AS (
INSERT INTO campaign (
    tenant_id, digest, source, account_id, campaign_id, name, status, objective, changed_at)
SELECT $1, named.*, (SELECT learned_at FROM data_clock WHERE tenant_id = $1)
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    named
ON CONFLICT (tenant_id, digest) DO UPDATE SET
    name = coalesce(excluded.name, campaign.name),
    status = coalesce(excluded.status, campaign.status),
    objective = coalesce(excluded.objective, campaign.objective),
    changed_at = excluded.changed_at
WHERE (campaign.name, campaign.status, campaign.objective) IS DISTINCT FROM (
    coalesce(excluded.name, campaign.name), coalesce(excluded.status, campaign.status),
    coalesce(excluded.objective, campaign.objective))
RETURNING campaign.digest, campaign.name, campaign.changed_at
)
INSERT INTO campaign_name (tenant_id, digest, learned_at, name)
SELECT $1, k.digest, k.changed_at, k.name FROM known k LEFT JOIN before b ON b.digest = k.digest
WHERE k.name IS DISTINCT FROM b.name AND k.name IS NOT NULL
"""
