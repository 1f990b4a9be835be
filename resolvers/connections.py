"""Connections: reading them, setting one up, its credentials, and pausing it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from core.commands import ChangeConnection, ConnectSource, Credentials
from core.errors import BadInput, Conflict
from core.missing import no_connection
from core.records.connections import Breakdown, ConnectionRecord, ConnectionStatus, Level, Source
from core.records.credentials import AlertRecord, CredentialRecord
from core.records.pages import Page
from core.units import currency_code, time_zone
from resolvers.credentials import account_id, checked, refuse_without_credentials
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import clean, uuid_part

MAX_CONNECTIONS = 100
MAX_LOOK_BACK_DAYS = 90


def _sort_key(record: ConnectionRecord) -> tuple[str]:
    return (str(record.id),)


CONNECTIONS: Listing[ConnectionRecord] = Listing(
    "connections", MAX_CONNECTIONS, (uuid_part,), _sort_key
)


async def page(session: Session, arguments: PageArguments) -> Page[ConnectionRecord]:
    """One page of the tenant's connections."""
    return await session.stores.connections.page(
        session.scope, session.request(CONNECTIONS, arguments)
    )


async def connection(session: Session, connection_id: UUID) -> ConnectionRecord | None:
    """One connection."""
    return await session.loaders.connections.load(connection_id)


async def connect(
    session: Session, command: ConnectSource, *, issued: Credentials | None = None
) -> ConnectionRecord:
    """Set up a connection, after checking every part of what was asked.

    `issued` are credentials that we make, for a source that asks its caller for none.
    """
    source = command.source
    _check_level(source, command.level)
    _check_breakdown(source, command.breakdown)
    _check_look_back(command.look_back_days)
    ready = replace(
        command,
        account_id=account_id(source, clean(command.account_id, "accountId")),
        name=clean(command.name, "name"),
        currency=currency_code(command.currency),
        time_zone=time_zone(command.time_zone).key,
        credentials=issued or checked(source, command.credentials),
    )
    return await session.stores.connections.create(session.scope, ready)


async def rotate(
    session: Session, connection_id: UUID, credentials: Credentials | None
) -> ConnectionRecord:
    """Put `credentials` in the place of those before."""
    found = await one(session, connection_id)
    refuse_without_credentials(found.source, found.name)
    fresh = checked(found.source, credentials)
    return await session.stores.connections.rotate(session.scope, connection_id, fresh)


async def change(
    session: Session, connection_id: UUID, asked: ChangeConnection
) -> ConnectionRecord:
    """Give it another name or look-back."""
    if asked.look_back_days is not None:
        _check_look_back(asked.look_back_days)
    name = None if asked.name is None else clean(asked.name, "name")
    checked_change = replace(asked, name=name)
    return await session.stores.connections.change(session.scope, connection_id, checked_change)


async def pause(session: Session, connection_id: UUID) -> ConnectionRecord:
    """Let nothing more be asked of a connection; what was asked already is done."""
    return await session.stores.connections.set_status(
        session.scope, connection_id, ConnectionStatus.PAUSED
    )


async def resume(session: Session, connection_id: UUID) -> ConnectionRecord:
    """Let a connection be read from again."""
    return await session.stores.connections.set_status(
        session.scope, connection_id, ConnectionStatus.ACTIVE
    )


async def disconnect(session: Session, connection_id: UUID) -> ConnectionRecord:
    """Destroy a connection's credentials and end its runs; what it brought stays."""
    return await session.stores.connections.disconnect(session.scope, connection_id)


async def credential(session: Session, connection_id: UUID) -> CredentialRecord | None:
    """What is known of a connection's credentials; None when it has none."""
    return await session.loaders.credentials.load(connection_id)


async def alerts(session: Session, connection_id: UUID) -> tuple[AlertRecord, ...]:
    """What about a connection calls for somebody now, oldest first."""
    return await session.loaders.alerts.load(connection_id) or ()


async def one(session: Session, connection_id: UUID) -> ConnectionRecord:
    """The connection as it stands now, or NotFound."""
    found = await session.stores.connections.by_ids(session.scope, [connection_id])
    if connection_id not in found:
        raise no_connection()
    return found[connection_id]


def refuse_paused(connection: ConnectionRecord, field: str) -> None:
    """Conflict, at the input `field`, unless the connection may be read from."""
    if connection.status is not ConnectionStatus.ACTIVE:
        is_paused = connection.status is ConnectionStatus.PAUSED
        raise Conflict(
            f"the connection {connection.name!r} is {connection.status}",
            field=field,
            mend="resume the connection first" if is_paused else "connect the account again",
        )


def usual_level(source: Source) -> Level:
    """The level of a connection that was not asked for another."""
    levels = source.manifest.levels
    return Level.CAMPAIGN if Level.CAMPAIGN in levels else Level(levels[0])


def _check_level(source: Source, level: Level) -> None:
    levels = source.manifest.levels
    if level not in levels:
        raise BadInput(
            f"{source} has no figures at level {level}",
            field="level",
            mend=f"use one of {', '.join(levels)}",
        )


def _check_breakdown(source: Source, breakdown: Breakdown | None) -> None:
    known = source.manifest.breakdowns
    if breakdown is not None and breakdown not in known:
        raise BadInput(
            f"{source} is not broken down by {breakdown} here",
            field="breakdown",
            mend=f"use one of {', '.join(known)}, or none" if known else "leave it out",
        )


def _check_look_back(days: int) -> None:
    if not 0 <= days <= MAX_LOOK_BACK_DAYS:
        raise BadInput(
            f"lookBackDays is {days}, but must be between 0 and {MAX_LOOK_BACK_DAYS}",
            field="lookBackDays",
            mend="leave it out to take the source's own",
        )
