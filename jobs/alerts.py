"""What a source announced while it was asked becomes alerts on its connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from connectors.base import Connector, KnowsCredentials
from connectors.notices import collecting
from core.errors import ConfigError, LiftosError
from core.records.connections import ConnectionRecord, Source
from core.records.credentials import AlertKind, CredentialFacts, Notice
from core.scope import SystemScope, TenantScope
from jobs.scopes import credential_scope
from stores.wiring import Stores

AHEAD: Final = timedelta(days=14)
"""How long before credentials expire somebody is told."""

_LEARN_EVERY: Final = timedelta(days=1)
_SEEN_BY_ASKING: Final = frozenset(
    {AlertKind.API_VERSION_SUNSET, AlertKind.CREDENTIALS_REFUSED, AlertKind.QUOTA_NEARLY_USED}
)
_RENEW: Final = "authorise again, or give new credentials with `rotateCredentials`"


@asynccontextmanager
async def alerting(
    stores: Stores, scope: TenantScope, connection: ConnectionRecord
) -> AsyncIterator[None]:
    """Raise what is announced while the block lasts; a good end resolves what was not met.

    Once a block, however many requests it makes.
    """
    with collecting() as notices:
        try:
            yield
        except LiftosError as error:
            if means_refused(connection.source, error):
                notices[AlertKind.CREDENTIALS_REFUSED] = _refused(error)
            await stores.alerts.note(scope, connection.id, tuple(notices.values()))
            raise
        gone = _SEEN_BY_ASKING - set(notices)
        await stores.alerts.note(scope, connection.id, tuple(notices.values()), gone)


async def learn_credentials(
    stores: Stores, scope: TenantScope, connection: ConnectionRecord, connector: Connector
) -> None:
    """Ask once a day what the source says of the credentials; that it cannot say stops nothing."""
    if not isinstance(connector, KnowsCredentials):
        return
    known = (await stores.credentials.by_connections(scope, [connection.id])).get(connection.id)
    if known is None or _is_fresh(known.checked_at):
        return
    try:
        facts = await connector.credential_facts()
    except LiftosError:
        return
    if facts is not None:
        await keep_facts(stores, scope, connection, facts)


async def keep_facts(
    stores: Stores, scope: TenantScope, connection: ConnectionRecord, facts: CredentialFacts
) -> None:
    """Keep what the source said, and tell of an end that is near."""
    await stores.credentials.learn(scope, connection.id, facts)
    notice = expiry_notice(facts, datetime.now(UTC))
    cleared = () if notice else (AlertKind.TOKEN_EXPIRING,)
    await stores.alerts.note(scope, connection.id, (notice,) if notice else (), cleared)


async def warn_of_expiry(stores: Stores, now: datetime) -> None:
    """Alert every connection whose credentials expire within `AHEAD`, or have expired."""
    reason = SystemScope(reason="find credentials that expire", actor="worker")
    for tenant_id, record in await stores.credentials.expiring(reason, now + AHEAD):
        notice = expiry_notice(record.facts, now)
        if notice is not None:
            scope = credential_scope(tenant_id)
            await stores.alerts.note(scope, record.connection_id, [notice])


def expiry_notice(facts: CredentialFacts, now: datetime) -> Notice | None:
    """What to tell of credentials that end within `AHEAD` of `now`; None of others."""
    until = facts.expires_at
    if until is None or until > now + AHEAD:
        return None
    verb = "expire" if until > now else "expired"
    message = f"the credentials {verb} on {until:%Y-%m-%d %H:%M} UTC"
    return Notice(AlertKind.TOKEN_EXPIRING, message, _RENEW, until)


def means_refused(source: Source, error: LiftosError) -> bool:
    """Whether an error is about the credentials, by the input that it names."""
    parts = {part.outside for part in source.manifest.credentials}
    return isinstance(error, ConfigError) and (error.field or "").rpartition(".")[2] in parts


def _refused(error: LiftosError) -> Notice:
    return Notice(AlertKind.CREDENTIALS_REFUSED, error.message, error.mend or _RENEW)


def _is_fresh(checked_at: datetime | None) -> bool:
    return checked_at is not None and checked_at > datetime.now(UTC) - _LEARN_EVERY
