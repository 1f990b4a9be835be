"""Rules by which a tenant's campaign names are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from uuid import UUID

import asyncpg

from core.errors import Conflict, NotFound
from core.records.connections import Source
from core.records.naming import NamingRule, NamingRuleRecord, NamingSyntax
from core.scope import TenantId, TenantScope
from stores.postgres.database import Database

MAX_RULES = 200
RULE_COLUMNS = tuple(field.name for field in fields(NamingRule))


class NamingStore:
    """Reads and writes rules."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rules(
        self, scope: TenantScope, tenants: Sequence[TenantId]
    ) -> dict[TenantId, tuple[NamingRuleRecord, ...]]:
        """The rules of the scope's own tenant, in the order in which they are tried."""
        if scope.tenant_id not in tenants:
            return {}
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_RULES, scope.tenant_id)
        return {scope.tenant_id: tuple(map(_record, rows))}

    async def add(self, scope: TenantScope, rule: NamingRule) -> NamingRuleRecord:
        """Keep a rule; Conflict when its name is taken or there are as many as there may be."""
        try:
            async with self._database.write(scope) as connection:
                row = await connection.fetchrow(
                    _ADD, scope.tenant_id, *(getattr(rule, name) for name in RULE_COLUMNS)
                )
        except asyncpg.UniqueViolationError as error:
            raise Conflict(
                f"a naming rule is called {rule.name!r} already",
                field="name",
                mend="choose another name, or end that rule first",
            ) from error
        if row is None:
            raise Conflict(f"there are {MAX_RULES} naming rules", mend="delete some of them")
        return _record(row)

    async def end(self, scope: TenantScope, rule_id: UUID, until: date) -> NamingRuleRecord:
        """Let a rule hold up to `until`; NotFound, or Conflict when it begins later."""
        try:
            async with self._database.write(scope) as connection:
                row = await connection.fetchrow(_END, scope.tenant_id, rule_id, until)
        except asyncpg.CheckViolationError as error:
            raise Conflict(
                f"the rule begins after {until}", field="until", mend="delete the rule instead"
            ) from error
        return _found(row)

    async def delete(self, scope: TenantScope, rule_id: UUID) -> NamingRuleRecord:
        """Forget a rule; NotFound when there is none."""
        async with self._database.write(scope) as connection:
            row = await connection.fetchrow(_DELETE, scope.tenant_id, rule_id)
        return _found(row)


def _found(row: asyncpg.Record | None) -> NamingRuleRecord:
    if row is None:
        raise NotFound("no such naming rule", field="ruleId", mend="see namingRules")
    return _record(row)


def _record(row: asyncpg.Record) -> NamingRuleRecord:
    rule = NamingRule(
        name=row["name"],
        syntax=NamingSyntax(row["syntax"]),
        pattern=row["pattern"],
        source=None if row["source"] is None else Source(row["source"]),
        account_id=row["account_id"],
        since=row["since"],
        until=row["until"],
        position=row["position"],
    )
    return NamingRuleRecord(row["id"], rule, row["created_at"])


_RULES = "SELECT * FROM naming_rule WHERE tenant_id = $1 ORDER BY position, id"
_ADD = f"""
INSERT INTO naming_rule (tenant_id, {", ".join(RULE_COLUMNS)})
SELECT $1, {", ".join(f"${n}" for n in range(2, len(RULE_COLUMNS) + 2))}
WHERE (SELECT count(*) FROM naming_rule WHERE tenant_id = $1) < {MAX_RULES}
RETURNING *
"""
_END = "UPDATE naming_rule SET until = $3 WHERE tenant_id = $1 AND id = $2 RETURNING *"
_DELETE = "DELETE FROM naming_rule WHERE tenant_id = $1 AND id = $2 RETURNING *"
