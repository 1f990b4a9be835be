"""Refused records on their way in again: page by page, each in one transaction.

What goes in, what is refused once more and what is newer by now are all told apart and written
together, so that a replay that is killed, repeated or run beside another doubles nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import orjson
import pyarrow as pa

from core.errors import Bug
from core.jsonvalue import JSONObject
from core.records.ingestion import RawPage, Rejection
from core.records.rejections import RejectionState
from core.scope import TenantScope
from core.sources import MANIFESTS, SourceKind
from stores.postgres.database import Connection, Database
from stores.postgres.months import ensure_months, months_of
from stores.postgres.page_work import (
    LandedPage,
    PageResult,
    land_pages,
    landing,
    merge_staged,
)
from stores.postgres.run_work import Claimed, hold
from stores.postgres.stage import fill_stage, page_rows

MEDIA_TYPE = "application/json"
REPLAY_OF = "replay_of"
"""In the request of a page that a replay keeps: the page that its records first stood on."""


@dataclass(frozen=True, slots=True)
class RefusedPage:
    """A raw page with records that a run is to put in; `records` are as they are tried.

    `ids` and `positions` are in one order. `corrections` hold those of earlier replays too.
    """

    raw_page_id: UUID
    run_id: UUID
    stream: str
    media_type: str
    request: JSONObject
    fetched_at: datetime
    ids: tuple[UUID, ...]
    positions: tuple[int, ...]
    records: tuple[JSONObject, ...]
    corrections: Mapping[int, JSONObject]


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What normalisation made of a replayed page; `owners` as in NormalisedPage."""

    entries: pa.Table
    campaigns: pa.Table
    rejections: Sequence[Rejection]
    owners: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What becomes of each record, and of those that are refused once more, why."""

    states: list[RejectionState]
    faults: list[Rejection | None]

    @property
    def tried(self) -> int:
        """Records that were put in or refused."""
        return len(self.states) - self.states.count(RejectionState.SUPERSEDED)


class ReplayStore:
    """Steps of a run of kind REPLAY."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def next_page(self, scope: TenantScope, claimed: Claimed) -> RefusedPage | None:
        """The oldest page with records that this run has still to try; None when all are tried."""
        async with self._database.read(scope) as connection:
            page = await connection.fetchrow(_NEXT, scope.tenant_id, claimed.run.id)
            if page is None:
                return None
            rows = await connection.fetch(
                _RECORDS, scope.tenant_id, claimed.run.id, page["raw_page_id"]
            )
        return _refused_page(page, rows)

    async def merge(
        self, scope: TenantScope, claimed: Claimed, page: RefusedPage, made: ReplayResult
    ) -> None:
        """Put in what may go in, and settle every record of the page."""
        if months := months_of(made.entries):
            async with self._database.write(scope) as connection:
                await ensure_months(connection, months)
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            newer = await _newer(connection, scope, claimed, page, made.entries)
            outcome = _outcome(made, newer)
            landed = await _keep(connection, scope, claimed, page)
            entries = _without(made.entries, newer)
            staged = await asyncio.to_thread(page_rows, landed.id, entries)
            stage = await fill_stage(connection, [staged])
            await _settle(connection, scope, claimed, page, outcome)
            progress = await connection.fetchval(_PROGRESS, scope.tenant_id, claimed.run.id)
            result = PageResult(
                landed, staged, made.campaigns, made.rejections, fetched=outcome.tried
            )
            await merge_staged(connection, scope, claimed, [result], stage, progress=progress)


def _refused_page(page: asyncpg.Record, rows: Sequence[asyncpg.Record]) -> RefusedPage:
    tried = [row for row in rows if row["is_tried"]]
    return RefusedPage(
        **dict(page),
        ids=tuple(row["id"] for row in tried),
        positions=tuple(row["position"] for row in tried),
        records=tuple(row["held"] for row in tried),
        corrections={row["position"]: row["held"] for row in rows if row["is_corrected"]},
    )


async def _newer(
    connection: Connection,
    scope: TenantScope,
    claimed: Claimed,
    page: RefusedPage,
    entries: pa.Table,
) -> set[int]:
    """Which of `entries` the source has told of since the page was fetched."""
    rows = await connection.fetch(
        _NEWER,
        scope.tenant_id,
        claimed.run.connection_id,
        page.run_id,
        page.raw_page_id,
        page.fetched_at,
        *_named(entries),
        _READ_WHOLE,
        _PUSHED,
    )
    return {row["place"] - 1 for row in rows}


def _outcome(made: ReplayResult, newer: set[int]) -> _Outcome:
    if made.owners.count(None) != len(made.rejections):
        raise Bug("a replayed record is neither in an entry nor refused")
    refused = iter(made.rejections)
    faults = [next(refused) if owner is None else None for owner in made.owners]
    return _Outcome([_state(owner, newer) for owner in made.owners], faults)


def _without(entries: pa.Table, newer: set[int]) -> pa.Table:
    kept = [row not in newer for row in range(len(entries))]
    return entries.filter(pa.array(kept, pa.bool_())).combine_chunks() if newer else entries


def _state(owner: int | None, newer: set[int]) -> RejectionState:
    if owner is None:
        return RejectionState.OPEN
    return RejectionState.SUPERSEDED if owner in newer else RejectionState.REPLAYED


