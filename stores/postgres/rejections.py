"""Refused records: kept by ingestion, listed, counted, and laid aside or handed to a replay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from uuid import UUID

import asyncpg

from core.errors import BadInput, Bug, Conflict, NotFound
from core.jsonvalue import JSONObject
from core.merge_patch import merge_patch
from core.records.audit import Act
from core.records.ingestion import Rejection
from core.records.pages import Page, PageRequest
from core.records.rejections import (
    RejectedRecord,
    RejectionChoice,
    RejectionFilter,
    RejectionGroup,
    RejectionState,
)
from core.records.runs import RunEventKind, RunKind, RunRecord
from core.scope import TenantScope
from stores.postgres.audit import record_act
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.paging import Ordering, page_of
from stores.postgres.queue import enqueue_run
from stores.postgres.run_events import record_event
from stores.postgres.run_records import run_record

_BY_ID = Ordering(("id",), (UUID,))
_COLUMNS = (
    "id, run_id, raw_page_id, position, field, reason, mend, payload, connection_id, stream, "
    "rejected_at, state, corrected, replay_run_id, replays, settled_at, settled_by, note, "
    "check_id"
)
# What is handed to a run that has ended without it is free again.
_IS_REPLAYING = """r.is_pending AND EXISTS (
    SELECT FROM run u WHERE u.tenant_id = r.tenant_id AND u.id = r.replay_run_id
      AND u.status IN ('QUEUED', 'RUNNING'))
"""


@dataclass(frozen=True, slots=True)
class RefusedOn:
    """The page that refused records stood on."""

    connection_id: UUID
    run_id: UUID
    raw_page_id: UUID


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Records that are locked and may be acted on, and what each now holds."""

    ids: list[UUID]
    connections: list[UUID]
    payloads: list[JSONObject]


async def reject(
    connection: Connection, scope: TenantScope, page: RefusedOn, rejections: Sequence[Rejection]
) -> None:
    """Keep what a page refused, in the transaction that merges the page.

    A record that an earlier run refused for the same reason is superseded by this one: a source
    that is read daily would otherwise fill the list with repeats.
    """
    if not rejections:
        return
    place = (scope.tenant_id, page.run_id, page.raw_page_id)
    refused = [asdict(rejection) for rejection in rejections]
    await connection.execute(_REJECT, *place, page.connection_id, refused)
    await connection.execute(_SUPERSEDE_REPEATS, *place)


