"""What a connection's receipts are judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

import asyncpg

from core.missing import no_connection
from core.records.audit import Act
from core.records.receipts import ReceiptPolicy
from core.scope import TenantScope
from stores.postgres.audit import acting
from stores.postgres.database import Connection, Database

_COLUMNS = "tolerance, shrink_share, shrink_entries"


class ReceiptPolicyStore:
    """Policies that differ from the default."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_connections(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, ReceiptPolicy]:
        """The policy of each connection, the default for those that have none of their own."""
        sql = (
            f"SELECT connection_id, {_COLUMNS} FROM receipt_policy "
            "WHERE tenant_id = $1 AND connection_id = ANY($2)"
        )
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id, list(ids))
        own = {row["connection_id"]: _record(row) for row in rows}
        return {key: own.get(key, ReceiptPolicy()) for key in ids}

    async def put(
        self, scope: TenantScope, connection_id: UUID, policy: ReceiptPolicy
    ) -> ReceiptPolicy:
        """Judge the connection's receipts by `policy` from now on, or NotFound."""
        values = policy.tolerance, policy.shrink_share, policy.shrink_entries
        try:
            async with acting(
                self._database,
                scope,
                Act.RECEIPT_RULES_SET,
                f"connection:{connection_id}",
                **asdict(policy),
            ) as connection:
                await connection.execute(_PUT, scope.tenant_id, connection_id, *values)
        except asyncpg.ForeignKeyViolationError as error:
            raise no_connection() from error
        return policy


async def policy_of(
    connection: Connection, scope: TenantScope, connection_id: UUID
) -> ReceiptPolicy:
    """The policy of one connection, in the caller's transaction."""
    sql = f"SELECT {_COLUMNS} FROM receipt_policy WHERE tenant_id = $1 AND connection_id = $2"
    row = await connection.fetchrow(sql, scope.tenant_id, connection_id)
    return _record(row) if row else ReceiptPolicy()


def _record(row: asyncpg.Record) -> ReceiptPolicy:
    return ReceiptPolicy(row["tolerance"], row["shrink_share"], row["shrink_entries"])


_PUT = f"""
INSERT INTO receipt_policy (tenant_id, connection_id, {_COLUMNS}) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, connection_id) DO UPDATE SET
    tolerance = excluded.tolerance, shrink_share = excluded.shrink_share,
    shrink_entries = excluded.shrink_entries
"""
