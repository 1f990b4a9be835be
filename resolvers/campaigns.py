"""Campaigns."""

from __future__ import annotations

from uuid import UUID

from core.records.entries import CampaignRecord
from core.records.pages import Page
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import digest_part

MAX_CAMPAIGNS = 100


def _sort_key(record: CampaignRecord) -> tuple[str]:
    return (record.digest.hex,)


CAMPAIGNS: Listing[CampaignRecord] = Listing("campaigns", MAX_CAMPAIGNS, (digest_part,), _sort_key)


async def page(session: Session, arguments: PageArguments) -> Page[CampaignRecord]:
    """One page of the tenant's campaigns."""
    return await session.stores.campaigns.page(session.scope, session.request(CAMPAIGNS, arguments))


async def campaign(session: Session, digest: UUID) -> CampaignRecord | None:
    """The campaign under its current name."""
    return await session.loaders.campaigns.load(digest)
