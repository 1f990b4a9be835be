"""Documents as they stand, and what is known of their index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from core.commands import NewRun
from core.jsonvalue import JSONObject
from core.records.audit import Act
from core.records.connections import Source
from core.records.documents import Document, DocumentKind
from core.records.runs import RunKind, RunRecord
from core.scope import TenantId, TenantScope
from core.units import DateRange
from stores.postgres.audit import record_act
from stores.postgres.database import Connection, Database
from stores.postgres.entries import merge_lock
from stores.postgres.run_records import run_record
from stores.postgres.runs import start_run

DOCUMENT_COLUMNS: Final = tuple(
    name
    for field in fields(Document)
    for name in (("since", "until") if field.name == "period" else (field.name,))
)


QUIET_SECONDS = 10
LONGEST_SECONDS = 300


class DocumentStore:
    """Reads documents, and asks for them to be written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> Mapping[UUID, Document]:
        """The current versions of these documents, where there are any."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_BY_IDS, scope.tenant_id, list(ids))
        return {row["id"]: document_record(row) for row in rows}

    async def looked_at(self, scope: TenantScope, rules: str) -> datetime | None:
        """The moment of the tenant's clock up to which documents by `rules` say what was known.

        None where they never did.
        """
        async with self._database.read(scope) as connection:
            found: datetime | None = await connection.fetchval(_LOOKED, scope.tenant_id, rules)
        return found

    async def due(self, rules: str, most: int) -> tuple[TenantId, ...]:
        """Tenants that have learned since their documents were written, and are quiet by now.

        Also in the middle of a long backfill, but seldom; and where others than `rules` wrote them.
        As many as bring the open runs to `most`: the one that is least behind and the one whose
        last run is the longest ago in turn, so that none waits for ever.
        """
        async with self._database.watch() as connection:
            rows = await connection.fetch(_DUE, QUIET_SECONDS, LONGEST_SECONDS, rules, most)
        return tuple(TenantId(row["tenant_id"]) for row in rows)

    async def request(self, scope: TenantScope) -> RunRecord:
        """A run that brings the index up to the present; the one that waits already, if any."""
        async with self._database.write(scope) as connection:
            return await _requested(connection, scope)

    async def rebuild(self, scope: TenantScope, *, everything: bool) -> RunRecord:
        """`request`, as somebody asks for it; `everything` is looked at, touched or not."""
        async with self._database.write(scope) as connection:
            run = await _requested(connection, scope, everything=everything)
            asked = {"kind": RunKind.INDEX, "everything": everything}
            await record_act(connection, scope, Act.RUN_REQUESTED, f"run:{run.id}", **asked)
        return run


async def _requested(
    connection: Connection, scope: TenantScope, *, everything: bool = False
) -> RunRecord:
    await connection.execute("SELECT pg_advisory_xact_lock($1)", merge_lock(scope))
    # Of the run, not of the index: one that works meanwhile would answer for what it never saw.
    options: JSONObject = {"everything": True} if everything else {}
    waiting = await connection.fetchrow(_WAITING, scope.tenant_id, options)
    if waiting is not None:
        return run_record(waiting)
    return await start_run(connection, scope, NewRun(RunKind.INDEX, options=options))


def document_record(row: asyncpg.Record) -> Document:
    """The record of the DOCUMENT_COLUMNS of a row."""
    said = {name: row[name] for name in DOCUMENT_COLUMNS}
    since, until = said.pop("since"), said.pop("until")
    return Document(
        **said
        | {
            "kind": DocumentKind(row["kind"]),
            "source": None if row["source"] is None else Source(row["source"]),
            "period": None if since is None else DateRange(since, until),
            "content_hash": bytes(row["content_hash"]),
        }
    )


_LOOKED = "SELECT looked_at FROM document_index WHERE tenant_id = $1 AND rules = $2"
# A run that made room has a plan already, which leaves something out unless it is of everything.
_WAITING = """
UPDATE run SET options = options || $2,
    checkpoint = CASE WHEN options @> $2 THEN checkpoint END
WHERE tenant_id = $1 AND kind = 'INDEX' AND status = 'QUEUED' RETURNING *
"""
_DUE = """
WITH due AS (
    SELECT c.tenant_id,
           CASE WHEN i.rules = $3 THEN c.learned_at - i.looked_at END AS lag,
           (SELECT r.id FROM run r WHERE r.tenant_id = c.tenant_id AND r.kind = 'INDEX'
            ORDER BY r.id DESC LIMIT 1) AS last_run
    FROM data_clock c LEFT JOIN document_index i USING (tenant_id)
    WHERE (i.looked_at IS NULL OR c.learned_at > i.looked_at OR i.rules <> $3)
      AND (c.learned_at < clock_timestamp() - make_interval(secs => $1)
           OR i.looked_at < clock_timestamp() - make_interval(secs => $2))
      AND NOT EXISTS (SELECT FROM run r WHERE r.tenant_id = c.tenant_id AND r.kind = 'INDEX'
                      AND r.status IN ('QUEUED', 'RUNNING'))
)
SELECT tenant_id FROM (
    SELECT tenant_id, row_number() OVER (ORDER BY lag NULLS LAST, tenant_id) AS by_lag,
           row_number() OVER (ORDER BY last_run NULLS FIRST, tenant_id) AS by_turn
    FROM due
) ranked
ORDER BY least(by_lag, by_turn), by_turn
LIMIT greatest(0, $4 - (SELECT count(*) FROM run
                        WHERE kind = 'INDEX' AND status IN ('QUEUED', 'RUNNING')))
"""
_BY_IDS = f"""
SELECT {", ".join(DOCUMENT_COLUMNS)} FROM document
WHERE tenant_id = $1 AND id = ANY($2) AND superseded_at IS NULL
"""
