"""Marketing entries: pages, counts, single entries, vintages and what changed between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar
from uuid import UUID

from core.errors import BadInput, Bug
from core.records.entries import (
    EntryFilter,
    EntryKey,
    EntryOrder,
    EntryPageRequest,
    EntryRecord,
    Metrics,
    VintageRecord,
)
from core.records.pages import Page
from core.records.shapes import Shape, Written, WrittenPage
from loaders.entries import EntriesOfCampaign, WrittenOfCampaign
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import date_part, digest_part

T = TypeVar("T")
MAX_ENTRIES = 1000
COUNTED = (
    "spend",
    "impressions",
    "clicks",
    "link_clicks",
    "reach",
    "video_views",
    "conversions",
    "conversion_value",
    "value",
)


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric that a vintage changed; `metric` is a name of COUNTED."""

    metric: str
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class VintageChanges:
    """A vintage and what it changed; a first vintage changed nothing."""

    vintage: VintageRecord
    changes: tuple[MetricChange, ...]


def listing(order: EntryOrder) -> Listing[EntryRecord]:
    """The list of entries in `order`."""
    return Listing(f"entries:{order}", MAX_ENTRIES, (date_part, digest_part), _sort_key)


def _sort_key(record: EntryRecord) -> tuple[str, str]:
    return sort_key(record.key)


def sort_key(key: EntryKey) -> tuple[str, str]:
    """The sort key of the entry of `key`, in either order."""
    return key.date.isoformat(), key.digest.hex


def asked(
    session: Session,
    where: EntryFilter,
    order: EntryOrder,
    arguments: PageArguments,
    as_of: datetime | None,
) -> EntryPageRequest:
    """Which page to ask for, charged to this operation's budget; `where` is narrowed already."""
    return EntryPageRequest(where, order, session.request(listing(order), arguments), as_of)


async def page(
    session: Session, of: EntryPageRequest, campaign: UUID | None = None
) -> Page[EntryRecord]:
    """One page of the tenant's entries, or of one campaign's."""
    if campaign is not None:
        return _read(await session.loaders.campaign_entries.load(EntriesOfCampaign(campaign, of)))
    store = session.stores.entries
    return await store.page(session.scope, of.where, of.order, of.page, of.as_of)


async def written(
    session: Session,
    of: EntryPageRequest,
    shapes: tuple[Shape, ...],
    campaign: UUID | None = None,
) -> WrittenPage:
    """The same as JSON, in each of `shapes`."""
    if campaign is not None:
        key = WrittenOfCampaign(EntriesOfCampaign(campaign, of), shapes)
        return _read(await session.loaders.written_campaign_entries.load(key))
    return await session.stores.written_entries.page(session.scope, of, shapes)


def _read(page: T | None) -> T:
    if page is None:
        raise Bug("a page that was asked for was not read")
    return page


async def written_by_keys(
    session: Session, keys: Sequence[EntryKey], shape: Shape
) -> tuple[tuple[EntryKey, ...], Written]:
    """Those of `keys` that the tenant has, as they stand now, and their rows in one order."""
    return await session.stores.written_entries.by_keys(session.scope, keys, shape)


async def count(session: Session, where: EntryFilter, as_of: datetime | None) -> int:
    """How many entries `where`, narrowed already, lets through."""
    return await session.stores.entries.count(session.scope, where, as_of)


async def entry(session: Session, key: EntryKey) -> EntryRecord | None:
    """The entry as it stands now."""
    return await session.loaders.entries.load(key)


async def history(session: Session, key: EntryKey) -> tuple[VintageChanges, ...]:
    """Every vintage of the entry, oldest first, with what it changed."""
    vintages = await session.loaders.vintages.load(key) or ()
    first = tuple(VintageChanges(vintage, ()) for vintage in vintages[:1])
    return first + tuple(
        VintageChanges(later, changes(earlier.metrics, later.metrics))
        for earlier, later in pairwise(vintages)
    )


def changes(before: Metrics, after: Metrics) -> tuple[MetricChange, ...]:
    """The counted metrics whose value differs."""
    pairs = ((name, _number(before, name), _number(after, name)) for name in COUNTED)
    return tuple(MetricChange(name, old, new) for name, old, new in pairs if old != new)


def _number(metrics: Metrics, name: str) -> Decimal | None:
    value = getattr(metrics, name)
    return None if value is None else Decimal(value)


def of_campaign(where: EntryFilter) -> EntryFilter:
    """`where` within one campaign, which may not name campaigns of its own."""
    if where.campaigns:
        raise BadInput(
            "the entries of a campaign cannot be filtered by campaign",
            field="filter.campaigns",
            mend="leave filter.campaigns out here",
        )
    return where
