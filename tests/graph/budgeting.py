"""Budgets in memory: none; what they do is shown over the real store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from core.records.budgets import Budget, BudgetRecord
from core.records.rules import RulesAt
from core.scope import TenantScope


class Budgets:
    """No budgets."""

    async def rules(
        self, scope: TenantScope, moments: Sequence[RulesAt]
    ) -> dict[RulesAt, tuple[BudgetRecord, ...]]:
        del scope
        return dict.fromkeys(moments, ())

    async def add(self, scope: TenantScope, rule: Budget) -> BudgetRecord:
        raise NotImplementedError(scope, rule)

    async def put(self, scope: TenantScope, name: str, rule: Budget) -> BudgetRecord:
        raise NotImplementedError(scope, name, rule)

    async def end(self, scope: TenantScope, rule_id: UUID, until: date) -> BudgetRecord:
        raise NotImplementedError(scope, rule_id, until)

    async def delete(self, scope: TenantScope, rule_id: UUID) -> BudgetRecord:
        raise NotImplementedError(scope, rule_id)
