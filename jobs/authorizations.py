"""Trades the code that a user came back with, and says what it covers."""

from __future__ import annotations

from uuid import UUID

import structlog

from connectors.consent import exchange
from core.commands import Credentials
from core.errors import ConfigError, LiftosError, Transient
from core.records.authorizations import (
    AuthorizationError,
    AuthorizationRecord,
    AuthorizationStatus,
    Granted,
)
from core.scope import TenantScope
from core.settings import Settings
from jobs.alerts import keep_facts
from stores.wiring import Stores

_AGAIN = "start another authorization"

log = structlog.get_logger(__name__)


async def exchange_code(
    stores: Stores, settings: Settings, scope: TenantScope, authorization_id: UUID
) -> None:
    """Exchange, once: a code is used up by its first use, so nothing is tried again."""
    claimed = await stores.authorizations.claim(scope, authorization_id)
    if claimed is None:
        return
    record, secret = claimed
    try:
        grant = await exchange(
            record.source, secret["code"], secret["verifier"], secret["redirect_uri"], settings
        )
        if record.connection_id is not None:
            await _renew(stores, scope, record.connection_id, record, grant)
    except LiftosError as error:
        passing = isinstance(error, Transient)
        told = AuthorizationError(error.message, _AGAIN if passing else error.mend or _AGAIN)
        failed = AuthorizationStatus.FAILED
        await stores.authorizations.end(scope, authorization_id, failed, told)
        log.info("authorization failed", reason=error.message)
        return
    await stores.authorizations.grant(scope, authorization_id, grant)
    log.info("authorization ready", accounts=len(grant.accounts))


async def _renew(
    stores: Stores,
    scope: TenantScope,
    connection_id: UUID,
    record: AuthorizationRecord,
    grant: Granted,
) -> None:
    """Put what was granted in the place of a connection's credentials, if it covers it."""
    connection = await stores.connections.one(scope, connection_id)
    if connection.account_id not in {account.account_id for account in grant.accounts}:
        raise ConfigError(
            f"the user may not read the account {connection.account_id}",
            field="connectionId",
            mend="authorise as a user who may",
        )
    await stores.connections.rotate(scope, connection_id, Credentials(record.source, grant.parts))
    await keep_facts(stores, scope, connection, grant.facts)
