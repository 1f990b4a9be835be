"""Authorising at a source: begin, come back, confirm, and connect what was granted."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

from core.commands import ConnectSource, Credentials
from core.errors import BadInput, Transient
from core.records.authorizations import (
    AuthorizationRecord,
    AuthorizationStatus,
    NewAuthorization,
)
from core.records.connections import Breakdown, ConnectionRecord, Level, Source
from resolvers import connections
from resolvers.session import Session

WAIT_SECONDS = 20
_UNDER_WAY = frozenset({AuthorizationStatus.RETURNED, AuthorizationStatus.EXCHANGING})


@dataclass(frozen=True, slots=True)
class Begun:
    """An authorisation, and where its user goes now."""

    record: AuthorizationRecord
    address: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of the granted accounts to connect, and how; None is the account's own."""

    account_id: str
    name: str | None
    level: Level
    look_back_days: int
    breakdown: Breakdown | None = None


async def begin(
    session: Session, source: Source, redirect_to: str | None, connection_id: UUID | None
) -> Begun:
    """Keep what the way back will be checked against; the state itself is kept nowhere."""
    if connection_id is not None:
        renewed = await connections.one(session, connection_id)
        if renewed.source is not source:
            raise BadInput(
                f"{renewed.name!r} is a {renewed.source} connection",
                field="connectionId",
                mend=f"name a {source} connection",
            )
    consents = session.consents
    page = consents.page(source)
    consents.check_return(redirect_to)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    redirect_uri = consents.redirect_uri(source)
    new = NewAuthorization(
        source=source,
        connection_id=connection_id,
        redirect_to=redirect_to,
        state_hash=hashed(state),
        secret={"verifier": verifier, "redirect_uri": redirect_uri},
    )
    record = await session.stores.authorizations.begin(session.scope, new)
    return Begun(record, page.address(state, verifier, redirect_uri))


async def confirm(session: Session, authorization_id: UUID, ticket: str) -> AuthorizationRecord:
    """Have a worker trade the code, and wait a while for what comes of it."""
    store, scope = session.stores.authorizations, session.scope
    found = await store.confirm(scope, authorization_id, hashed(ticket))
    try:
        async with (
            asyncio.timeout(WAIT_SECONDS),
            session.stores.topics.subscribe(scope, authorization_id) as wake_ups,
        ):
            async for _ in wake_ups:
                found = await store.by_id(scope, authorization_id)
                if found.status not in _UNDER_WAY:
                    break
    except (TimeoutError, Transient):
        return found
    return found


async def one(session: Session, authorization_id: UUID) -> AuthorizationRecord:
    """The authorisation, for the user who began it; else NotFound."""
    return await session.stores.authorizations.by_id(session.scope, authorization_id)


async def connect(session: Session, authorization_id: UUID, chosen: Chosen) -> ConnectionRecord:
    """Connect one of the accounts with what was granted, in its own currency and zone."""
    record = await one(session, authorization_id)
    granted = await session.stores.authorizations.granted(session.scope, authorization_id)
    account = next((one for one in granted.accounts if one.account_id == chosen.account_id), None)
    if account is None:
        raise BadInput(
            f"the authorization does not cover the account {chosen.account_id!r}",
            field="accountId",
            mend="use one of the authorization's accounts",
        )
    command = ConnectSource(
        source=record.source,
        account_id=account.account_id,
        name=chosen.name or account.name,
        currency=account.currency,
        time_zone=account.time_zone,
        level=chosen.level,
        look_back_days=chosen.look_back_days,
        breakdown=chosen.breakdown,
        credentials=Credentials(record.source, granted.parts),
    )
    made = await connections.connect(session, command)
    await session.stores.credentials.learn(session.scope, made.id, granted.facts)
    return made


def hashed(text: str) -> bytes:
    """What is kept of a state or a ticket, which are random and long."""
    return hashlib.sha256(text.encode()).digest()
