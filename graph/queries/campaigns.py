"""Lists of campaigns."""

from __future__ import annotations

import strawberry

from core.records.answers import Area
from core.scope import Permission
from graph.bounds.sizes import paged
from graph.context import Info
from graph.fields import guarded
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.campaigns import Campaign
from resolvers import campaigns
from resolvers.paging import PageArguments


@strawberry.type
class CampaignQueries:
    """Root fields about campaigns."""

    @guarded(
        "Your campaigns, in a fixed order without meaning.",
        needs=Permission.MEMORY_READ,
        size=paged(campaigns.MAX_CAMPAIGNS),
        reads=(Area.SOURCES,),
    )
    async def campaigns(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Campaign]:
        """One page."""
        arguments = PageArguments(first, after, last, before)
        page = await campaigns.page(info.context.session, arguments)
        return connection(page, campaigns.CAMPAIGNS, Campaign.from_record)