class RejectionStore:
    """What a caller may do with refused records; replaying them is a run's work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, scope: TenantScope, where: RejectionFilter, request: PageRequest
    ) -> Page[RejectedRecord]:
        """One page, oldest first, in the order they were read; the cursor part is the id."""
        conditions = _conditions(scope, where)
        _BY_ID.seek(conditions, request)
        sql = (
            f"SELECT {_COLUMNS}, {_IS_REPLAYING} AS is_replaying FROM rejected_record r "
            f"WHERE {conditions} {_BY_ID.clause(request)}"
        )
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *conditions.values)
        return page_of(rows, request, _record)

    async def groups(
        self, scope: TenantScope, where: RejectionFilter, limit: int
    ) -> tuple[RejectionGroup, ...]:
        """The `limit` largest groups."""
        conditions = _conditions(scope, where)
        sql = f"{_GROUPS} WHERE {conditions} {_GROUPED} LIMIT {conditions.parameter(limit)}"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *conditions.values)
        return tuple(
            RejectionGroup(**(dict(row) | {"state": RejectionState(row["state"])})) for row in rows
        )

    async def dismiss(self, scope: TenantScope, choice: RejectionChoice, why: str) -> int:
        """Lay open records aside, with a reason; how many."""
        async with self._database.write(scope) as connection:
            chosen = await _choose(connection, scope, choice)
            await connection.execute(_DISMISS, scope.tenant_id, chosen.ids, scope.actor, why)
            told = {"records": len(chosen.ids), "why": why}
            await record_act(connection, scope, Act.REJECTED_DISMISSED, None, **told)
        return len(chosen.ids)

    async def replay(
        self, scope: TenantScope, choice: RejectionChoice, patch: JSONObject | None
    ) -> tuple[RunRecord, ...]:
        """Hand open records to a run of kind REPLAY for each of their connections.

        `patch` is a JSON merge patch on what each record holds now: with corrections of earlier
        replays, as it came where there are none.
        """
        async with self._database.write(scope) as connection:
            chosen = await _choose(connection, scope, choice)
            await _require_active(connection, scope, chosen.connections)
            if patch is not None:
                corrected = [merge_patch(payload, patch) for payload in chosen.payloads]
                await connection.execute(_CORRECT, scope.tenant_id, chosen.ids, corrected)
            runs = [
                await _hand_over(connection, scope, connection_id, chosen.ids)
                for connection_id in sorted(set(chosen.connections))
            ]
            queued = tuple([await _queue(connection, scope, run_id) for run_id in runs])
            told = {"records": len(chosen.ids), "runs": len(runs)}
            await record_act(connection, scope, Act.REJECTED_REPLAYED, None, **told)
            return queued


async def _choose(connection: Connection, scope: TenantScope, choice: RejectionChoice) -> _Chosen:
    ids = list(choice.ids)
    if choice.where is not None:
        ids = await _matching(connection, scope, choice.where, choice.maximum)
    # Locked first and looked at afterwards: what another call did meanwhile is then seen.
    await connection.execute(_LOCK, scope.tenant_id, ids)
    rows = await connection.fetch(_LOOK, scope.tenant_id, ids)
    if choice.where is None:
        _require_each(rows, choice.ids)
    free = [row for row in rows if row["is_free"]]
    if not free:
        raise NotFound(
            "no open record matches", field="filter", mend="list them with rejectedRecords first"
        )
    return _Chosen(
        [row["id"] for row in free],
        [row["connection_id"] for row in free],
        [row["held"] for row in free],
    )


async def _matching(
    connection: Connection, scope: TenantScope, where: RejectionFilter, maximum: int
) -> list[UUID]:
    conditions = _conditions(scope, replace(where, states=(RejectionState.OPEN,)))
    conditions.add(f"NOT ({_IS_REPLAYING})")
    sql = f"SELECT id FROM rejected_record r WHERE {conditions} ORDER BY id"
    rows = await connection.fetch(f"{sql} LIMIT {maximum + 1}", *conditions.values)
    if len(rows) > maximum:
        found = await connection.fetchval(
            f"SELECT count(*) FROM rejected_record r WHERE {conditions}", *conditions.values
        )
        raise BadInput(
            f"{found:,} open records match, and maximum is {maximum:,}: none was touched",
            field="maximum",
            mend="narrow the filter, or raise maximum if all of them are meant",
        )
    return [row["id"] for row in rows]


def _require_each(rows: Sequence[asyncpg.Record], ids: Sequence[UUID]) -> None:
    if len(rows) < len(set(ids)):
        raise NotFound(
            "no such rejected record", field="ids", mend="list them with rejectedRecords"
        )
    held = [row for row in rows if not row["is_free"]]
    if held:
        state = held[0]["state"].lower()
        told = "is being replayed" if state == "open" else f"is {state}"
        raise Conflict(
            f"{len(held)} of {len(rows)} records cannot be touched: the first {told}",
            field="ids",
            mend="name records that are OPEN and not being replayed",
        )


async def _require_active(
    connection: Connection, scope: TenantScope, connections: Sequence[UUID]
) -> None:
    row = await connection.fetchrow(_HELD_CONNECTION, scope.tenant_id, list(connections))
    if row is not None:
        raise Conflict(
            f"the connection {row['name']!r} is {row['status']}",
            field="filter.connections",
            mend="resume the connection first, or leave its records out",
        )


async def _hand_over(
    connection: Connection, scope: TenantScope, connection_id: UUID, ids: Sequence[UUID]
) -> UUID:
    run_id: UUID = await connection.fetchval(
        _INSERT_RUN, scope.tenant_id, RunKind.REPLAY, connection_id, scope.actor
    )
    await connection.execute(_HAND_OVER, scope.tenant_id, connection_id, run_id, list(ids))
    return run_id


async def _queue(connection: Connection, scope: TenantScope, run_id: UUID) -> RunRecord:
    await record_event(connection, scope, run_id, RunEventKind.QUEUED, "waiting for a worker")
    await enqueue_run(connection, scope.tenant_id, run_id)
    row = await connection.fetchrow(_RUN, scope.tenant_id, run_id)
    if row is None:
        raise Bug("the run is gone")
    return run_record(row)


def _conditions(scope: TenantScope, where: RejectionFilter) -> Conditions:
    found = Conditions(scope.tenant_id)
    found.add("r.tenant_id = $1")
    found.among("id", where.ids)
    found.among("connection_id", where.connections)
    found.among("field", where.fields)
    found.among("state", where.states)
    found.among("check_id", where.checks)
    if where.runs:
        found.add(
            "(run_id = ANY({}) OR replay_run_id = ANY({}))", list(where.runs), list(where.runs)
        )
    if where.sources:
        found.add(_OF_SOURCES, list(where.sources))
    if where.since is not None:
        found.add("rejected_at >= {}", where.since)
    if where.until is not None:
        found.add("rejected_at < {}", where.until)
    if where.text is not None:
        found.add(
            "(position(lower({}) IN lower(reason)) > 0"
            " OR position(lower({}) IN lower(payload::text)) > 0)",
            where.text,
            where.text,
        )
    return found


def _record(row: asyncpg.Record) -> RejectedRecord:
    return RejectedRecord(**(dict(row) | {"state": RejectionState(row["state"])}))


_REJECT = """
INSERT INTO rejected_record (
    tenant_id, run_id, raw_page_id, connection_id, stream, fingerprint,
    position, field, reason, mend, payload, check_id)
