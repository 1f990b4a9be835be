"""What an operation would find, told before it is carried out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.records.connections import Source
from core.records.entries import EntryFilter, EntryOrder
from core.records.operations import Stage
from core.records.pages import PageRequest
from core.units import DateRange
from resolvers.connections import MAX_CONNECTIONS
from resolvers.session import Session

NEWEST = EntryOrder.DATE_DESC


@dataclass(frozen=True, slots=True)
class Reach:
    """Which entries an operation may read: of these days, sources and moment; None and () of all.

    An operation of which this is not known may read more; none of its filters are reckoned with.
    """

    dates: DateRange | None = None
    sources: tuple[Source, ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Footing:
    """What there is within a reach.

    `newest_day` is the last day of any entry of the sources; `last_read_at` when the connection
    was read that was not read for longest, None where one never was.
    """

    entries: int
    mature: int
    newest_day: date | None
    last_read_at: datetime | None

    @property
    def mature_share(self) -> float | None:
        """Of the entries, from 0 to 1; None without entries."""
        return self.mature / self.entries if self.entries else None


async def footing(session: Session, reach: Reach) -> Footing:
    """What the tenant has within `reach`."""
    where = EntryFilter(dates=reach.dates, sources=reach.sources)
    entries, mature, newest, read = await asyncio.gather(
        session.stores.entries.count(session.scope, where, reach.as_of),
        session.stores.entries.count(session.scope, replace(where, is_mature=True), reach.as_of),
        _newest_day(session, reach),
        _last_read(session, reach),
    )
    return Footing(entries, mature, newest, read)


async def stage(session: Session) -> Stage:
    """What the caller's own client may send."""
    set_stages = await session.stores.operation_stages.stages(session.scope)
    by_client = {each.client: each.stage for each in set_stages}
    own = by_client.get(session.scope.client) if session.scope.client else None
    return own or by_client.get(None, Stage.ALLOW)


async def has_sums(session: Session, reach: Reach) -> bool:
    """Whether most days of the reach are read from sums, where entries are not asked for."""
    if reach.dates is None:
        return False
    return await session.stores.attribution.has_sums(session.scope, reach.dates, reach.as_of)


async def _newest_day(session: Session, reach: Reach) -> date | None:
    page = await session.stores.entries.page(
        session.scope, EntryFilter(sources=reach.sources), NEWEST, PageRequest(1), reach.as_of
    )
    return page.items[0].key.date if page.items else None


async def _last_read(session: Session, reach: Reach) -> datetime | None:
    page = await session.stores.connections.page(session.scope, PageRequest(MAX_CONNECTIONS))
    read = [
        each.last_read_at
        for each in page.items
        if not reach.sources or each.source in reach.sources
    ]
    known = [moment for moment in read if moment is not None]
    return min(known) if known and len(known) == len(read) else None