async def _keep(
    connection: Connection, scope: TenantScope, claimed: Claimed, page: RefusedPage
) -> LandedPage:
    """Keep the records as they are tried: where the numbers come from now."""
    request: JSONObject = {REPLAY_OF: str(page.raw_page_id), "positions": list(page.positions)}
    body = orjson.dumps(page.records)
    kept = RawPage(page.stream, MEDIA_TYPE, body, request, checkpoint=None)
    (landed,) = await land_pages(connection, scope, claimed, 0, landing([kept]))
    return landed


async def _settle(
    connection: Connection,
    scope: TenantScope,
    claimed: Claimed,
    page: RefusedPage,
    outcome: _Outcome,
) -> None:
    faults = outcome.faults
    done: int = await connection.fetchval(
        _SETTLE,
        scope.tenant_id,
        claimed.run.id,
        list(page.ids),
        outcome.states,
        [fault and fault.field for fault in faults],
        [fault and fault.reason for fault in faults],
        [fault and fault.mend for fault in faults],
        [fault and fault.check_id for fault in faults],
    )
    if done != len(page.ids):
        raise Bug("a record was settled while it was being replayed")


def _named(entries: pa.Table) -> tuple[list[object], list[UUID]]:
    digests = [UUID(bytes=digest) for digest in entries["digest"].to_pylist()]
    return entries["date"].to_pylist(), digests


_READ_WHOLE = [each.name for each in MANIFESTS.values() if each.kind is SourceKind.PULL]
"""Sources of which every reading says all there is for its days."""
_PUSHED = [each.name for each in MANIFESTS.values() if each.kind is SourceKind.PUSH]
"""Sources whose entries are made of all their events, whenever one of them is put in."""

_NEXT = """
SELECT p.id AS raw_page_id, p.run_id, p.stream, p.media_type, p.request, p.fetched_at
FROM raw_page p WHERE p.tenant_id = $1 AND p.id = (
    SELECT raw_page_id FROM rejected_record
    WHERE tenant_id = $1 AND replay_run_id = $2 AND is_pending AND state = 'OPEN'
    ORDER BY raw_page_id LIMIT 1)
"""
_RECORDS = """
SELECT id, position, coalesce(corrected, payload) AS held, corrected IS NOT NULL AS is_corrected,
       is_pending AND replay_run_id = $2 AND state = 'OPEN' AS is_tried
FROM rejected_record
WHERE tenant_id = $1 AND raw_page_id = $3
  AND (replay_run_id = $2 AND is_pending OR state = 'REPLAYED')
ORDER BY position
"""
# Newer: a whole reading of the day ended since, or a partial one brought the entry, or the entry
# as it stands comes from a later page; a page of a replay is as old as the page it replays. Never
# what is pushed: its entry is made of the events that came later too.
_NEWER = f"""
SELECT k.place FROM unnest($6::date[], $7::uuid[]) WITH ORDINALITY k (date, digest, place)
WHERE NOT EXISTS (
    SELECT FROM connection c WHERE c.tenant_id = $1 AND c.id = $2 AND c.source = ANY($9))
AND (EXISTS (
    SELECT FROM day_reading d
    JOIN run u ON u.tenant_id = $1 AND u.id = d.run_id
    JOIN connection c ON c.tenant_id = $1 AND c.id = $2
    WHERE d.tenant_id = $1 AND d.connection_id = $2 AND d.date = k.date AND d.read_at > $5
      AND d.run_id <> $3
      AND (c.source = ANY($8) OR u.options ->> 'reading' = 'COMPLETE' OR EXISTS (
          SELECT FROM raw_page p, unnest(p.seen_dates, p.seen_digests) s (date, digest)
          WHERE p.tenant_id = $1 AND p.run_id = u.id AND s.date = k.date AND s.digest = k.digest)))
OR EXISTS (
    SELECT FROM marketing_entry e
    JOIN raw_page p ON p.tenant_id = $1 AND p.id = e.raw_page_id
    LEFT JOIN raw_page o ON o.tenant_id = $1 AND o.id = (p.request ->> '{REPLAY_OF}')::uuid
    WHERE e.tenant_id = $1 AND e.date = k.date AND e.digest = k.digest AND e.is_present
      AND coalesce(o.id, p.id) <> $4 AND coalesce(o.fetched_at, p.fetched_at) > $5))
"""
_SETTLE = """
WITH settled AS (
    UPDATE rejected_record r SET
        is_pending = false, state = o.state,
        field = coalesce(o.field, r.field), reason = coalesce(o.reason, r.reason),
        mend = coalesce(o.mend, r.mend),
        check_id = coalesce(o.check_id, r.check_id),
        settled_at = CASE WHEN o.state <> 'OPEN' THEN clock_timestamp() END,
        settled_by = CASE WHEN o.state <> 'OPEN' THEN 'run:' || $2::uuid END,
        note = CASE o.state
            WHEN 'SUPERSEDED' THEN 'the source was read again since, and its newer answer stands'
            END
    FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
        o (id, state, field, reason, mend, check_id)
    WHERE r.tenant_id = $1 AND r.id = o.id AND r.replay_run_id = $2 AND r.is_pending
      AND r.state = 'OPEN'
    RETURNING r.id
)
SELECT count(*) FROM settled
"""
_PROGRESS = """
SELECT 1 - avg(is_pending::int)::double precision FROM rejected_record
WHERE tenant_id = $1 AND replay_run_id = $2
"""
