"""Budgets, every version of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from core.records.budgets import Budget
from core.records.findings import Subject, SubjectLevel
from core.units import DateRange
from stores.postgres.database import Database
from stores.postgres.rules import RuleStore, RuleTable

MAX_BUDGETS: Final = 2000
_COLUMNS: Final = (
    *("name", "subject_level", "subject_key", "since", "until", "amount", "currency"),
    "weekdays",
)


class BudgetStore(RuleStore[Budget]):
    """Reads and writes a tenant's budgets."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, _TABLE)


def _values(budget: Budget) -> Sequence[Any]:
    subject, dates = budget.subject, budget.dates
    return (
        *(budget.name, subject.level.value, subject.key, dates.since, dates.until),
        *(budget.amount, budget.currency, budget.weekdays),
    )


def _budget(row: asyncpg.Record) -> Budget:
    return Budget(
        name=row["name"],
        subject=Subject(SubjectLevel(row["subject_level"]), row["subject_key"]),
        dates=DateRange(row["since"], row["until"]),
        amount=row["amount"],
        currency=row["currency"],
        weekdays=tuple(row["weekdays"]),
    )


_TABLE = RuleTable(
    "budget",
    "budget",
    "budgets",
    _COLUMNS,
    _values,
    _budget,
    order="since DESC, name, id",
    limit=MAX_BUDGETS,
    id_argument="budgetId",
)
