"""Runs: reading, stopping and retrying them, and following their events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from functools import partial
from uuid import UUID

from core.errors import BadInput
from core.missing import no_run
from core.records.pages import Page, RunSlice
from core.records.runs import RunEventRecord, RunRecord, RunStatus
from resolvers import connections
from resolvers.following import woken
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.slices import MAX_SLICE, take
from resolvers.text import uuid_part

MAX_RUNS = 100
MAX_EVENTS = MAX_SLICE
AT_ONCE = 50
"""Steps of a run that are read at once for its followers."""


def _sort_key(record: RunRecord) -> tuple[str]:
    return (str(record.id),)


RUNS: Listing[RunRecord] = Listing("runs", MAX_RUNS, (uuid_part,), _sort_key)


async def page(
    session: Session,
    arguments: PageArguments,
    connections: Sequence[UUID],
    statuses: Sequence[RunStatus],
) -> Page[RunRecord]:
    """One page of the tenant's runs, newest first."""
    request = session.request(RUNS, arguments)
    return await session.stores.runs.page(session.scope, request, connections, statuses)


async def run(session: Session, run_id: UUID) -> RunRecord | None:
    """One run."""
    return await session.loaders.runs.load(run_id)


async def cancel(session: Session, run_id: UUID) -> RunRecord:
    """Ask a run to stop."""
    record = await session.stores.runs.request_cancel(session.scope, run_id)
    await session.stores.topics.announce(session.scope, run_id)
    return record


async def cancel_all(session: Session, connection_id: UUID) -> tuple[UUID, ...]:
    """Ask every open run of a connection to stop; which they were."""
    connection = await connections.one(session, connection_id)
    found = await session.stores.runs.cancel_all(session.scope, connection.id)
    for run_id in found:
        await session.stores.topics.announce(session.scope, run_id)
    return found


async def retry(session: Session, run_id: UUID) -> RunRecord:
    """Start a run once more, if its connection may be read from."""
    await _refuse_paused(session, run_id)
    record = await session.stores.runs.retry(session.scope, run_id)
    await session.stores.topics.announce(session.scope, run_id)
    return record


async def _refuse_paused(session: Session, run_id: UUID) -> None:
    """Leaves a run that is not there to the store, and one that asks no source alone."""
    found = (await session.stores.runs.by_ids(session.scope, [run_id])).get(run_id)
    if found is not None and not found.kind.is_internal:
        connection = await connections.one(session, found.of_connection)
        connections.refuse_paused(connection, "runId")


async def events(
    session: Session, run_id: UUID, after: int, limit: int
) -> tuple[RunEventRecord, ...]:
    """At most `limit` events of a run after the one numbered `after`."""
    take(session, limit, after, "sequence")
    return await session.loaders.run_events.load(RunSlice(run_id, after, limit)) or ()


async def progress(
    session: Session, run_id: UUID, after: int
) -> AsyncGenerator[RunEventRecord, None]:
    """The events of a run after `after`: those there are, then new ones as they come.

    Ends when everything was told and the run stands still, or when the scope expires.
    """
    cursor = _cursor(session.cursor.after(after) or 0)
    await _standing(session, run_id)
    return _follow(session, run_id, cursor)


async def _follow(
    session: Session, run_id: UUID, cursor: int
) -> AsyncGenerator[RunEventRecord, None]:
    async with session.stores.topics.subscribe(session.scope, run_id) as wakeups:
        while await woken(session, wakeups):
            steps, status = await _news(session, run_id, cursor)
            while steps:
                for event in steps:
                    if session.has_expired:
                        return
                    session.cursor.reached = event.sequence
                    yield event
                cursor, status = steps[-1].sequence, steps[-1].status
                # What comes behind those that were read is announced anew.
                steps = await _steps(session, run_id, cursor) if len(steps) == AT_ONCE else ()
            if status.is_final:
                return


async def _news(
    session: Session, run_id: UUID, cursor: int
) -> tuple[tuple[RunEventRecord, ...], RunStatus]:
    """The next steps; where the run stands, if there are none."""
    steps = await _steps(session, run_id, cursor)
    if steps:
        return steps, steps[-1].status
    # Read before the events: an event that lands in between is then told, not missed.
    status = await _standing(session, run_id)
    return await _steps(session, run_id, cursor), status


async def _steps(session: Session, run_id: UUID, cursor: int) -> tuple[RunEventRecord, ...]:
    """Read with whatever else the tenant's followers wait for."""
    scope = session.scope
    read = partial(session.stores.runs.events_of, scope)
    asked = RunSlice(run_id, cursor, AT_ONCE)
    return await session.shared.read_one((scope.tenant_id, "steps"), asked, read) or ()


async def _standing(session: Session, run_id: UUID) -> RunStatus:
    scope = session.scope
    read = partial(session.stores.runs.by_ids, scope)
    found = await session.shared.read_one((scope.tenant_id, "runs"), run_id, read)
    if found is None:
        raise no_run()
    return found.status


def _cursor(after: int) -> int:
    if after < 0:
        raise BadInput(
            f"after is {after}, but sequences count from 1",
            field="after",
            mend="give the sequence of the last event you saw, or 0",
        )
    return after
