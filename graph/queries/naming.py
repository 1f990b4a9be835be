"""Naming rules, and what one would read."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.errors import BadInput
from core.records.answers import Area
from core.scope import Permission
from graph.bounds.sizes import about, sliced
from graph.context import Info
from graph.fields import guarded
from graph.inputs.entries import AsOf
from graph.inputs.naming import NamingRuleInput
from graph.types.naming import NamingPreview, NamingRule
from resolvers import naming

MAX_NAMES = 100


@strawberry.type
class NamingQueries:
    """Root fields about names."""

    @guarded(
        "Your naming rules, at most 200, in the order in which they are tried.",
        needs=Permission.MEMORY_READ,
        size=about(20),
        reads=(Area.LABELS,),
    )
    async def naming_rules(self, info: Info, *, as_of: AsOf = None) -> list[NamingRule]:
        """All of them."""
        found = await naming.rules(info.context.session, as_of)
        return [NamingRule.from_record(record) for record in found]

    @guarded(
        "What a rule would read of the current names of your campaigns; nothing is kept.",
        needs=Permission.MEMORY_READ,
        size=sliced(20, MAX_NAMES, "readings", "unmatched"),
        weight=20,
    )
    async def naming_preview(
        self,
        info: Info,
        *,
        rule: Annotated[NamingRuleInput, strawberry.argument(description="The rule to try.")],
        first: Annotated[
            int, strawberry.argument(description="How many names of each kind; at most 100.")
        ] = 20,
    ) -> NamingPreview:
        """Over every campaign that has a name."""
        if not 0 <= first <= MAX_NAMES:
            raise BadInput(
                f"first must be from 0 to {MAX_NAMES}", field="first", mend="ask for fewer names"
            )
        found = await naming.preview(info.context.session, rule.to_rule())
        return NamingPreview.from_record(found, first)
