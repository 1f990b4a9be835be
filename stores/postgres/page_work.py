"""The worker's side of a page: keep it as it came, then merge what normalisation made of it.

Both steps take many pages at once, for a transaction costs more than a page: pages that arrive
faster than they can be worked on share one.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pyarrow as pa
import zstandard

from core.jsonvalue import JSONObject
from core.records.ingestion import RawPage, Rejection
from core.records.runs import Counters, RunEventKind
from core.scope import TenantScope
from stores.postgres.alike import confirm_pages
from stores.postgres.clock import advance_clock
from stores.postgres.database import Connection, Database
from stores.postgres.drift import DriftSeen, record_drift
from stores.postgres.merge import NOTHING, MergeCounts, merge_campaigns, merge_entries
from stores.postgres.months import ensure_months
from stores.postgres.rejections import RefusedOn, reject
from stores.postgres.run_events import record_event, record_restatement
from stores.postgres.run_work import Claimed, ClaimLost, hold
from stores.postgres.stage import PageRows, Stage, are_apart, stage_pages

_LEVEL = 3


@dataclass(frozen=True, slots=True)
class LandedPage:
    """A page in the raw store, perhaps not merged yet; `reading` counts the run's from 0.

    `same_as`: an earlier page of the connection with the same body, read by the same code and
    settings, of which no record was refused.
    """

    id: UUID
    reading: int
    number: int
    stream: str
    media_type: str
    request: JSONObject
    checkpoint: JSONObject | None
    is_merged: bool
    same_as: UUID | None = None


@dataclass(frozen=True, slots=True)
class PageResult:
    """What normalisation made of a landed page."""

    page: LandedPage
    rows: PageRows
    campaigns: pa.Table
    rejections: Sequence[Rejection]
    fetched: int
    drift: DriftSeen | None = None


class PageWorkStore:
    """Steps of a run with its pages, each one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def landed(
        self, scope: TenantScope, run_id: UUID, reading: int
    ) -> tuple[LandedPage, ...]:
        """The pages of one reading that are in the raw store, in order."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_LANDED, scope.tenant_id, run_id, reading)
        return tuple(LandedPage(**dict(row)) for row in rows)

    async def land(
        self,
        scope: TenantScope,
        claimed: Claimed,
        reading: int,
        pages: Sequence[RawPage],
        recipes: Sequence[str] = (),
    ) -> tuple[LandedPage, ...]:
        """Keep pages as the source sent them, compressed, before anything is made of them.

        `recipes`, one a page, names all that the result of normalising it depends on; without
        them no page is compared with earlier ones.
        """
        columns = await asyncio.to_thread(landing, pages, recipes)
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            return await land_pages(connection, scope, claimed, reading, columns)

    async def merge(
        self, scope: TenantScope, claimed: Claimed, results: Sequence[PageResult], progress: float
    ) -> MergeCounts:
        """Entries, vintages, rejections, counters and event of pages, all or nothing.

        Pages are merged in their order: where two of them have an entry in common, each gets a
        transaction of its own, and the entry a version of each.
        """
        pages = [result.rows for result in results]
        if len(results) > 1 and not are_apart(pages):
            counts = [await self.merge(scope, claimed, [one], progress) for one in results]
            return sum(counts, NOTHING)
        await self._ensure_months(scope, pages)
        async with self._database.write(scope) as connection:
            stage = await stage_pages(connection, scope, claimed.run, pages)
            await hold(connection, scope, claimed)
            if any(result.rejections for result in results):
                # What was refused is told as of moments too: none may pass it by before the commit.
                await advance_clock(connection, scope)
            for result in results:
                refused_on = RefusedOn(claimed.run.of_connection, claimed.run.id, result.page.id)
                await reject(connection, scope, refused_on, result.rejections)
                if result.drift is not None:
                    await record_drift(connection, scope, result.drift)
            return await merge_staged(connection, scope, claimed, results, stage, progress=progress)

    async def confirm(
        self, scope: TenantScope, claimed: Claimed, pages: Sequence[LandedPage], progress: float
    ) -> set[UUID]:
        """Which pages are the `same_as` others whose entries stand as those left them.

        They are merged by this: nothing has to be made of them. All others are as before.
        """
        run = claimed.run
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            found = await confirm_pages(
                connection, scope, {page.id: page.same_as for page in pages}
            )
            fetched = sum(found.values())
            if found:
                counted = (len(found), fetched, 0, fetched, 0, 0, 0)
                await connection.execute(_COUNT, scope.tenant_id, run.id, *counted, progress)
                message = _message(len(found), fetched, MergeCounts(unchanged=fetched), 0)
                await record_event(connection, scope, run.id, RunEventKind.PAGE_STORED, message)
        return set(found)

    async def _ensure_months(self, scope: TenantScope, pages: Sequence[PageRows]) -> None:
        if months := frozenset[date]().union(*(page.months for page in pages)):
            async with self._database.write(scope) as connection:
                await ensure_months(connection, months)


async def land_pages(
    connection: Connection,
    scope: TenantScope,
    claimed: Claimed,
    reading: int,
    columns: Sequence[list[object]],
) -> tuple[LandedPage, ...]:
    """Keep pages, given as `landing` makes them; called while the run is held."""
    run = claimed.run
    rows = await connection.fetch(
        _LAND, scope.tenant_id, run.id, run.connection_id, reading, *columns
    )
    return tuple(LandedPage(**dict(row)) for row in rows)


def landing(
    pages: Sequence[RawPage], recipes: Sequence[str | None] = ()
) -> tuple[list[object], ...]:
    """Pages as columns of the raw store, their bodies compressed."""
    rows = (
        (
            page.stream,
            page.media_type,
            zstandard.compress(page.body, _LEVEL),
            len(page.body),
            hashlib.sha256(page.body).hexdigest(),
            page.request,
            page.checkpoint,
            recipe,
        )
        for page, recipe in zip(pages, recipes or [None] * len(pages), strict=True)
    )
    return tuple(map(list, zip(*rows, strict=True)))


def _told(results: Sequence[PageResult], counts: MergeCounts) -> str:
    fetched = sum(result.fetched for result in results)
    rejected = sum(len(result.rejections) for result in results)
    return _message(len(results), fetched, counts, rejected)


def _message(pages: int, fetched: int, counts: MergeCounts, rejected: int) -> str:
    of_pages = f"{pages} pages, " if pages > 1 else ""
    return (
        f"{of_pages}{fetched} records: {counts.stored} stored, {counts.unchanged} unchanged, "
        f"{rejected} rejected"
    )


async def merge_staged(
    connection: Connection,
    scope: TenantScope,
    claimed: Claimed,
    results: Sequence[PageResult],
    stage: Stage,
    *,
    progress: float,
) -> MergeCounts:
    """Entries, vintages, campaigns, counters and events of staged pages; last in a transaction."""
    run = claimed.run
    by_page = await merge_entries(connection, scope, run, stage)
    await merge_campaigns(connection, scope, [result.campaigns for result in results])
    await _mark_merged(connection, scope, results, stage, by_page)
    merged = sum(by_page.values(), NOTHING)
    await connection.execute(_COUNT, scope.tenant_id, run.id, *_counted(results, merged), progress)
    await record_event(connection, scope, run.id, RunEventKind.PAGE_STORED, _told(results, merged))
    restated = Counters(restated=merged.restated)
    await record_restatement(connection, scope, run.id, restated, merged.restated_dates)
    return merged


async def _mark_merged(
    connection: Connection,
    scope: TenantScope,
    results: Sequence[PageResult],
    stage: Stage,
    counts: Mapping[UUID, MergeCounts],
) -> None:
    found = [counts.get(result.page.id, NOTHING) for result in results]
    marked = await connection.fetchval(
        _MERGED.format(stage="stage_key" if stage.is_keys else "stage_entry"),
        scope.tenant_id,
        [result.page.id for result in results],
        [result.fetched for result in results],
        [each.stored for each in found],
        [each.unchanged for each in found],
        [len(result.rejections) for result in results],
    )
    if marked != len(results):
        raise ClaimLost("the page was merged by another worker")


def _counted(results: Sequence[PageResult], counts: MergeCounts) -> tuple[int, ...]:
    return (
        len(results),
        sum(result.fetched for result in results),
        counts.stored,
        counts.unchanged,
        sum(len(result.rejections) for result in results),
        counts.created,
        counts.restated,
    )


_PAGE = (
    "id, reading, number, stream, media_type, request, checkpoint,"
    " merged_at IS NOT NULL AS is_merged"
)
_LANDED = f"""
SELECT {_PAGE} FROM raw_page
WHERE tenant_id = $1 AND run_id = $2 AND reading = $3 ORDER BY number
"""
_LAND = f"""
WITH landed AS (
    INSERT INTO raw_page (
        tenant_id, run_id, connection_id, reading, number, stream, media_type, body, size_bytes,
        sha256, request, checkpoint, recipe)
    SELECT $1, $2, $3, $4,
           ordinality + (
               SELECT coalesce(max(number), 0) FROM raw_page WHERE tenant_id = $1 AND run_id = $2),
           stream, media_type, body, size_bytes, sha256, request, checkpoint, recipe
    FROM unnest($5::text[], $6::text[], $7::bytea[], $8::bigint[], $9::text[], $10::jsonb[],
                $11::jsonb[], $12::text[])
        WITH ORDINALITY
            p (stream, media_type, body, size_bytes, sha256, request, checkpoint, recipe,
               ordinality)
    RETURNING *
)
SELECT {_PAGE}, (
    SELECT q.id FROM raw_page q
    WHERE q.tenant_id = $1 AND q.connection_id = $3 AND q.recipe = l.recipe
      AND q.rejected = 0 AND q.settled_at IS NOT NULL
    ORDER BY q.settled_at DESC LIMIT 1) AS same_as
FROM landed l ORDER BY number
"""
_MERGED = """
WITH brought AS (
    SELECT raw_page_id, array_agg(date) AS dates, array_agg(digest) AS digests
    FROM {stage} GROUP BY raw_page_id
), marked AS (
    UPDATE raw_page p
    SET merged_at = clock_timestamp(), seen_dates = coalesce(b.dates, '{{}}'),
        seen_digests = coalesce(b.digests, '{{}}'), fetched = c.fetched, stored = c.stored,
        unchanged = c.unchanged, rejected = c.rejected,
        settled_at = (SELECT learned_at FROM data_clock WHERE tenant_id = $1)
    FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
        c (id, fetched, stored, unchanged, rejected)
    LEFT JOIN brought b ON b.raw_page_id = c.id
    WHERE p.tenant_id = $1 AND p.id = c.id AND p.merged_at IS NULL
    RETURNING true
)
SELECT count(*) FROM marked
"""
_COUNT = """
UPDATE run SET pages = pages + $3, fetched = fetched + $4, stored = stored + $5,
    unchanged = unchanged + $6, rejected = rejected + $7, created = created + $8,
    restated = restated + $9, progress = greatest(progress, $10), crashes = 0
WHERE tenant_id = $1 AND id = $2
"""
