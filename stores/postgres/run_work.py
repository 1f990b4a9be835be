"""The worker's side of a run: claim it, land pages, merge them, complete windows, end it.

Every step names the claim it works under. A worker that was taken for dead and comes back
holds an older claim: its steps are refused, so nothing is done twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

import asyncpg
import pyarrow as pa
import zstandard

from core.errors import Conflict, Transient
from core.jsonvalue import JSONObject
from core.records.ingestion import RawPage, Rejection
from core.records.runs import Counters, RunError, RunEventKind, RunRecord, RunStatus
from core.scope import TenantScope
from stores.postgres.database import Connection, Database
from stores.postgres.merge import (
    MergeCounts,
    PageSource,
    ensure_months,
    merge_campaigns,
    merge_entries,
)
from stores.postgres.run_events import record_event, record_restatement
from stores.postgres.run_records import error_json, run_record

MAX_CRASHES = 3


class ClaimLost(Conflict):
    """Another worker has taken the run over, or it has ended: stop, and touch nothing."""

    code = "CLAIM_LOST"


class CancelRequested(Conflict):
    """Someone asked for the run to end."""

    code = "CANCEL_REQUESTED"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run in this worker's hands."""

    run: RunRecord

    @property
    def key(self) -> tuple[UUID, int]:
        """The run and the claim it is held under."""
        return self.run.id, self.run.claim


@dataclass(frozen=True, slots=True)
class LandedPage:
    """A page in the raw store, perhaps not merged yet."""

    id: UUID
    number: int
    stream: str
    media_type: str
    request: JSONObject
    checkpoint: JSONObject | None
    is_merged: bool


@dataclass(frozen=True, slots=True)
class PageResult:
    """What normalisation made of a page."""

    entries: pa.Table
    campaigns: pa.Table
    rejections: Sequence[Rejection]
    fetched: int


@dataclass(frozen=True, slots=True)
class _Ending:
    status: RunStatus
    kind: RunEventKind
    message: str
    error: RunError | None = None


