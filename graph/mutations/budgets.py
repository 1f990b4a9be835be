"""Setting budgets, and removing them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.ids import BUDGET
from graph.inputs.budgets import BudgetInput
from graph.types.budgets import Budget
from graph.types.errors import Refused
from resolvers import budgets


@strawberry.type(description="The budget as it now is, or as it last was.")
class BudgetPayload:
    """What a mutation of a budget leaves behind."""

    budget: Budget = strawberry.field(description="The budget.")


BudgetResult: TypeAlias = Annotated[
    BudgetPayload | Refused,
    strawberry.union("BudgetResult", description="The budget, or what stood in the way."),
]


@strawberry.type
class BudgetMutations:
    """Root fields that write budgets."""

    @mutation(
        "Set a budget. The next analysis, some seconds later, says where its days are to end "
        "elsewhere; what was asked as of an earlier moment stays as it was.",
        needs=Permission.MEMORY_WRITE,
    )
    async def set_budget(
        self,
        info: Info,
        *,
        budget: Annotated[BudgetInput, strawberry.argument(description="The budget.")],
    ) -> BudgetResult:
        """Once or twice: the same."""
        record = await budgets.set_budget(info.context.session, budget.to_budget())
        return BudgetPayload(budget=Budget.from_record(record))

    @mutation(
        "Let a budget be gone from now on; answers `asOf` an earlier moment keep it.",
        needs=Permission.MEMORY_WRITE,
    )
    async def remove_budget(
        self,
        info: Info,
        *,
        budget_id: Annotated[strawberry.ID, strawberry.argument(description="Id of the budget.")],
    ) -> BudgetResult:
        """What it was is answered a last time."""
        found = BUDGET.decode(budget_id, "budgetId")
        record = await budgets.remove(info.context.session, found)
        return BudgetPayload(budget=Budget.from_record(record))
