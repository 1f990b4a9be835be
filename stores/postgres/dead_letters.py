"""Runs that ended badly: listed, queued again, laid aside."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from core.errors import BadInput, Conflict, NotFound
from core.missing import no_run
from core.records.audit import Act
from core.records.dead_letters import DeadLetter, DeadLetterChoice, DeadLetterFilter
from core.records.pages import Page, PageRequest
from core.records.runs import RunKind, RunRecord
from core.scope import TenantScope
from stores.postgres.audit import record_act
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.paging import Ordering, page_of
from stores.postgres.run_records import run_record
from stores.postgres.runs import reopen_run

_NEWEST_FIRST = Ordering(("r.id",), (UUID,), is_descending=True)
_INTERNAL = [kind for kind in RunKind if kind.is_internal]


class DeadLetterStore:
    """The dead letters of a tenant, and how many all tenants have."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, scope: TenantScope, where: DeadLetterFilter, request: PageRequest
    ) -> Page[DeadLetter]:
        """One page, newest run first; the cursor part is the run's id."""
        conditions = _conditions(scope, where)
        _NEWEST_FIRST.seek(conditions, request)
        sql = f"{_SELECT} WHERE {conditions} {_NEWEST_FIRST.clause(request)}"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *conditions.values)
        return page_of(rows, request, _record)

    async def requeue(self, scope: TenantScope, choice: DeadLetterChoice) -> tuple[RunRecord, ...]:
        """Queue runs again, each from its last checkpoint; all or none."""
        async with self._database.write(scope) as connection:
            ids = await _choose(connection, scope, choice)
            held = await connection.fetchrow(_HELD_CONNECTION, scope.tenant_id, ids, _INTERNAL)
            if held is not None:
                raise Conflict(
                    f"the connection {held['name']!r} is {held['status']}",
                    field="filter.connections",
                    mend="resume the connection first, or leave its runs out",
                )
            runs = tuple([await reopen_run(connection, scope, run_id) for run_id in ids])
            await record_act(connection, scope, Act.DEAD_LETTERS_REQUEUED, None, runs=len(runs))
            return runs

    async def dismiss(self, scope: TenantScope, choice: DeadLetterChoice, why: str) -> int:
        """Lay runs aside, with a reason; how many."""
        async with self._database.write(scope) as connection:
            ids = await _choose(connection, scope, choice)
            await connection.execute(_DISMISS, scope.tenant_id, ids, scope.actor, why)
            told = {"runs": len(ids), "why": why}
            await record_act(connection, scope, Act.DEAD_LETTERS_DISMISSED, None, **told)
        return len(ids)

    async def count(self) -> int:
        """How many dead letters all tenants have that nobody laid aside."""
        async with self._database.watch() as connection:
            return int(await connection.fetchval(_COUNT))


async def _choose(
    connection: Connection, scope: TenantScope, choice: DeadLetterChoice
) -> list[UUID]:
    """The chosen runs, locked."""
    where = choice.where or DeadLetterFilter()
    conditions = _conditions(scope, where)
    conditions.among("r.id", choice.ids)
    sql = f"SELECT r.id {_FROM} WHERE {conditions} ORDER BY r.id FOR UPDATE OF r"
    rows = await connection.fetch(f"{sql} LIMIT {choice.maximum + 1}", *conditions.values)
    if choice.where is None and len(rows) < len(set(choice.ids)):
        await _refuse(connection, scope, choice.ids, {row["id"] for row in rows})
    if len(rows) > choice.maximum:
        raise BadInput(
            f"more than {choice.maximum:,} dead letters match: none was touched",
            field="maximum",
            mend="narrow the filter, or raise maximum if all of them are meant",
        )
    if not rows:
        raise NotFound("no dead letter matches", field="filter", mend="see deadLetters")
    return [row["id"] for row in rows]


async def _refuse(
    connection: Connection, scope: TenantScope, ids: Sequence[UUID], found: set[UUID]
) -> None:
    sql = "SELECT status FROM run WHERE tenant_id = $1 AND id = ANY($2)"
    rest = await connection.fetch(sql, scope.tenant_id, list(set(ids) - found))
    if len(rest) + len(found) < len(set(ids)):
        raise no_run()
    raise Conflict(
        f"{len(rest)} of these runs are no dead letters: the first is {rest[0]['status'].lower()}"
        " or was dismissed",
        field="ids",
        mend="name runs that are FAILED or PARKED; see deadLetters",
    )


def _conditions(scope: TenantScope, where: DeadLetterFilter) -> Conditions:
    found = Conditions(scope.tenant_id)
    found.add("r.tenant_id = $1 AND r.status IN ('FAILED', 'PARKED')")
    found.add("d.run_id IS NOT NULL" if where.is_dismissed else "d.run_id IS NULL")
    found.among("r.connection_id", where.connections)
    found.among("coalesce(r.error ->> 'kind', 'BUG')", where.kinds)
    found.among("r.error ->> 'code'", where.codes)
    return found


def _record(row: asyncpg.Record) -> DeadLetter:
    return DeadLetter(
        run_record(row), row["last_message"], row["at"], row["dismissed_by"], row["why"]
    )


_FROM = """
FROM run r LEFT JOIN run_dismissal d
    ON d.tenant_id = r.tenant_id AND d.run_id = r.id AND d.at >= r.ended_at
"""
_SELECT = f"""
SELECT r.*, d.at, d.dismissed_by, d.why, (
    SELECT message FROM run_event v
    WHERE v.tenant_id = r.tenant_id AND v.run_id = r.id ORDER BY v.sequence DESC LIMIT 1
) AS last_message {_FROM}
"""
_HELD_CONNECTION = """
SELECT c.name, c.status FROM run r
JOIN connection c ON c.tenant_id = r.tenant_id AND c.id = r.connection_id
WHERE r.tenant_id = $1 AND r.id = ANY($2) AND c.status <> 'ACTIVE' AND r.kind <> ALL($3)
ORDER BY r.id LIMIT 1
"""
_DISMISS = """
INSERT INTO run_dismissal (tenant_id, run_id, dismissed_by, why)
SELECT $1, id, $3, $4 FROM unnest($2::uuid[]) id
ON CONFLICT (tenant_id, run_id) DO UPDATE SET
    at = clock_timestamp(), dismissed_by = excluded.dismissed_by, why = excluded.why
"""
_COUNT = f"SELECT count(*) {_FROM} WHERE r.status IN ('FAILED', 'PARKED') AND d.run_id IS NULL"
