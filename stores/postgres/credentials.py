"""Facts of credentials, kept beside what is sealed and never holding any of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from core.records.credentials import CredentialFacts, CredentialKind, CredentialRecord
from core.scope import SystemScope, TenantId, TenantScope
from stores.postgres.database import Connection, Database

_COLUMNS = "connection_id, kind, scopes, expires_at, sealed_at, checked_at"


class CredentialStore:
    """What is known of connections' credentials."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_connections(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, CredentialRecord]:
        """The facts of each of these connections that has credentials."""
        sql = (
            f"SELECT {_COLUMNS} FROM connection_credential "
            "WHERE tenant_id = $1 AND connection_id = ANY($2)"
        )
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id, list(ids))
        return {row["connection_id"]: _record(row) for row in rows}

    async def learn(self, scope: TenantScope, connection_id: UUID, facts: CredentialFacts) -> None:
        """Keep what the source said; nothing where the credentials have gone meanwhile."""
        async with self._database.write(scope) as connection:
            await connection.execute(_LEARN, scope.tenant_id, connection_id, *_values(facts))

    async def expiring(
        self, scope: SystemScope, before: datetime
    ) -> tuple[tuple[TenantId, CredentialRecord], ...]:
        """Credentials of every tenant that expire before a moment, those that did included."""
        async with self._database.system(scope) as connection:
            rows = await connection.fetch(_EXPIRING, before)
        return tuple((TenantId(row["tenant_id"]), _record(row)) for row in rows)


async def note_sealed(
    connection: Connection, scope: TenantScope, connection_id: UUID, facts: CredentialFacts
) -> None:
    """New credentials were sealed: what is known of them takes the place of what was."""
    await connection.execute(_SEALED, scope.tenant_id, connection_id, *_values(facts))


def _values(facts: CredentialFacts) -> tuple[object, ...]:
    return facts.kind, list(facts.scopes), facts.expires_at


def _record(row: asyncpg.Record) -> CredentialRecord:
    return CredentialRecord(
        connection_id=row["connection_id"],
        facts=CredentialFacts(CredentialKind(row["kind"]), tuple(row["scopes"]), row["expires_at"]),
        sealed_at=row["sealed_at"],
        checked_at=row["checked_at"],
    )


_SEALED = """
INSERT INTO connection_credential (tenant_id, connection_id, kind, scopes, expires_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, connection_id) DO UPDATE SET
    kind = EXCLUDED.kind, scopes = EXCLUDED.scopes, expires_at = EXCLUDED.expires_at,
    sealed_at = now(), checked_at = NULL
"""
_LEARN = """
UPDATE connection_credential SET kind = $3, scopes = $4, expires_at = $5, checked_at = now()
WHERE tenant_id = $1 AND connection_id = $2
"""
_EXPIRING = f"""
SELECT tenant_id, {_COLUMNS} FROM connection_credential WHERE expires_at <= $1
ORDER BY expires_at
"""
