"""Channel rules, and what one would apply to."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.errors import BadInput
from core.records.answers import Area
from core.scope import Permission
from graph.bounds.sizes import about, sliced
from graph.context import Info
from graph.fields import guarded
from graph.inputs.channel_rules import ChannelRuleInput
from graph.inputs.dates import DateRangeInput
from graph.inputs.entries import AsOf
from graph.types.channel_rules import ChannelPreview, ChannelRule
from resolvers import channel_rules

MAX_SAMPLES = 100


@strawberry.type
class ChannelRuleQueries:
    """Root fields about channels."""

    @guarded(
        "Your channel rules, at most 200, in the order in which they are tried.",
        needs=Permission.MEMORY_READ,
        size=about(20),
        reads=(Area.LABELS,),
    )
    async def channel_rules(self, info: Info, *, as_of: AsOf = None) -> list[ChannelRule]:
        """All of them."""
        found = await channel_rules.rules(info.context.session, as_of)
        return [ChannelRule.from_record(record) for record in found]

    @guarded(
        "Which of your entries a rule would move to its channel, as one of the rules that you "
        "have; nothing is kept. A medium is not kept with entries: none is found by it.",
        needs=Permission.MEMORY_READ,
        size=sliced(20, MAX_SAMPLES, "samples"),
        weight=50,
    )
    async def channel_preview(
        self,
        info: Info,
        *,
        rule: Annotated[ChannelRuleInput, strawberry.argument(description="The rule to try.")],
        dates: Annotated[DateRangeInput, strawberry.argument(description="Entries of which days.")],
        first: Annotated[
            int, strawberry.argument(description="How many samples to answer; at most 100.")
        ] = 20,
    ) -> ChannelPreview:
        """Over what the entries of these days say, each combination once."""
        if not 0 <= first <= MAX_SAMPLES:
            raise BadInput(
                f"first must be from 0 to {MAX_SAMPLES}", field="first", mend="ask for fewer"
            )
        session = info.context.session
        found = await channel_rules.preview(session, rule.to_rule(), dates.to_range("dates"))
        return ChannelPreview.from_record(found, first)
