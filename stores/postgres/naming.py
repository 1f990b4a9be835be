"""Rules by which a tenant's campaign names are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import asyncpg

from core.records.connections import Source
from core.records.naming import NamingRule, NamingSyntax
from stores.postgres.database import Database
from stores.postgres.rules import RuleStore, RuleTable

RULE_COLUMNS = tuple(field.name for field in fields(NamingRule))


class NamingStore(RuleStore[NamingRule]):
    """Reads and writes naming rules."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, _TABLE)


def _values(rule: NamingRule) -> Sequence[Any]:
    return [getattr(rule, name) for name in RULE_COLUMNS]


def _rule(row: asyncpg.Record) -> NamingRule:
    return NamingRule(
        name=row["name"],
        syntax=NamingSyntax(row["syntax"]),
        pattern=row["pattern"],
        source=None if row["source"] is None else Source(row["source"]),
        account_id=row["account_id"],
        since=row["since"],
        until=row["until"],
        position=row["position"],
    )


_TABLE = RuleTable("naming_rule", "naming rule", "namingRules", RULE_COLUMNS, _values, _rule)
