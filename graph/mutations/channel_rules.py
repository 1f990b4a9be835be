"""Adding channel rules, and ending them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.ids import CHANNEL_RULE
from graph.inputs.channel_rules import ChannelRuleInput
from graph.types.channel_rules import ChannelRule
from graph.types.errors import Refused
from resolvers import channel_rules

RuleId = Annotated[strawberry.ID, strawberry.argument(description="Id of the rule.")]


@strawberry.type(description="The rule as it now is, or as it last was.")
class ChannelRulePayload:
    """What a mutation of a rule leaves behind."""

    rule: ChannelRule = strawberry.field(description="The rule.")


ChannelRuleResult: TypeAlias = Annotated[
    ChannelRulePayload | Refused,
    strawberry.union("ChannelRuleResult", description="The rule, or what stood in the way."),
]


@strawberry.type
class ChannelRuleMutations:
    """Root fields that write channel rules."""

    @mutation(
        "Count rows to a channel by one more rule: those that are read from now on. For what was "
        "read before, call startTransformation.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def add_channel_rule(
        self,
        info: Info,
        *,
        rule: Annotated[ChannelRuleInput, strawberry.argument(description="The rule.")],
    ) -> ChannelRuleResult:
        """Checked, then kept."""
        record = await channel_rules.add(info.context.session, rule.to_rule())
        return ChannelRulePayload(rule=ChannelRule.from_record(record))

    @mutation(
        "Let a rule hold up to a day of the rows, that day included. Rows that were read before "
        "stay as they are until startTransformation.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def end_channel_rule(
        self,
        info: Info,
        *,
        rule_id: RuleId,
        until: Annotated[dt.date, strawberry.argument(description="The last day.")],
    ) -> ChannelRuleResult:
        """Once or twice: the same."""
        found = CHANNEL_RULE.decode(rule_id, "ruleId")
        record = await channel_rules.end(info.context.session, found, until)
        return ChannelRulePayload(rule=ChannelRule.from_record(record))

    @mutation(
        "Let a rule hold no more. Rows that were read before stay as they are until "
        "startTransformation.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def delete_channel_rule(self, info: Info, *, rule_id: RuleId) -> ChannelRuleResult:
        """What it was is answered a last time."""
        found = CHANNEL_RULE.decode(rule_id, "ruleId")
        record = await channel_rules.delete(info.context.session, found)
        return ChannelRulePayload(rule=ChannelRule.from_record(record))
