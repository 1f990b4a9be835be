"""Marketing entries: pages, counts, single entries, vintages and what changed between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from core.errors import BadInput
from core.records.entries import (
    EntryFilter,
    EntryKey,
    EntryOrder,
    EntryRecord,
    Metrics,
    VintageRecord,
)
from core.records.pages import Page
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import date_part, digest_part

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
    return record.key.date.isoformat(), record.key.digest.hex


async def page(
    session: Session,
    where: EntryFilter,
    order: EntryOrder,
    arguments: PageArguments,
    as_of: datetime | None,
) -> Page[EntryRecord]:
    """One page of the tenant's entries, as they stood at `as_of`; `where` is narrowed already."""
    request = session.request(listing(order), arguments)
    return await session.stores.entries.page(session.scope, where, order, request, as_of)


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


def of_campaign(where: EntryFilter, digest: UUID) -> EntryFilter:
    """`where` within one campaign, which may not name campaigns of its own."""
    if where.campaigns:
        raise BadInput(
            "the entries of a campaign cannot be filtered by campaign",
            field="filter.campaigns",
            mend="leave filter.campaigns out here",
        )
    return replace(where, campaigns=(digest,))
