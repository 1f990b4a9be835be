"""Contracts of streams as a tenant has them, and the changes that were seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from core.errors import NotFound
from core.missing import no_connection
from core.records.audit import Act
from core.records.connections import ConnectionRecord
from core.records.credentials import AlertKind, Notice
from core.records.drift import (
    Change,
    Drift,
    DriftKind,
    DriftPolicy,
    DriftState,
    SchemaChangeRecord,
    StreamContract,
)
from core.records.pages import Page, PageRequest
from core.records.runs import RunRecord
from core.scope import TenantScope
from stores.postgres.alerts import raise_alert, resolve_alerts
from stores.postgres.audit import acting, record_act
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.paging import Ordering, page_of
from stores.postgres.runs import reopen_run

SCHEMA_CHANGED = "SCHEMA_CHANGED"
"""Code of the error of a run that a change holds up."""

_NEWEST_FIRST = Ordering(("id",), (UUID,), is_descending=True)
_COLUMNS = (
    "id, connection_id, stream, kind, field, found, expected, policy, records, state, "
    "first_seen_at, last_seen_at, first_run_id, last_run_id, accepted_at, accepted_by"
)
_MEND = "look at schemaChanges, and accept what is meant or set a policy for the stream"


@dataclass(frozen=True, slots=True)
class DriftSeen:
    """What a page of a stream showed, under which policy."""

    connection_id: UUID
    run_id: UUID
    stream: str
    policy: DriftPolicy
    drift: Sequence[Drift]


async def record_drift(connection: Connection, scope: TenantScope, seen: DriftSeen) -> None:
    """Keep what a page showed: a change is one row, however often it is met."""
    if not seen.drift:
        return
    await connection.execute(_RECORD, scope.tenant_id, *_columns(seen))
    acted_on = [each.change for each in seen.drift if each.change.kind is not DriftKind.NEW_FIELD]
    if acted_on:
        fields = ", ".join(sorted({change.field for change in acted_on}))
        message = f"{seen.stream} is not what it was: {fields}"
        notice = Notice(AlertKind.SCHEMA_CHANGED, message, _MEND, None)
        await raise_alert(connection, scope, seen.connection_id, notice)


class DriftStore:
    """Changes of streams, and what is to become of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def contracts(
        self, scope: TenantScope, connection: ConnectionRecord
    ) -> dict[str, StreamContract]:
        """What the streams of a connection are held to; none for those that expect nothing."""
        async with self._database.read(scope) as opened:
            policies = await opened.fetch(_POLICIES, scope.tenant_id, [connection.id])
            changes = await opened.fetch(_CHANGES, scope.tenant_id, connection.id)
        chosen = {row["stream"]: DriftPolicy(row["policy"]) for row in policies}
        usual = chosen.get("", DriftPolicy.EVOLVE)
        return {
            stream.name: StreamContract(
                tuple(stream.fields.items()),
                stream.required,
                chosen.get(stream.name, usual),
                accepted=_of(changes, stream.name, DriftState.ACCEPTED),
                known=_of(changes, stream.name, DriftState.OPEN),
            )
            for stream in connection.source.manifest.streams
            if stream.fields
        }

    async def hold(self, scope: TenantScope, seen: DriftSeen) -> None:
        """Keep the changes for which a page is held."""
        async with self._database.write(scope) as connection:
            await record_drift(connection, scope, seen)

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        connections: Sequence[UUID] = (),
        states: Sequence[DriftState] = (),
    ) -> Page[SchemaChangeRecord]:
        """One page, newest first; the cursor part is the id."""
        where = Conditions(scope.tenant_id)
        where.add("tenant_id = $1")
        where.among("connection_id", connections)
        where.among("state", states)
        _NEWEST_FIRST.seek(where, request)
        sql = f"SELECT {_COLUMNS} FROM schema_change WHERE {where} {_NEWEST_FIRST.clause(request)}"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *where.values)
        return page_of(rows, request, _record)

    async def accept(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> tuple[tuple[SchemaChangeRecord, ...], tuple[RunRecord, ...]]:
        """Take note of changes: they are no drift any more. Runs that they held up go on."""
        async with self._database.write(scope) as connection:
            rows = await connection.fetch(_ACCEPT, scope.tenant_id, list(ids), scope.actor)
            if len(rows) < len(set(ids)):
                raise NotFound(
                    "no such schema change", field="ids", mend="list them with schemaChanges"
                )
            free = await connection.fetch(
                _FREE, scope.tenant_id, list({row["connection_id"] for row in rows})
            )
            for row in free:
                kinds = [AlertKind.SCHEMA_CHANGED]
                await resolve_alerts(connection, scope, row["connection_id"], kinds)
            held = await connection.fetch(
                _HELD_RUNS,
                scope.tenant_id,
                [row["connection_id"] for row in free],
                SCHEMA_CHANGED,
            )
            runs = [await reopen_run(connection, scope, row["id"]) for row in held]
            told = {"changes": len(rows), "runs": len(runs)}
            await record_act(connection, scope, Act.SCHEMA_CHANGES_ACCEPTED, None, **told)
        return tuple(map(_record, rows)), tuple(runs)

    async def policies(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, dict[str, DriftPolicy]]:
        """The policies that were set for these connections, by stream."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_POLICIES, scope.tenant_id, list(ids))
        found: defaultdict[UUID, dict[str, DriftPolicy]] = defaultdict(dict)
        for row in rows:
            found[row["connection_id"]][row["stream"]] = DriftPolicy(row["policy"])
        return {key: found[key] for key in ids}

    async def set_policy(
        self, scope: TenantScope, connection_id: UUID, stream: str, policy: DriftPolicy
    ) -> None:
        """Put a policy in force from the next run on; '' is every stream without its own."""
        try:
            async with acting(
                self._database,
                scope,
                Act.SCHEMA_POLICY_SET,
                f"connection:{connection_id}",
                stream=stream or None,
                policy=policy,
            ) as connection:
                await connection.execute(_SET, scope.tenant_id, connection_id, stream, policy)
        except asyncpg.ForeignKeyViolationError as error:
            raise no_connection() from error


def _columns(seen: DriftSeen) -> tuple[object, ...]:
    return (
        seen.connection_id,
        seen.run_id,
        seen.stream,
        seen.policy,
        [each.change.kind for each in seen.drift],
        [each.change.field for each in seen.drift],
        [each.change.found for each in seen.drift],
        [each.expected for each in seen.drift],
        [each.records for each in seen.drift],
    )


def _of(rows: Sequence[asyncpg.Record], stream: str, state: DriftState) -> tuple[Change, ...]:
    found = (row for row in rows if row["stream"] == stream and row["state"] == state)
    return tuple(sorted(_change(row) for row in found))


def _change(row: asyncpg.Record) -> Change:
    return Change(DriftKind(row["kind"]), row["field"], row["found"])


def _record(row: asyncpg.Record) -> SchemaChangeRecord:
    fields = dict(row)
    for name in ("kind", "field", "found"):
        del fields[name]
    fields |= {"policy": DriftPolicy(row["policy"]), "state": DriftState(row["state"])}
    return SchemaChangeRecord(change=_change(row), **fields)


_RECORD = """
INSERT INTO schema_change AS c (
    tenant_id, connection_id, first_run_id, last_run_id, stream, policy, kind, field, found,
    expected, records)
SELECT $1, $2, $3, $3, $4, $5, d.kind, d.field, d.found, d.expected, d.records
FROM unnest($6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[])
    d (kind, field, found, expected, records)
ORDER BY d.kind, d.field, d.found
ON CONFLICT (tenant_id, connection_id, stream, kind, field, found) DO UPDATE SET
    last_seen_at = clock_timestamp(), last_run_id = excluded.last_run_id,
    policy = excluded.policy, records = c.records + excluded.records
"""
_POLICIES = """
SELECT connection_id, stream, policy FROM schema_policy
WHERE tenant_id = $1 AND connection_id = ANY($2)
"""
_CHANGES = """
SELECT stream, kind, field, found, state FROM schema_change
WHERE tenant_id = $1 AND connection_id = $2
"""
_ACCEPT = f"""
UPDATE schema_change SET state = 'ACCEPTED',
    accepted_at = coalesce(accepted_at, clock_timestamp()), accepted_by = coalesce(accepted_by, $3)
WHERE tenant_id = $1 AND id = ANY($2) RETURNING {_COLUMNS}
"""
_FREE = """
SELECT c AS connection_id FROM unnest($2::uuid[]) c
WHERE NOT EXISTS (
    SELECT FROM schema_change s WHERE s.tenant_id = $1 AND s.connection_id = c
      AND s.state = 'OPEN' AND s.kind <> 'NEW_FIELD')
"""
_HELD_RUNS = """
SELECT r.id FROM run r JOIN connection c ON c.tenant_id = r.tenant_id AND c.id = r.connection_id
WHERE r.tenant_id = $1 AND r.connection_id = ANY($2) AND r.status = 'FAILED'
  AND r.error ->> 'code' = $3 AND c.status = 'ACTIVE'
ORDER BY r.id FOR UPDATE OF r
"""
_SET = """
INSERT INTO schema_policy (tenant_id, connection_id, stream, policy) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, connection_id, stream) DO UPDATE SET policy = excluded.policy
"""
