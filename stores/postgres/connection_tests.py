"""Tests of connections: asked for by a caller, answered by a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

import asyncpg

from core.missing import no_connection
from core.records.audit import Act
from core.records.credentials import (
    AccountFacts,
    ConnectionTestRecord,
    ConnectionTestStatus,
    Finding,
    FindingKind,
)
from core.scope import TenantScope
from stores.postgres.audit import acting
from stores.postgres.database import Database
from stores.postgres.errands import CLAIMED

_COLUMNS = "id, connection_id, status, account, findings, requested_by, created_at, ended_at"


class ConnectionTestStore:
    """Tests of a tenant's connections."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(self, scope: TenantScope, connection_id: UUID) -> ConnectionTestRecord:
        """Ask for a test; one that is still waiting answers for this caller too."""
        place = f"connection:{connection_id}"
        async with acting(self._database, scope, Act.CONNECTION_TESTED, place) as connection:
            known = await connection.fetchval(_LOCK, scope.tenant_id, connection_id)
            if known is None:
                raise no_connection()
            row = await connection.fetchrow(_WAITING, scope.tenant_id, connection_id)
            if row is None:
                row = await connection.fetchrow(_START, scope.tenant_id, connection_id, scope.actor)
        if row is None:
            raise no_connection()
        return _record(row)

    async def by_ids(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, ConnectionTestRecord]:
        """The tests of these ids that exist."""
        sql = f"SELECT {_COLUMNS} FROM connection_test WHERE tenant_id = $1 AND id = ANY($2)"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id, list(ids))
        return {row["id"]: _record(row) for row in rows}

    async def latest(
        self, scope: TenantScope, connections: Sequence[UUID]
    ) -> dict[UUID, ConnectionTestRecord]:
        """The newest test of each of these connections that was ever tested."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_LATEST, scope.tenant_id, list(connections))
        return {row["connection_id"]: _record(row) for row in rows}

    async def claim(self, scope: TenantScope, test_id: UUID) -> ConnectionTestRecord | None:
        """Take a waiting test in hand for a minute; None when another has it, or it is over."""
        async with self._database.write(scope) as connection:
            row = await connection.fetchrow(_CLAIM, scope.tenant_id, test_id)
        return None if row is None else _record(row)

    async def finish(
        self,
        scope: TenantScope,
        test_id: UUID,
        account: AccountFacts | None,
        findings: Sequence[Finding],
    ) -> None:
        """Write down what came of it; passed unless a finding is fatal."""
        is_failed = any(finding.is_fatal for finding in findings)
        status = ConnectionTestStatus.FAILED if is_failed else ConnectionTestStatus.PASSED
        kept = account and asdict(account), [asdict(finding) for finding in findings]
        async with self._database.write(scope) as connection:
            await connection.execute(_FINISH, scope.tenant_id, test_id, status, *kept)


def _record(row: asyncpg.Record) -> ConnectionTestRecord:
    account = row["account"]
    return ConnectionTestRecord(
        id=row["id"],
        connection_id=row["connection_id"],
        status=ConnectionTestStatus(row["status"]),
        account=None if account is None else AccountFacts(**account),
        findings=tuple(
            Finding(**{**found, "kind": FindingKind(found["kind"])}) for found in row["findings"]
        ),
        requested_by=row["requested_by"],
        created_at=row["created_at"],
        ended_at=row["ended_at"],
    )


_LOCK = "SELECT true FROM connection WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
_WAITING = f"""
SELECT {_COLUMNS} FROM connection_test
WHERE tenant_id = $1 AND connection_id = $2 AND status = 'WAITING' ORDER BY id DESC LIMIT 1
"""
_START = f"""
INSERT INTO connection_test (tenant_id, connection_id, requested_by) VALUES ($1, $2, $3)
RETURNING {_COLUMNS}
"""
_LATEST = f"""
SELECT DISTINCT ON (connection_id) {_COLUMNS} FROM connection_test
WHERE tenant_id = $1 AND connection_id = ANY($2) ORDER BY connection_id, id DESC
"""
_CLAIM = f"""
UPDATE connection_test SET {CLAIMED}
WHERE tenant_id = $1 AND id = $2 AND status = 'WAITING'
  AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
RETURNING {_COLUMNS}
"""
_FINISH = """
UPDATE connection_test
SET status = $3, account = $4, findings = $5, ended_at = clock_timestamp(), claimed_until = NULL
WHERE tenant_id = $1 AND id = $2 AND status = 'WAITING'
"""