SELECT $1, $2, $3, $4, p.stream,
       md5(concat_ws(' ', p.stream, r.field, r.payload::text))::uuid,
       r.position, r.field, r.reason, r.mend, r.payload, r.check_id
FROM raw_page p,
     jsonb_populate_recordset(NULL::rejected_record, $5) WITH ORDINALITY AS r
WHERE p.tenant_id = $1 AND p.id = $3 ORDER BY r.ordinality
"""
_SUPERSEDE_REPEATS = f"""
UPDATE rejected_record r SET state = 'SUPERSEDED', settled_at = clock_timestamp(),
    settled_by = 'run:' || $2::uuid, note = 'the source sent the same again: see the newer record'
FROM rejected_record new
WHERE new.tenant_id = $1 AND new.run_id = $2 AND new.raw_page_id = $3
  AND r.tenant_id = $1 AND r.state = 'OPEN' AND r.run_id <> $2
  AND r.fingerprint = new.fingerprint AND r.connection_id = new.connection_id
  AND NOT ({_IS_REPLAYING})
"""
_OF_SOURCES = """
connection_id IN (SELECT c.id FROM connection c WHERE c.tenant_id = $1 AND c.source = ANY({}))
"""
_GROUPS = """
SELECT connection_id, state, field, reason, max(mend) AS mend, count(*) AS records,
       max(rejected_at) AS newest_at
FROM rejected_record r
"""
_GROUPED = """
GROUP BY connection_id, state, field, reason
ORDER BY records DESC, newest_at DESC, connection_id, field, reason, state
"""
_LOCK = """
SELECT FROM rejected_record WHERE tenant_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE
"""
_LOOK = f"""
SELECT id, connection_id, state, coalesce(corrected, payload) AS held,
       state = 'OPEN' AND NOT ({_IS_REPLAYING}) AS is_free
FROM rejected_record r WHERE tenant_id = $1 AND id = ANY($2) ORDER BY id
"""
_HELD_CONNECTION = """
SELECT name, status FROM connection
WHERE tenant_id = $1 AND id = ANY($2) AND status <> 'ACTIVE' ORDER BY id LIMIT 1
"""
_DISMISS = """
UPDATE rejected_record SET state = 'DISMISSED', is_pending = false,
    settled_at = clock_timestamp(), settled_by = $3, note = $4
WHERE tenant_id = $1 AND id = ANY($2)
"""
_CORRECT = """
UPDATE rejected_record r SET corrected = c.corrected
FROM (SELECT * FROM unnest($2::uuid[], $3::jsonb[])) c (id, corrected)
WHERE r.tenant_id = $1 AND r.id = c.id
"""
_INSERT_RUN = """
INSERT INTO run (tenant_id, kind, connection_id, requested_by) VALUES ($1, $2, $3, $4)
RETURNING id
"""
_HAND_OVER = """
UPDATE rejected_record SET replay_run_id = $3, is_pending = true, replays = replays + 1
WHERE tenant_id = $1 AND connection_id = $2 AND id = ANY($4)
"""
_RUN = "SELECT * FROM run WHERE tenant_id = $1 AND id = $2"