class RunWorkStore:
    """Steps of a run, each one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, scope: TenantScope, run_id: UUID) -> Claimed | None:
        """Take the run; None when it is over.

        A run found RUNNING was left by a worker that died: after three deaths without a page
        between them it is parked. Transient when another run is reading the same connection.
        """
        try:
            async with self._database.write(scope) as connection:
                row = await connection.fetchrow(_CLAIM, scope.tenant_id, run_id, MAX_CRASHES)
                if row is None:
                    return None
                run = run_record(row)
                kind, message = _opening(run, row["crashes"])
                await record_event(connection, scope, run_id, kind, message)
        except asyncpg.UniqueViolationError as error:
            raise Transient(
                "another run is reading this connection", retry_after_seconds=1
            ) from error
        return Claimed(run) if run.status is RunStatus.RUNNING else None

    async def landed(
        self, scope: TenantScope, run_id: UUID, reading: int
    ) -> tuple[LandedPage, ...]:
        """The pages of one reading that are in the raw store, in order."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_LANDED, scope.tenant_id, run_id, reading)
        return tuple(LandedPage(**dict(row)) for row in rows)

    async def land(
        self, scope: TenantScope, claimed: Claimed, reading: int, page: RawPage
    ) -> LandedPage:
        """Keep a page as the source sent it, compressed, before anything is made of it."""
        body = zstandard.compress(page.body, 3)
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            row = await connection.fetchrow(
                _LAND,
                scope.tenant_id,
                claimed.run.id,
                claimed.run.connection_id,
                reading,
                page.stream,
                page.media_type,
                body,
                len(page.body),
                hashlib.sha256(page.body).hexdigest(),
                page.request,
                page.checkpoint,
            )
        if row is None:
            raise ClaimLost("the page was not kept")
        return LandedPage(**dict(row))

    async def merge(
        self,
        scope: TenantScope,
        claimed: Claimed,
        page: LandedPage,
        result: PageResult,
        progress: float,
    ) -> MergeCounts:
        """Entries, vintages, rejections, counters and event of a page, all or nothing."""
        if result.entries.num_rows:
            async with self._database.write(scope) as connection:
                await ensure_months(connection, result.entries)
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            source = PageSource(claimed.run.connection_id, claimed.run.id, page.id)
            counts = await merge_entries(connection, scope, source, result.entries)
            await merge_campaigns(connection, scope, result.campaigns)
            await _reject(connection, scope, source, result.rejections)
            await _mark_merged(connection, scope, page, result.entries)
            await connection.execute(
                _COUNT, scope.tenant_id, claimed.run.id, *_counted(result, counts), progress
            )
            await record_event(
                connection, scope, claimed.run.id, RunEventKind.PAGE_STORED, _told(result, counts)
            )
            restated = Counters(restated=counts.restated)
            await record_restatement(
                connection, scope, claimed.run.id, restated, counts.restated_dates
            )
        return counts

    async def save_checkpoint(
        self, scope: TenantScope, claimed: Claimed, checkpoint: JSONObject
    ) -> None:
        """Keep how the run's range is cut, before the first page."""
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            await connection.execute(_CHECKPOINT, scope.tenant_id, claimed.run.id, checkpoint)

    async def wait(self, scope: TenantScope, claimed: Claimed, message: str) -> None:
        """Give the run back to the queue: it will be tried again later."""
        await self._end(scope, claimed, _Ending(RunStatus.QUEUED, RunEventKind.WAITING, message))

    async def give_way(self, scope: TenantScope, claimed: Claimed) -> None:
        """Give the run back to the queue for the sake of another: it goes on in its turn."""
        ending = _Ending(RunStatus.QUEUED, RunEventKind.GAVE_WAY, "made room for another run")
        await self._end(scope, claimed, ending)

    async def waits(self, scope: TenantScope, claimed: Claimed) -> int:
        """How often the run was given back to the queue since it last got on."""
        async with self._database.read(scope) as connection:
            return int(await connection.fetchval(_WAITS, scope.tenant_id, claimed.run.id))

    async def fail(self, scope: TenantScope, claimed: Claimed, error: RunError) -> None:
        """End the run with what went wrong."""
        ending = _Ending(RunStatus.FAILED, RunEventKind.FAILED, error.message, error)
        await self._end(scope, claimed, ending)

    async def cancel(self, scope: TenantScope, claimed: Claimed) -> None:
        """End the run as its caller asked; what it stored stays."""
        ending = _Ending(RunStatus.CANCELLED, RunEventKind.CANCELLED, "cancelled")
        await self._end(scope, claimed, ending)

    async def _end(self, scope: TenantScope, claimed: Claimed, ending: _Ending) -> None:
        error = None if ending.error is None else error_json(ending.error)
        async with self._database.write(scope) as connection:
            row = await connection.fetchrow(
                _END, scope.tenant_id, *claimed.key, ending.status, error
            )
            if row is None:
                raise ClaimLost("the run is in other hands")
            await record_event(connection, scope, claimed.run.id, ending.kind, ending.message)


async def hold(connection: Connection, scope: TenantScope, claimed: Claimed) -> None:
    """Lock the run under its claim, or ClaimLost; CancelRequested when its caller said so."""
    row = await connection.fetchrow(_HOLD, scope.tenant_id, *claimed.key)
    if row is None:
        raise ClaimLost("the run is in other hands")
    if row["is_cancel_requested"]:
        raise CancelRequested("cancelled")


def _opening(run: RunRecord, crashes: int) -> tuple[RunEventKind, str]:
    if run.status is RunStatus.PARKED:
        return RunEventKind.PARKED, f"its worker died {crashes} times without a page between"
    if run.status is RunStatus.CANCELLED:
        return RunEventKind.CANCELLED, "cancelled"
    if run.claim > 1:
        return RunEventKind.RESUMED, "taken up again from its checkpoint"
    return RunEventKind.STARTED, "started"


def _told(result: PageResult, counts: MergeCounts) -> str:
    return (
        f"{result.fetched} records: {counts.stored} stored, {counts.unchanged} unchanged, "
        f"{len(result.rejections)} rejected"
    )


async def _reject(
    connection: Connection,
    scope: TenantScope,
    source: PageSource,
    rejections: Sequence[Rejection],
) -> None:
    if rejections:
        await connection.execute(
            _REJECT,
            scope.tenant_id,
            source.run_id,
            source.raw_page_id,
            [asdict(rejection) for rejection in rejections],
        )


