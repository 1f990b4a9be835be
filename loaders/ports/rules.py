"""Ports of the rules of a tenant's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeVar
from uuid import UUID

from core.records.budgets import Budget
from core.records.channels import ChannelRule, ChannelSample
from core.records.exchange import OwnRate
from core.records.naming import NamingRule
from core.records.rules import RuleRecord, RulesAt
from core.scope import TenantScope
from core.units import DateRange

R = TypeVar("R")


class RuleStore(Protocol[R]):
    """Rules of one kind, of which every version is kept."""

    async def rules(
        self, scope: TenantScope, moments: Sequence[RulesAt]
    ) -> dict[RulesAt, tuple[RuleRecord[R], ...]]:
        """The rules in force at each of `moments`, in the order in which they are tried."""
        ...

    async def add(self, scope: TenantScope, rule: R) -> RuleRecord[R]:
        """Keep a rule; Conflict when its name is taken or there are as many as there may be."""
        ...

    async def end(self, scope: TenantScope, rule_id: UUID, until: date) -> RuleRecord[R]:
        """Let a rule hold up to `until`; NotFound, or Conflict when it begins later."""
        ...

    async def delete(self, scope: TenantScope, rule_id: UUID) -> RuleRecord[R]:
        """Let a rule hold no more; NotFound when there is none."""
        ...


class OwnRateStore(RuleStore[OwnRate], Protocol):
    """Own exchange rates."""

    async def put(self, scope: TenantScope, name: str, rule: OwnRate) -> RuleRecord[OwnRate]:
        """Let the rate of that name be `rule`, as its next version; a new one where none is."""
        ...


class BudgetStore(RuleStore[Budget], Protocol):
    """Budgets."""

    async def put(self, scope: TenantScope, name: str, rule: Budget) -> RuleRecord[Budget]:
        """Let the budget of that name be `rule`, as its next version; a new one where none is."""
        ...


class NamingStore(RuleStore[NamingRule], Protocol):
    """Rules by which campaign names are read."""


class ChannelRuleStore(RuleStore[ChannelRule], Protocol):
    """Rules by which rows are counted to channels."""

    async def samples(
        self, scope: TenantScope, dates: DateRange, limit: int
    ) -> tuple[ChannelSample, ...]:
        """What the entries of `dates` say that rules may ask for, the most frequent first."""
        ...
