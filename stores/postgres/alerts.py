"""Alerts on connections: raised once however often their cause is met, and resolved once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg

from core.records.credentials import AlertKind, AlertRecord, Notice
from core.scope import TenantScope
from stores.postgres.database import Connection, Database

_COLUMNS = "id, connection_id, kind, message, mend, due_at, raised_at, seen_at, resolved_at"


class AlertStore:
    """Alerts of a tenant's connections."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_by_connections(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, tuple[AlertRecord, ...]]:
        """The alerts of these connections that are not resolved, oldest first."""
        sql = (
            f"SELECT {_COLUMNS} FROM connection_alert WHERE tenant_id = $1 "
            "AND connection_id = ANY($2) AND resolved_at IS NULL ORDER BY id"
        )
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id, list(ids))
        found: defaultdict[UUID, list[AlertRecord]] = defaultdict(list)
        for row in rows:
            found[row["connection_id"]].append(_record(row))
        return {key: tuple(alerts) for key, alerts in found.items()}

    async def note(
        self,
        scope: TenantScope,
        connection_id: UUID,
        notices: Sequence[Notice],
        cleared: Collection[AlertKind] = (),
    ) -> None:
        """Raise `notices`, or see them again, and resolve what of `cleared` is open."""
        if not notices and not cleared:
            return
        async with self._database.write(scope) as connection:
            for notice in notices:
                await raise_alert(connection, scope, connection_id, notice)
            await resolve_alerts(connection, scope, connection_id, cleared)


async def raise_alert(
    connection: Connection, scope: TenantScope, connection_id: UUID, notice: Notice
) -> None:
    """Raise `notice`, or see it again, in the caller's transaction."""
    await connection.execute(_RAISE, scope.tenant_id, connection_id, *_values(notice))


async def resolve_alerts(
    connection: Connection, scope: TenantScope, connection_id: UUID, kinds: Collection[AlertKind]
) -> None:
    """Say that the causes of these kinds of alert are gone."""
    await connection.execute(_RESOLVE, scope.tenant_id, connection_id, list(kinds))


def _values(notice: Notice) -> tuple[object, ...]:
    return notice.kind, notice.message, notice.mend, notice.due_at


def _record(row: asyncpg.Record) -> AlertRecord:
    return AlertRecord(
        id=row["id"],
        connection_id=row["connection_id"],
        notice=Notice(AlertKind(row["kind"]), row["message"], row["mend"], row["due_at"]),
        raised_at=row["raised_at"],
        seen_at=row["seen_at"],
        resolved_at=row["resolved_at"],
    )


_RAISE = """
INSERT INTO connection_alert (tenant_id, connection_id, kind, message, mend, due_at)
SELECT $1, c.id, $3, $4, $5, $6 FROM connection c
WHERE c.tenant_id = $1 AND c.id = $2 AND c.status <> 'DISCONNECTED'
ON CONFLICT (tenant_id, connection_id, kind) WHERE resolved_at IS NULL DO UPDATE SET
    message = EXCLUDED.message, mend = EXCLUDED.mend, due_at = EXCLUDED.due_at, seen_at = now()
"""
_RESOLVE = """
UPDATE connection_alert SET resolved_at = now()
WHERE tenant_id = $1 AND connection_id = $2 AND kind = ANY($3) AND resolved_at IS NULL
"""
