"""Budgets, as callers give them, and which of them are asked for."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from core.records.budgets import Budget, BudgetFilter
from core.records.findings import Subject, SubjectLevel
from graph.ids import CAMPAIGN, CONNECTION
from graph.inputs.dates import DateRangeInput
from graph.inputs.entries import ALL, texts
from resolvers import budgets
from resolvers.text import choices


@strawberry.input(
    description=(
        "What is to be spent on some days together, by a connection, a campaign or a channel; "
        "with none of the three, by everything together."
    )
)
class BudgetInput:
    """Budget as the caller gives it."""

    name: str = strawberry.field(
        description="A name of yours for it; the budget that has it already is set anew."
    )
    connection_id: strawberry.ID | None = strawberry.field(
        default=None, description="The connection that is to spend it."
    )
    campaign_id: strawberry.ID | None = strawberry.field(
        default=None, description="The campaign that is to spend it."
    )
    channel: str | None = strawberry.field(
        default=None, description="The channel that is to spend it, spelled exactly."
    )
    dates: DateRangeInput = strawberry.field(
        description="Its days, such as those of a month; at most 366."
    )
    amount: Decimal = strawberry.field(
        description="Above 0 and up to 1000000000000, with at most six places."
    )
    currency: str = strawberry.field(
        description="ISO 4217 code. What is spent in it counts; of a connection, its own."
    )
    weekdays: list[Decimal] | None = strawberry.field(
        default=None,
        description=(
            "What a day weighs in the plan, from Monday on: seven numbers from 0 to 1000. "
            "Left out: each day the same."
        ),
    )

    def to_budget(self) -> Budget:
        """The budget, or BadInput naming the field that cannot be read."""
        return Budget(
            name=self.name,
            subject=self._subject(),
            dates=self.dates.to_range("dates"),
            amount=self.amount,
            currency=self.currency,
            weekdays=tuple(self.weekdays or ()),
        )

    def _subject(self) -> Subject:
        given, of = self.connection_id, self.campaign_id
        return budgets.spender(
            None if given is None else CONNECTION.decode(given, "connectionId"),
            None if of is None else CAMPAIGN.decode(of, "campaignId"),
            self.channel,
            "budget",
        )


@strawberry.input(
    name="BudgetFilter",
    description=(
        "Which budgets; every condition that is given must hold. Of connections, campaigns and "
        "channels together, one of those named."
    ),
)
class BudgetFilterInput:
    """BudgetFilter on the wire."""

    levels: list[SubjectLevel] | None = strawberry.field(
        default=None, description=f"What kind of thing is to spend them. {ALL}"
    )
    connections: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Connections that are to spend them. {ALL}"
    )
    campaigns: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Campaigns that are to spend them. {ALL}"
    )
    channels: list[str] | None = strawberry.field(
        default=None, description=f"Channels that are to spend them, spelled exactly. {ALL}"
    )
    dates: DateRangeInput | None = strawberry.field(
        default=None, description=f"Those that have any of these days. {ALL}"
    )

    def to_filter(self) -> BudgetFilter:
        """The filter, or BadInput naming the part of it that is wrong."""
        connections = choices(self.connections, "filter.connections")
        campaigns = choices(self.campaigns, "filter.campaigns")
        ids = {
            SubjectLevel.CONNECTION: [
                CONNECTION.decode(each, "filter.connections") for each in connections
            ],
            SubjectLevel.CAMPAIGN: [
                CAMPAIGN.decode(each, "filter.campaigns") for each in campaigns
            ],
            SubjectLevel.CHANNEL: texts(self.channels, "filter.channels"),
        }
        return BudgetFilter(
            levels=choices(self.levels, "filter.levels"),
            subjects=tuple(Subject(level, str(key)) for level, keys in ids.items() for key in keys),
            dates=self.dates.to_range("filter.dates") if self.dates else None,
        )
