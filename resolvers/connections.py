"""Connections: reading them, setting one up, its token, and pausing it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from core.commands import ConnectSource
from core.errors import BadInput, Conflict, NotFound
from core.records.connections import ConnectionRecord, ConnectionStatus, Source
from core.records.pages import Page
from core.units import currency_code, time_zone
from resolvers.google_credentials import customer_id, google_credentials
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import clean, uuid_part

MAX_CONNECTIONS = 100
MAX_LOOK_BACK_DAYS = 90
LOOK_BACK_DAYS = {
    Source.META_ADS: 28,
    Source.GOOGLE_ADS: 30,
    Source.KLAVIYO: 7,
    Source.WEBHOOK: 0,
    Source.FILE: 0,
}
"""How long each source restates a day, unless the caller knows better."""

CREDENTIALED = frozenset({Source.META_ADS, Source.KLAVIYO})
"""Sources that are opened with an access token."""
READABLE = frozenset({Source.META_ADS, Source.GOOGLE_ADS, Source.KLAVIYO, Source.FILE})
"""Sources that have a connector."""


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


async def connect(session: Session, command: ConnectSource) -> ConnectionRecord:
    """Set up a connection, after checking every part of what was asked."""
    _check_source(command.source)
    checked = replace(
        command,
        account_id=_account_id(command),
        name=clean(command.name, "name"),
        currency=currency_code(command.currency),
        time_zone=time_zone(command.time_zone).key,
        access_token=_token_of(command),
        credentials=google_credentials(command),
    )
    _check_look_back(command.look_back_days)
    return await session.stores.connections.create(session.scope, checked)


async def rotate(session: Session, connection_id: UUID, access_token: str) -> ConnectionRecord:
    """Put `access_token` in the place of the one before."""
    found = await one(session, connection_id)
    if found.source not in CREDENTIALED:
        raise BadInput(
            f"{found.name!r} is a {found.source} connection and has no access token",
            field="connectionId",
            mend=f"name a connection of {', '.join(sorted(CREDENTIALED))}",
        )
    token = _token(found.source, access_token)
    return await session.stores.connections.rotate(session.scope, connection_id, token)


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


async def one(session: Session, connection_id: UUID) -> ConnectionRecord:
    """The connection as it stands now, or NotFound."""
    found = await session.stores.connections.by_ids(session.scope, [connection_id])
    if connection_id not in found:
        raise NotFound(
            "no such connection",
            field="connectionId",
            mend="list your connections with the field connections",
        )
    return found[connection_id]


def refuse_paused(connection: ConnectionRecord, field: str) -> None:
    """Conflict, at the input `field`, unless the connection may be read from."""
    if connection.status is not ConnectionStatus.ACTIVE:
        raise Conflict(
            f"the connection {connection.name!r} is {connection.status}",
            field=field,
            mend="resume the connection first",
        )


def _check_source(source: Source) -> None:
    if source not in READABLE:
        raise BadInput(
            f"nothing reads {source} yet",
            field="source",
            mend=f"use one of {', '.join(sorted(READABLE))}",
        )


def _account_id(command: ConnectSource) -> str:
    """The account's id as the source's rows carry it: Meta's number goes without `act_`."""
    account_id = clean(command.account_id, "accountId")
    if command.source is Source.GOOGLE_ADS:
        return customer_id(account_id, "accountId")
    if command.source is not Source.META_ADS:
        return account_id
    number = account_id.removeprefix("act_")
    if not (number.isascii() and number.isdigit()):
        raise BadInput(
            f"{account_id!r} is not a Meta ad account",
            field="accountId",
            mend="give its number, such as act_1234567890",
        )
    return number


def _token_of(command: ConnectSource) -> str | None:
    if command.source not in CREDENTIALED and command.access_token is not None:
        raise BadInput(
            f"a {command.source} connection has no access token",
            field="accessToken",
            mend="leave accessToken out",
        )
    if command.source not in CREDENTIALED:
        return None
    return _token(command.source, command.access_token or "")


def _token(source: Source, text: str) -> str:
    if not text.strip():
        raise BadInput(
            f"a {source} connection needs an access token",
            field="accessToken",
            mend="give a token that may read the account",
        )
    return text.strip()


def _check_look_back(days: int) -> None:
    if not 0 <= days <= MAX_LOOK_BACK_DAYS:
        raise BadInput(
            f"lookBackDays is {days}, but must be between 0 and {MAX_LOOK_BACK_DAYS}",
            field="lookBackDays",
            mend="leave it out to take the source's own",
        )
