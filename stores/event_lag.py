"""How far the streams are behind the outbox."""

from __future__ import annotations

from core.scope import TenantId
from stores.cache.streams import EventStreams
from stores.postgres.events import EventStore


async def event_lag(events: EventStore, streams: EventStreams) -> dict[TenantId, int]:
    """Of every tenant whose stream is not level with its outbox, how many events it lacks.

    Negative where the stream is ahead: it belongs to another history of the database.
    """
    ends = await events.positions()
    lasts = await streams.lasts(list(ends))
    return {tenant: end - lasts[tenant] for tenant, end in ends.items() if end != lasts[tenant]}