async def _mark_merged(
    connection: Connection, scope: TenantScope, page: LandedPage, entries: pa.Table
) -> None:
    marked = await connection.fetchval(
        _MERGED,
        scope.tenant_id,
        page.id,
        entries["date"].to_pylist(),
        [UUID(bytes=digest) for digest in entries["digest"].to_pylist()],
    )
    if marked is None:
        raise ClaimLost("the page was merged by another worker")


def _counted(result: PageResult, counts: MergeCounts) -> tuple[int, ...]:
    return (
        result.fetched,
        counts.stored,
        counts.unchanged,
        len(result.rejections),
        counts.created,
        counts.restated,
    )


_CLAIM = """
WITH taken AS (
    SELECT tenant_id, id, is_cancel_requested,
           crashes + (status = 'RUNNING')::int AS crashes
    FROM run WHERE tenant_id = $1 AND id = $2 AND status IN ('QUEUED', 'RUNNING') FOR UPDATE
)
UPDATE run SET
    claim = run.claim + 1,
    crashes = taken.crashes,
    status = CASE WHEN taken.is_cancel_requested THEN 'CANCELLED'
                  WHEN taken.crashes >= $3 THEN 'PARKED' ELSE 'RUNNING' END,
    ended_at = CASE WHEN taken.is_cancel_requested OR taken.crashes >= $3 THEN now() END,
    started_at = coalesce(run.started_at, now())
FROM taken WHERE run.tenant_id = taken.tenant_id AND run.id = taken.id
RETURNING run.*
"""
_HOLD = """
SELECT is_cancel_requested FROM run
WHERE tenant_id = $1 AND id = $2 AND claim = $3 AND status = 'RUNNING' FOR UPDATE
"""
_PAGE = "id, number, stream, media_type, request, checkpoint, merged_at IS NOT NULL AS is_merged"
_LANDED = f"""
SELECT {_PAGE} FROM raw_page
WHERE tenant_id = $1 AND run_id = $2 AND reading = $3 ORDER BY number
"""
_LAND = f"""
INSERT INTO raw_page (
    tenant_id, run_id, connection_id, reading, number, stream, media_type, body, size_bytes,
    sha256, request, checkpoint)
SELECT $1, $2, $3, $4,
       (SELECT coalesce(max(number), 0) + 1 FROM raw_page WHERE tenant_id = $1 AND run_id = $2),
       $5, $6, $7, $8, $9, $10, $11
RETURNING {_PAGE}
"""
_MERGED = """
UPDATE raw_page SET merged_at = clock_timestamp(), seen_dates = $3, seen_digests = $4
WHERE tenant_id = $1 AND id = $2 AND merged_at IS NULL RETURNING true
"""
_REJECT = """
INSERT INTO rejected_record (
    tenant_id, run_id, raw_page_id, position, field, reason, mend, payload)
SELECT $1, $2, $3, position, field, reason, mend, payload
FROM jsonb_populate_recordset(NULL::rejected_record, $4) WITH ORDINALITY ORDER BY ordinality
"""
_COUNT = """
UPDATE run SET pages = pages + 1, fetched = fetched + $3, stored = stored + $4,
    unchanged = unchanged + $5, rejected = rejected + $6, created = created + $7,
    restated = restated + $8, progress = greatest(progress, $9), crashes = 0
WHERE tenant_id = $1 AND id = $2
"""
_CHECKPOINT = "UPDATE run SET checkpoint = $3 WHERE tenant_id = $1 AND id = $2"
_WAITS = """
SELECT count(*) FROM run_event
WHERE tenant_id = $1 AND run_id = $2 AND kind = 'WAITING' AND sequence > (
    SELECT coalesce(max(sequence), 0) FROM run_event
    WHERE tenant_id = $1 AND run_id = $2
      AND kind IN ('QUEUED', 'PAGE_STORED', 'WINDOW_COMPLETED'))
"""
_END = """
UPDATE run SET status = $4, error = $5,
    ended_at = CASE WHEN $4 = 'QUEUED' THEN NULL ELSE now() END
WHERE tenant_id = $1 AND id = $2 AND claim = $3 AND status = 'RUNNING' RETURNING id
"""
