"""Registered operations of a tenant."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from core.errors import Conflict, NotFound
from core.records.audit import Act
from core.records.operations import NewOperation, OperationKey, OperationKind, OperationRecord
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from stores.postgres.audit import record_act
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.paging import Ordering, page_of

MAX_OPERATIONS = 5_000
COLUMNS = (
    "client, id, name, kind, document, description, owner, cost, registered_at, registered_by, "
    "retired_at"
)
_BY_NAME = Ordering(("client", "name", "id"), (str, str, str))


class OperationStore:
    """Registers operations, finds and retires them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def register(
        self, scope: TenantScope, operations: Sequence[NewOperation]
    ) -> tuple[OperationRecord, ...]:
        """All of them or none, in the order given.

        What its client has registered before is told anew, and is in force again if it was
        retired: a client that goes back to an earlier version finds it by its name. Conflict
        beyond `MAX_OPERATIONS` in force.
        """
        async with self._database.write(scope) as connection:
            # One registration at a time, so that two cannot pass the maximum together.
            await connection.execute(_ALONE, scope.tenant_id)
            rows = await connection.fetch(_REGISTER, *_given(scope, operations))
            await _refuse_too_many(connection, scope)
            ids = " ".join(row["id"] for row in rows)
            clients = " ".join(sorted({row["client"] for row in rows}))
            await record_act(connection, scope, Act.OPERATIONS_REGISTERED, clients=clients, ids=ids)
        found = {(row["client"], row["id"]): operation_record(row) for row in rows}
        return tuple(found[each.client, each.id] for each in operations)

    async def document(self, scope: TenantScope, operation_id: str) -> str | None:
        """The document of that id, if it is in force for any client."""
        async with self._database.read(scope) as connection:
            found: str | None = await connection.fetchval(_DOCUMENT, scope.tenant_id, operation_id)
        return found

    async def find(self, scope: TenantScope, key: OperationKey) -> OperationRecord | None:
        """An operation, retired or not; one in force before one that is retired."""
        sql = (
            f"SELECT {COLUMNS} FROM operation WHERE tenant_id = $1 AND id = $2 "
            "AND ($3::text IS NULL OR client = $3) "
            "ORDER BY retired_at IS NOT NULL, client LIMIT 1"
        )
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(sql, scope.tenant_id, key.id, key.client)
        return None if row is None else operation_record(row)

    async def named(self, scope: TenantScope, client: str, name: str) -> OperationRecord | None:
        """What that client registered last under that name, and did not retire."""
        sql = (
            f"SELECT {COLUMNS} FROM operation WHERE tenant_id = $1 AND client = $2 AND name = $3 "
            "AND retired_at IS NULL ORDER BY registered_at DESC, id LIMIT 1"
        )
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(sql, scope.tenant_id, client, name)
        return None if row is None else operation_record(row)

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        clients: Sequence[str] = (),
        *,
        include_retired: bool = False,
    ) -> Page[OperationRecord]:
        """One page by client and name; the cursor's parts are client, name and id."""
        where = Conditions(scope.tenant_id)
        where.add("tenant_id = $1")
        where.among("client", clients)
        if not include_retired:
            where.add("retired_at IS NULL")
        _BY_NAME.seek(where, request)
        sql = f"SELECT {COLUMNS} FROM operation WHERE {where} {_BY_NAME.clause(request)}"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *where.values)
        return page_of(rows, request, operation_record)

    async def retire(self, scope: TenantScope, key: OperationKey) -> OperationRecord:
        """Let a client's document be asked for no more; NotFound without it.

        To retire what is retired changes nothing. Without a client every client's goes.
        """
        async with self._database.write(scope) as connection:
            rows = await connection.fetch(_RETIRE, scope.tenant_id, key.id, key.client)
            if not rows:
                raise NotFound("no such operation", field="operationId", mend="list the operations")
            subject = f"operation:{key.id}"
            clients = " ".join(sorted(row["client"] for row in rows))
            await record_act(connection, scope, Act.OPERATION_RETIRED, subject, clients=clients)
        return operation_record(rows[0])


def operation_record(row: asyncpg.Record) -> OperationRecord:
    """The record of a whole row of `operation`."""
    return OperationRecord(
        id=row["id"],
        client=row["client"],
        name=row["name"],
        kind=OperationKind(row["kind"]),
        document=row["document"],
        description=row["description"],
        owner=row["owner"],
        cost=row["cost"],
        registered_at=row["registered_at"],
        registered_by=row["registered_by"],
        retired_at=row["retired_at"],
    )


def _given(scope: TenantScope, operations: Sequence[NewOperation]) -> list[object]:
    # Whichever of two like ones comes last would be written twice by one statement.
    unique = list({(each.client, each.id): each for each in operations}.values())
    columns = ("client", "id", "name", "kind", "document", "description", "owner", "cost")
    values = [[getattr(each, name) for each in unique] for name in columns]
    return [scope.tenant_id, scope.actor, *values]


async def _refuse_too_many(connection: Connection, scope: TenantScope) -> None:
    sql = "SELECT count(*) FROM operation WHERE tenant_id = $1 AND retired_at IS NULL"
    count = await connection.fetchval(sql, scope.tenant_id)
    if count > MAX_OPERATIONS:
        raise Conflict(
            f"{count:,} operations would be in force, but {MAX_OPERATIONS:,} may be",
            mend="retire operations that no client sends any more",
        )


_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('operation:' || $1::uuid, 0))"

_REGISTER = f"""
INSERT INTO operation AS o (tenant_id, registered_by, client, id, name, kind, document,
                            description, owner, cost)
SELECT $1, $2, *
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::bigint[])
ON CONFLICT (tenant_id, client, id) DO UPDATE SET
    description = excluded.description,
    owner = coalesce(excluded.owner, o.owner),
    cost = excluded.cost,
    registered_at = now(),
    registered_by = excluded.registered_by,
    retired_at = NULL
RETURNING {COLUMNS}
"""

_DOCUMENT = """
SELECT document FROM operation WHERE tenant_id = $1 AND id = $2 AND retired_at IS NULL LIMIT 1
"""

_RETIRE = f"""
UPDATE operation SET retired_at = coalesce(retired_at, now())
WHERE tenant_id = $1 AND id = $2 AND ($3::text IS NULL OR client = $3)
RETURNING {COLUMNS}
"""
