"""Backfills: what one would take, and starting it for no more than that."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from core.commands import StartBackfill, StartIngestion
from core.errors import BadInput, Conflict
from core.records.backfills import BackfillQuote, ReadingHistory
from core.records.connections import ConnectionRecord
from core.records.runs import RunKind, RunRecord
from core.units import DateRange, time_zone, today_in
from resolvers import ingestion, quotas
from resolvers.dates import not_longer
from resolvers.quotes import Estimate
from resolvers.session import Session

MAX_DAYS = 3660


async def quote(
    session: Session, connection_id: UUID, dates: DateRange, *, includes_settled: bool
) -> BackfillQuote:
    """What reading `dates` takes; days that are settled are left out unless asked for."""
    connection = await ingestion.readable(session, connection_id)
    not_longer(dates, MAX_DAYS, "dates")
    ingestion.refuse_future(session, dates, connection)
    _refuse_forgotten(session, dates, connection)
    store = session.stores.backfills
    settled = await store.settled_days(session.scope, connection_id, dates)
    skipped = frozenset() if includes_settled else settled
    spans = DateRange.of_days(day for day in dates if day not in skipped)
    history = await store.history(session.scope, connection_id)
    return _quoted(connection, dates, spans, len(settled), history)


async def start(session: Session, asked: StartBackfill) -> RunRecord:
    """Queue it, unless by now it takes more calls than were accepted."""
    dates = asked.dates
    found = await quote(
        session, asked.connection_id, dates, includes_settled=asked.includes_settled
    )
    if not found.spans:
        raise Conflict(
            f"all {dates.days} days were read after the source had stopped changing them",
            field="dates",
            mend="ask for other days, or for settled days too (includeSettled)",
        )
    if found.calls > asked.max_calls:
        raise Conflict(
            f"it takes {found.calls} calls, but maxCalls is {asked.max_calls}",
            field="maxCalls",
            mend=f"accept {found.calls}, or ask for fewer days",
        )
    await quotas.demand_runs(session)
    command = StartIngestion(
        asked.connection_id, dates=dates, spans=found.spans, kind=RunKind.BACKFILL
    )
    return await session.stores.runs.start_ingestion(session.scope, command)


def _quoted(
    connection: ConnectionRecord,
    dates: DateRange,
    spans: tuple[DateRange, ...],
    settled: int,
    history: ReadingHistory,
) -> BackfillQuote:
    manifest = connection.source.manifest
    estimate = Estimate(manifest, spans, history)
    return BackfillQuote(
        connection_id=connection.id,
        dates=dates,
        spans=spans,
        days_settled=settled,
        windows=estimate.windows,
        calls=estimate.calls,
        seconds=estimate.seconds,
        records=estimate.records,
        quotas=estimate.quotas,
        measured_days=history.days,
        basis=manifest.reading.about,
    )


def _refuse_forgotten(session: Session, dates: DateRange, connection: ConnectionRecord) -> None:
    kept = connection.source.manifest.reading.history_days
    if kept is None:
        return
    oldest = today_in(time_zone(connection.time_zone), session.clock()) - timedelta(days=kept)
    if dates.since < oldest:
        raise BadInput(
            f"{connection.source.manifest.title} answers for {kept} days only",
            field="dates.since",
            mend=f"give a since of {oldest} or later",
        )
