"""Rules of a tenant's own: every version of them, each in force from one moment to another.

Moments are those of the tenant's clock, so that the rules of a past moment never change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg

from core.errors import Conflict, NotFound
from core.records.audit import Act
from core.records.rules import RuleRecord, RulesAt
from core.scope import TenantScope
from stores.postgres.audit import record_act
from stores.postgres.clock import advance_clock
from stores.postgres.database import Connection, Database
from stores.postgres.entries import settle

R = TypeVar("R")

MAX_RULES = 200
IN_TURN = "position, id"


@dataclass(frozen=True, slots=True)
class RuleTable(Generic[R]):
    """Where rules of one kind are kept: their columns, and how these are written and read.

    `noun` is what such a rule is called, `listed` the query that lists them, `id_argument` what
    their id is called where one is asked for. `order` is that in which they are tried.
    """

    name: str
    noun: str
    listed: str
    columns: tuple[str, ...]
    values: Callable[[R], Sequence[Any]]
    rule: Callable[[asyncpg.Record], R]
    order: str = IN_TURN
    limit: int = MAX_RULES
    id_argument: str = "ruleId"

    def record(self, row: asyncpg.Record) -> RuleRecord[R]:
        """The record of a row."""
        return RuleRecord(
            row["id"], self.rule(row), row["created_at"], row["version"], row["retired_at"]
        )


class RuleStore(Generic[R]):
    """Reads and writes the rules of one table."""

    def __init__(self, database: Database, table: RuleTable[R]) -> None:
        self._database = database
        self._table = table

    async def rules(
        self, scope: TenantScope, moments: Sequence[RulesAt]
    ) -> dict[RulesAt, tuple[RuleRecord[R], ...]]:
        """The rules in force at each of `moments`, in the order in which they are tried."""
        async with self._database.read(scope) as connection:
            return {at: await self._at(connection, scope, at.as_of) for at in moments}

    async def add(self, scope: TenantScope, rule: R) -> RuleRecord[R]:
        """Keep a rule; Conflict when its name is taken or there are as many as there may be."""
        try:
            async with self._database.write(scope) as connection:
                moment = await advance_clock(connection, scope)
                added = await self._added(connection, scope, rule, moment)
                await self._note(connection, scope, Act.RULE_ADDED, added)
                return added
        except asyncpg.UniqueViolationError as error:
            raise Conflict(
                f"a {self._table.noun} of that name is there already",
                field="name",
                mend="choose another name, or end that rule first",
            ) from error

    async def put(self, scope: TenantScope, name: str, rule: R) -> RuleRecord[R]:
        """Let the rule of that name be `rule`, as its next version; a new one where none is."""
        async with self._database.write(scope) as connection:
            moment = await advance_clock(connection, scope)
            row = await connection.fetchrow(
                f"SELECT * FROM {self._table.name} WHERE tenant_id = $1 AND name = $2 "
                "AND retired_at IS NULL FOR UPDATE",
                scope.tenant_id,
                name,
            )
            if row is None:
                found = await self._added(connection, scope, rule, moment)
            else:
                if self._table.rule(row) != rule:
                    changes = dict(zip(self._table.columns, self._table.values(rule), strict=True))
                    row = await self._next(connection, scope, row, changes)
                found = self._table.record(row)
            await self._note(connection, scope, Act.RULE_SET, found)
            return found

    async def end(self, scope: TenantScope, rule_id: UUID, until: date) -> RuleRecord[R]:
        """Let a rule hold up to `until`, as its next version; Conflict when it begins later."""
        try:
            async with self._database.write(scope) as connection:
                row = await self._standing(connection, scope, rule_id)
                if row["until"] != until:
                    row = await self._next(connection, scope, row, {"until": until})
                ended = self._table.record(row)
                await self._note(connection, scope, Act.RULE_ENDED, ended)
        except asyncpg.CheckViolationError as error:
            raise Conflict(
                f"the {self._table.noun} begins after {until}",
                field="until",
                mend="let it hold for no day at all instead",
            ) from error
        return ended

    async def delete(self, scope: TenantScope, rule_id: UUID) -> RuleRecord[R]:
        """Let a rule hold no more; what was asked as of before still goes by it. Or NotFound."""
        async with self._database.write(scope) as connection:
            row = await self._standing(connection, scope, rule_id)
            gone = self._table.record(await self._retired(connection, scope, row))
            await self._note(connection, scope, Act.RULE_DELETED, gone)
            return gone

    async def _note(
        self, connection: Connection, scope: TenantScope, act: Act, record: RuleRecord[R]
    ) -> None:
        subject, version = f"{self._table.name}:{record.id}", {"version": record.version}
        await record_act(connection, scope, act, subject, **version)

    async def _added(
        self, connection: Connection, scope: TenantScope, rule: R, moment: datetime
    ) -> RuleRecord[R]:
        columns = self._table.columns
        sql = f"""
            INSERT INTO {self._table.name} (
                tenant_id, version, recorded_at, {", ".join(columns)})
            SELECT $1, 1, $2, {", ".join(f"${n}" for n in range(3, len(columns) + 3))}
            WHERE (SELECT count(*) FROM {self._table.name}
                   WHERE tenant_id = $1 AND retired_at IS NULL) < {self._table.limit}
            RETURNING *"""
        values = self._table.values(rule)
        row = await connection.fetchrow(sql, scope.tenant_id, moment, *values)
        if row is None:
            raise Conflict(
                f"there are {self._table.limit} {self._table.noun}s", mend="delete some of them"
            )
        return self._table.record(row)

    async def _at(
        self, connection: Connection, scope: TenantScope, as_of: datetime | None
    ) -> tuple[RuleRecord[R], ...]:
        await settle(connection, scope, as_of)
        rows = await connection.fetch(
            f"""
            SELECT * FROM {self._table.name} WHERE tenant_id = $1 AND CASE
                WHEN $2::timestamptz IS NULL THEN retired_at IS NULL
                ELSE recorded_at <= $2 AND coalesce(retired_at > $2, true) END
            ORDER BY {self._table.order}""",
            scope.tenant_id,
            as_of,
        )
        return tuple(map(self._table.record, rows))

    async def _standing(
        self, connection: Connection, scope: TenantScope, rule_id: UUID
    ) -> asyncpg.Record:
        """The version of a rule that is in force. The clock's lock is taken before its row's."""
        await advance_clock(connection, scope)
        row = await connection.fetchrow(
            f"SELECT * FROM {self._table.name} WHERE tenant_id = $1 AND id = $2 "
            "AND retired_at IS NULL FOR UPDATE",
            scope.tenant_id,
            rule_id,
        )
        if row is None:
            raise NotFound(
                f"no such {self._table.noun}",
                field=self._table.id_argument,
                mend=f"see {self._table.listed}",
            )
        return row

    async def _retired(
        self, connection: Connection, scope: TenantScope, row: asyncpg.Record
    ) -> asyncpg.Record:
        retired = await connection.fetchrow(
            f"UPDATE {self._table.name} SET retired_at = (SELECT learned_at FROM data_clock "
            "WHERE tenant_id = $1) WHERE tenant_id = $1 AND id = $2 AND version = $3 RETURNING *",
            scope.tenant_id,
            row["id"],
            row["version"],
        )
        return retired or row

    async def _next(
        self,
        connection: Connection,
        scope: TenantScope,
        row: asyncpg.Record,
        changes: Mapping[str, Any],
    ) -> asyncpg.Record:
        await self._retired(connection, scope, row)
        kept = [name for name in self._table.columns if name not in changes]
        names = ", ".join(("tenant_id", "id", "version", "recorded_at", "created_at", *kept))
        same = ", ".join(("tenant_id", "id", "version + 1", "retired_at", "created_at", *kept))
        given = [f"${place}" for place in range(4, len(changes) + 4)]
        made = await connection.fetchrow(
            f"""
            INSERT INTO {self._table.name} ({", ".join((names, *changes))})
            SELECT {", ".join((same, *given))}
            FROM {self._table.name} WHERE tenant_id = $1 AND id = $2 AND version = $3
            RETURNING *""",
            scope.tenant_id,
            row["id"],
            row["version"],
            *changes.values(),
        )
        return made or row
