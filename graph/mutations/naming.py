"""Adding naming rules, and ending them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.ids import NAMING_RULE
from graph.inputs.naming import NamingRuleInput
from graph.types.errors import Refused
from graph.types.naming import NamingRule
from resolvers import naming

RuleId = Annotated[strawberry.ID, strawberry.argument(description="Id of the rule.")]


@strawberry.type(description="The rule as it now is, or as it last was.")
class NamingRulePayload:
    """What a mutation of a rule leaves behind."""

    rule: NamingRule = strawberry.field(description="The rule.")


NamingRuleResult: TypeAlias = Annotated[
    NamingRulePayload | Refused,
    strawberry.union("NamingRuleResult", description="The rule, or what stood in the way."),
]


@strawberry.type
class NamingMutations:
    """Root fields that write naming rules."""

    @mutation(
        "Read the names of campaigns by one more rule, at once and for all days it covers.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def add_naming_rule(
        self,
        info: Info,
        *,
        rule: Annotated[NamingRuleInput, strawberry.argument(description="The rule.")],
    ) -> NamingRuleResult:
        """Checked, then kept."""
        record = await naming.add(info.context.session, rule.to_rule())
        return NamingRulePayload(rule=NamingRule.from_record(record))

    @mutation(
        "Let a rule hold up to a day, that day included. Add another from the next day on when "
        "your names change.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def end_naming_rule(
        self,
        info: Info,
        *,
        rule_id: RuleId,
        until: Annotated[dt.date, strawberry.argument(description="The last day.")],
    ) -> NamingRuleResult:
        """Once or twice: the same."""
        found = NAMING_RULE.decode(rule_id, "ruleId")
        record = await naming.end(info.context.session, found, until)
        return NamingRulePayload(rule=NamingRule.from_record(record))

    @mutation(
        "Let a rule hold no more, for any day. What is asked as of an earlier moment goes by it.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def delete_naming_rule(self, info: Info, *, rule_id: RuleId) -> NamingRuleResult:
        """What it was is answered a last time."""
        found = NAMING_RULE.decode(rule_id, "ruleId")
        record = await naming.delete(info.context.session, found)
        return NamingRulePayload(rule=NamingRule.from_record(record))
