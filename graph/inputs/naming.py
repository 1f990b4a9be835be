"""Naming rules and conditions, as callers give them."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.connections import Source
from core.records.naming import NamingCondition, NamingRule, NamingSyntax
from resolvers.text import choices, clean, exact


@strawberry.input(description="How the names of campaigns are to be read.")
class NamingRuleInput:
    """NamingRule as the caller gives it."""

    name: str = strawberry.field(description="A name of yours for the rule, used once.")
    syntax: NamingSyntax = strawberry.field(
        default=NamingSyntax.TEMPLATE, description="How `pattern` is written."
    )
    pattern: str = strawberry.field(
        description=(
            "TEMPLATE: a name with its fields in braces, such as `{market}_{audience}_{title*}`. "
            "A field ends at the next separator; one with a star may hold separators. Text "
            "outside braces matches in any case. REGEX: an RE2 expression with named groups, "
            "`(?P<market>[a-z]{2})_.*`, that matches the whole name. Up to 500 characters, 20 "
            "fields."
        )
    )
    source: Source | None = strawberry.field(
        default=None, description="Only campaigns of this source."
    )
    account_id: str | None = strawberry.field(
        default=None, description="Only campaigns of this account, by the source's own id."
    )
    since: dt.date | None = strawberry.field(
        default=None, description="Only entries of this day and later."
    )
    until: dt.date | None = strawberry.field(
        default=None, description="Only entries of this day and earlier."
    )
    position: int = strawberry.field(
        default=100,
        description="Of rules that fit a name, the lowest is taken, and of equals the oldest.",
    )

    def to_rule(self) -> NamingRule:
        """The rule, as it was given."""
        return NamingRule(
            name=self.name,
            syntax=self.syntax,
            pattern=exact(self.pattern, "pattern"),
            source=self.source,
            account_id=self.account_id,
            since=self.since,
            until=self.until,
            position=self.position,
        )


@strawberry.input(description="What a campaign's name must say, by your naming rules.")
class NamingConditionInput:
    """NamingCondition as the caller gives it."""

    field: str = strawberry.field(description="A field of your naming rules.")
    values: list[str] = strawberry.field(description="What it may say, in any case. At most 1,000.")

    def to_condition(self, place: str) -> NamingCondition:
        """The condition, or BadInput naming the part that is wrong."""
        values = choices(self.values, f"{place}.values")
        return NamingCondition(
            clean(self.field, f"{place}.field"),
            tuple(exact(value, f"{place}.values") for value in values),
        )
