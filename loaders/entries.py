"""Pages of entries of many campaigns, one statement for all that are asked for the same page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from core.records.entries import EntryPageRequest, EntryRecord
from core.records.pages import Page
from core.records.shapes import Shape, WrittenPage
from core.scope import TenantScope
from loaders.ports.facts import EntryStore, WrittenEntryStore


@dataclass(frozen=True, slots=True)
class EntriesOfCampaign:
    """A page of one campaign's entries; `asked` names no campaign."""

    campaign: UUID
    asked: EntryPageRequest


@dataclass(frozen=True, slots=True)
class WrittenOfCampaign:
    """The same as JSON, in each of `shapes`."""

    of: EntriesOfCampaign
    shapes: tuple[Shape, ...]


async def pages_of_campaigns(
    store: EntryStore, scope: TenantScope, keys: Sequence[EntriesOfCampaign]
) -> Mapping[EntriesOfCampaign, Page[EntryRecord]]:
    """The page of each."""
    alike: defaultdict[EntryPageRequest, list[UUID]] = defaultdict(list)
    for key in keys:
        alike[key.asked].append(key.campaign)
    found: dict[EntriesOfCampaign, Page[EntryRecord]] = {}
    for asked, campaigns in alike.items():
        pages = await store.pages(scope, campaigns, asked)
        found |= {EntriesOfCampaign(each, asked): page for each, page in pages.items()}
    return found


async def written_of_campaigns(
    store: WrittenEntryStore, scope: TenantScope, keys: Sequence[WrittenOfCampaign]
) -> Mapping[WrittenOfCampaign, WrittenPage]:
    """The page of each."""
    alike: defaultdict[tuple[EntryPageRequest, tuple[Shape, ...]], list[UUID]] = defaultdict(list)
    for key in keys:
        alike[key.of.asked, key.shapes].append(key.of.campaign)
    found: dict[WrittenOfCampaign, WrittenPage] = {}
    for (asked, shapes), campaigns in alike.items():
        pages = await store.pages(scope, campaigns, asked, shapes)
        for campaign, page in pages.items():
            found[WrittenOfCampaign(EntriesOfCampaign(campaign, asked), shapes)] = page
    return found
