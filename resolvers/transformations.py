"""Starting transformations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from core.commands import NewRun
from core.errors import BadInput, Conflict
from core.records.pages import PageRequest
from core.records.runs import RunKind, RunRecord
from core.records.transformations import Names, StartTransformation
from resolvers import connections, quotas
from resolvers.session import Session

_PAGE = 100


async def start(session: Session, asked: StartTransformation) -> tuple[RunRecord, ...]:
    """A run for each connection; BadInput, NotFound or Conflict when there is nothing to do."""
    if not asked.what.parts and asked.what.names is Names.KEPT:
        raise BadInput(
            "the transformation would change nothing",
            field="apply",
            mend="name a part to apply, or leave it out for all",
        )
    chosen = [connection_id async for connection_id in _chosen(session, asked.connections)]
    if not chosen:
        raise Conflict("there is no connection", field="connections", mend="connect a source first")
    options = asked.what.to_json()
    runs = [
        NewRun(RunKind.TRANSFORMATION, connection_id, asked.dates, options=options)
        for connection_id in chosen
    ]
    await quotas.demand_runs(session, len(runs))
    started = await session.stores.runs.start_all(session.scope, runs)
    for run in started:
        await session.stores.topics.announce(session.scope, run.id)
    return started


async def _chosen(session: Session, asked: tuple[UUID, ...]) -> AsyncIterator[UUID]:
    for connection_id in dict.fromkeys(asked):
        yield (await connections.one(session, connection_id)).id
    cursor, has_next = None, not asked
    while has_next:
        request = PageRequest(_PAGE, cursor)
        page = await session.stores.connections.page(session.scope, request)
        for connection in page.items:
            yield connection.id
        cursor = (str(page.items[-1].id),) if page.items else None
        has_next = page.has_next
