"""Starting ingestion: every reason to refuse is found here, before a run is written."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from core.commands import FileOptions, StartIngestion
from core.errors import BadInput
from core.records.connections import ConnectionRecord, Source
from core.records.runs import RunRecord
from core.units import DateRange, time_zone, today_in
from resolvers import connections, quotas
from resolvers.files import check_level, check_options
from resolvers.session import Session


async def start(session: Session, connection_id: UUID, dates: DateRange | None) -> RunRecord:
    """Read `dates` of an API source; the look-back window up to today when None."""
    connection = await readable(session, connection_id)
    asked = dates or _look_back(connection, _today(session, connection))
    refuse_future(session, asked, connection)
    await quotas.demand_runs(session)
    command = StartIngestion(connection_id, dates=asked)
    return await session.stores.runs.start_ingestion(session.scope, command)


async def ingest_file(
    session: Session,
    connection_id: UUID,
    upload_id: UUID,
    options: FileOptions,
    *,
    saves_mapping: bool = False,
) -> RunRecord:
    """Read an uploaded file; where `options` are silent the saved mapping speaks."""
    connection, filled = await file_options(session, connection_id, options)
    await quotas.demand_runs(session)
    command = StartIngestion(
        connection.id, upload_id=upload_id, file=filled, saves_mapping=saves_mapping
    )
    return await session.stores.runs.start_ingestion(session.scope, command)


async def file_options(
    session: Session, connection_id: UUID, options: FileOptions
) -> tuple[ConnectionRecord, FileOptions]:
    """The FILE connection, and how its file is read by `options` and its saved mapping."""
    connection = await _active(session, connection_id)
    if connection.source is not Source.FILE:
        raise BadInput(
            f"{connection.name!r} is a {connection.source} connection and reads no files",
            field="connectionId",
            mend="use startIngestion, or name a FILE connection",
        )
    check_level(options, connection.level)
    saved = FileOptions.from_json(connection.file_mapping)
    return connection, check_options(options.filled_from(saved))


async def readable(session: Session, connection_id: UUID) -> ConnectionRecord:
    """The connection, when it is ACTIVE and can be asked for days."""
    connection = await _active(session, connection_id)
    refuse_pushed(connection)
    return connection


def refuse_future(session: Session, dates: DateRange, connection: ConnectionRecord) -> None:
    """BadInput for days that have not begun in the account's zone."""
    today = _today(session, connection)
    if dates.until > today:
        raise BadInput(
            f"until is {dates.until}, but today is {today} in {connection.time_zone}",
            field="dates.until",
            mend=f"give an until of {today} or earlier",
        )


async def _active(session: Session, connection_id: UUID) -> ConnectionRecord:
    connection = await connections.one(session, connection_id)
    connections.refuse_paused(connection, "connectionId")
    return connection


def refuse_pushed(connection: ConnectionRecord) -> None:
    """BadInput unless the connection can be asked for days."""
    mend = {
        Source.FILE: "upload a file and name it in ingestFile",
        Source.WEBHOOK: "send the records to the connection's webhook",
    }.get(connection.source)
    if mend is not None:
        raise BadInput(
            f"a {connection.source} connection cannot be asked for days",
            field="connectionId",
            mend=mend,
        )


def _look_back(connection: ConnectionRecord, today: date) -> DateRange:
    return DateRange(today - timedelta(days=connection.look_back_days), today)


def _today(session: Session, connection: ConnectionRecord) -> date:
    return today_in(time_zone(connection.time_zone), session.clock())
