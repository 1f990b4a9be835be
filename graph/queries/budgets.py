"""Budgets."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.budgets import BudgetFilter
from core.scope import Permission
from graph.bounds.sizes import about
from graph.context import Info
from graph.fields import guarded
from graph.inputs.budgets import BudgetFilterInput
from graph.inputs.entries import AsOf
from graph.types.budgets import Budget
from resolvers import budgets


@strawberry.type
class BudgetQueries:
    """Root fields about budgets."""

    @guarded(
        "Your budgets, at most 2,000: those of the newest days first, then by name.",
        needs=Permission.MEMORY_READ,
        size=about(50),
    )
    async def budgets(
        self,
        info: Info,
        *,
        filter_: Annotated[
            BudgetFilterInput | None,
            strawberry.argument(name="filter", description="Which of them. Left out: all."),
        ] = None,
        as_of: AsOf = None,
    ) -> list[Budget]:
        """All of them."""
        asked = filter_.to_filter() if filter_ else BudgetFilter()
        found = await budgets.budgets(info.context.session, asked, as_of)
        return [Budget.from_record(record) for record in found]
