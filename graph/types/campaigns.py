"""Campaign, and the entries below it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry

from core.records.answers import Area
from core.records.connections import Source
from core.records.entries import CampaignRecord, EntryOrder
from graph.bounds.sizes import paged, shown
from graph.context import Info
from graph.fields import resolved
from graph.ids import CAMPAIGN
from graph.inputs.entries import AsOf, Filter, entry_filter
from graph.pagination import After, Before, First, Last
from graph.types import entries as entry_types
from graph.types.naming import CampaignNaming
from graph.types.node import Node
from resolvers import naming
from resolvers.entries import MAX_ENTRIES, of_campaign
from resolvers.paging import PageArguments

if TYPE_CHECKING:
    from graph.types.entries import MarketingEntryConnection


@strawberry.federation.type(
    keys=["id", "source accountId campaignId"],
    description="A campaign of one account, under its current name.",
)
class Campaign(Node):
    """CampaignRecord on the wire."""

    record: strawberry.Private[CampaignRecord]
    source: Source = strawberry.field(description="Which source it runs on.")
    account_id: str = strawberry.field(description="The source's own id of its account.")
    campaign_id: str = strawberry.field(description="The source's own id of the campaign.")
    name: str | None = strawberry.field(description="Its newest name, when the source gave one.")
    status: str | None = strawberry.field(description="Its status in the source's own words.")
    objective: str | None = strawberry.field(description="Its objective in the source's own words.")
    first_date: dt.date | None = shown("First day it has entries for.", reads=(Area.FACTS,))
    last_date: dt.date | None = shown("Last day it has entries for.", reads=(Area.FACTS,))

    @classmethod
    def from_record(cls, record: CampaignRecord) -> Campaign:
        """The campaign on the wire."""
        return cls(
            id=CAMPAIGN.encode(record.digest),
            record=record,
            source=record.source,
            account_id=record.account_id,
            campaign_id=record.campaign_id,
            name=record.name,
            status=record.status,
            objective=record.objective,
            first_date=record.first_date,
            last_date=record.last_date,
        )

    @resolved("What its name says, by the first of your naming rules that fits it on a day.")
    async def naming(
        self,
        info: Info,
        *,
        on: Annotated[
            dt.date | None, strawberry.argument(description="Left out: today, in UTC.")
        ] = None,
    ) -> CampaignNaming | None:
        """The rules are read once for an answer."""
        session = info.context.session
        found = await naming.parsed(session, self.record, on or session.clock().date())
        return None if found is None else CampaignNaming.from_record(found)

    @resolved(
        "Its entries of every level. Filter without `campaigns`: the campaign is this one.",
        size=paged(MAX_ENTRIES),
        reads=(Area.FACTS, Area.SOURCES, Area.LABELS),
    )
    async def entries(
        self,
        info: Info,
        *,
        filter: Filter = None,  # noqa: A002 - the argument's name in the schema
        order_by: Annotated[
            EntryOrder, strawberry.argument(description="In which order.")
        ] = EntryOrder.DATE_DESC,
        as_of: AsOf = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Annotated[MarketingEntryConnection, strawberry.lazy("graph.types.entries")]:
        """The pages of many campaigns are read at once."""
        return await entry_types.entry_connection(
            info,
            of_campaign(entry_filter(filter)),
            order_by,
            PageArguments(first, after, last, before),
            as_of,
            campaign=self.record.digest,
        )
