"""Budgets on the wire."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import strawberry

from core.records.budgets import EVENLY, BudgetRecord
from core.records.budgets import Budget as Plan
from core.records.findings import SubjectLevel
from graph.context import Info
from graph.fields import resolved
from graph.ids import BUDGET
from graph.types.campaigns import Campaign
from graph.types.connections import ConnectedSource
from graph.types.dates import DateRange
from resolvers import campaigns, connections


@strawberry.type(description="What is to be spent on some days together, and by whom.")
class Budget:
    """BudgetRecord on the wire."""

    record: strawberry.Private[Plan]
    id: strawberry.ID = strawberry.field(description="Its id, the same for every version.")
    version: int = strawberry.field(description="Counts its versions, from 1.")
    name: str = strawberry.field(description="Its name.")
    level: SubjectLevel = strawberry.field(
        description="What kind of thing is to spend it; TENANT: everything together."
    )
    channel: str | None = strawberry.field(description="The channel, where it is one.")
    dates: DateRange = strawberry.field(description="Its days.")
    amount: Decimal = strawberry.field(description="What all of its days together are to spend.")
    currency: str = strawberry.field(description="ISO 4217 code of its amounts.")
    weekdays: list[Decimal] = strawberry.field(
        description="What a day weighs in the plan, from Monday on: seven numbers."
    )
    created_at: dt.datetime = strawberry.field(description="When its first version was set.")

    @classmethod
    def from_record(cls, record: BudgetRecord) -> Budget:
        """The budget on the wire."""
        budget = record.rule
        is_channel = budget.subject.level is SubjectLevel.CHANNEL
        return cls(
            record=budget,
            id=BUDGET.encode(record.id),
            version=record.version,
            name=budget.name,
            level=budget.subject.level,
            channel=budget.subject.key if is_channel else None,
            dates=DateRange.from_record(budget.dates),
            amount=budget.amount,
            currency=budget.currency,
            weekdays=list(budget.weekdays or EVENLY),
            created_at=record.created_at,
        )

    @resolved(
        "What its plan has spent up to a day, that day included: the amount times the weight of "
        "the days up to then over that of all days, rounded half up to six places.",
    )
    def planned(
        self,
        *,
        until: Annotated[dt.date, strawberry.argument(description="Up to which day.")],
    ) -> Decimal:
        """0 before its first day, the amount from its last on."""
        return self.record.planned(until)

    @resolved("The connection, where it is one.")
    async def connection(self, info: Info) -> ConnectedSource | None:
        """Batched over the whole answer."""
        if self.level is not SubjectLevel.CONNECTION:
            return None
        found = await connections.connection(info.context.session, UUID(self.record.subject.key))
        return None if found is None else ConnectedSource.from_record(found)

    @resolved("The campaign, where it is one.")
    async def campaign(self, info: Info) -> Campaign | None:
        """Batched over the whole answer."""
        if self.level is not SubjectLevel.CAMPAIGN:
            return None
        found = await campaigns.campaign(info.context.session, UUID(self.record.subject.key))
        return None if found is None else Campaign.from_record(found)
