"""Forgetting persons, as it is asked for: what names one is sealed until the run has ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from core.commands import NewRun
from core.errors import Conflict
from core.records.audit import Act
from core.records.forgetting import StillNamed, SubjectErasure
from core.records.pages import Page, PageRequest
from core.records.retention import LetGo
from core.records.runs import RunKind, RunRecord
from core.scope import SystemScope, TenantScope
from stores.postgres.audit import record_act
from stores.postgres.conditions import Conditions
from stores.postgres.database import Database
from stores.postgres.paging import Ordering, page_of
from stores.postgres.runs import start_run
from stores.postgres.sealing import held_key, sealed_for, wrapped_key
from stores.vault import Vault

NAMES_LIFE: Final = timedelta(days=1)
"""How long a run that has ended without finishing can be tried again."""

_COLUMNS = "run_id, is_preview, receipt, finished_at"
_NEWEST_FIRST = Ordering(("run_id",), (UUID,), is_descending=True)


class SubjectErasureStore:
    """Receipts of persons who were forgotten, and what the runs of them look for."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def request(
        self, scope: TenantScope, names: Sequence[str], *, is_preview: bool
    ) -> tuple[SubjectErasure, RunRecord]:
        """Queue the run that forgets the person of these names, sealed beside it."""
        async with self._database.write(scope) as connection:
            # Before the locks of the run's first event: a rotation takes the key first too.
            await held_key(connection, self._vault, scope)
            run = await start_run(connection, scope, NewRun(RunKind.ERASURE))
            place, secret = run.id.bytes, orjson.dumps(list(names))
            sealed = await sealed_for(connection, self._vault, scope, place, secret)
            row = await connection.fetchrow(_BEGIN, scope.tenant_id, run.id, is_preview, sealed)
            asked = {"kind": RunKind.ERASURE, "preview": is_preview}
            await record_act(connection, scope, Act.RUN_REQUESTED, f"run:{run.id}", **asked)
        return subject_erasure(row), run

    async def page(self, scope: TenantScope, request: PageRequest) -> Page[SubjectErasure]:
        """One page, newest first; the cursor is the run's id."""
        where = Conditions(scope.tenant_id)
        where.add("tenant_id = $1")
        _NEWEST_FIRST.seek(where, request)
        order = _NEWEST_FIRST.clause(request)
        sql = f"SELECT {_COLUMNS} FROM subject_erasure WHERE {where} {order}"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *where.values)
        return page_of(rows, request, subject_erasure)

    async def of_run(self, scope: TenantScope, run_id: UUID) -> SubjectErasure:
        """The erasure that a run carries out."""
        sql = f"SELECT {_COLUMNS} FROM subject_erasure WHERE tenant_id = $1 AND run_id = $2"
        async with self._database.read(scope) as connection:
            return subject_erasure(await connection.fetchrow(sql, scope.tenant_id, run_id))

    async def names(self, scope: TenantScope, run_id: UUID) -> Sequence[str]:
        """What a run looks for; Conflict once that is no longer kept."""
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(_NAMES, scope.tenant_id, run_id)
        if row is None:
            raise Conflict(
                "what names the person is no longer kept", mend="ask for the erasure anew"
            )
        secret = await self._vault.open(
            wrapped_key(row), scope.tenant_id.bytes, run_id.bytes, row["sealed_names"]
        )
        return tuple(orjson.loads(secret))

    async def sweep(self, scope: SystemScope) -> None:
        """Let go of the names of runs that have ended and were not tried again for a day."""
        async with self._database.system(scope) as connection:
            await connection.execute(_SWEEP, NAMES_LIFE)


def subject_erasure(row: asyncpg.Record | None) -> SubjectErasure:
    """The receipt of a row."""
    if row is None:
        raise LookupError("a run of kind ERASURE without its receipt")
    told = row["receipt"]
    return SubjectErasure(
        row["run_id"],
        row["is_preview"],
        None if told is None else LetGo(**told["gone"]),
        None if told is None else StillNamed(**told["left"]),
        row["finished_at"],
    )


_BEGIN = f"""
INSERT INTO subject_erasure (tenant_id, run_id, is_preview, sealed_names)
VALUES ($1, $2, $3, $4) RETURNING {_COLUMNS}
"""
_NAMES = """
SELECT e.sealed_names, k.wrapped_key, k.master_key_id FROM subject_erasure e
JOIN data_key k ON k.tenant_id = e.tenant_id
WHERE e.tenant_id = $1 AND e.run_id = $2 AND e.sealed_names IS NOT NULL
"""
_SWEEP = """
UPDATE subject_erasure e SET sealed_names = NULL
FROM run r
WHERE e.sealed_names IS NOT NULL AND r.tenant_id = e.tenant_id AND r.id = e.run_id
  AND r.status NOT IN ('QUEUED', 'RUNNING') AND r.ended_at < clock_timestamp() - $1::interval
"""
