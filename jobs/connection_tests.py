"""Whether a connection works: the account as the source tells it, held against what was set up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import structlog

from connectors.base import Connector, KnowsCredentials
from connectors.registry import open_connector
from core.errors import LiftosError, Transient
from core.records.connections import ConnectionRecord, ConnectionStatus
from core.records.credentials import AccountFacts, CredentialFacts, Finding, FindingKind
from core.scope import TenantScope
from core.settings import Settings
from core.sources import SourceKind
from jobs.alerts import alerting, expiry_notice, keep_facts
from jobs.sources import account_of
from stores.wiring import Stores

log = structlog.get_logger(__name__)


async def answer_test(
    stores: Stores, settings: Settings, scope: TenantScope, test_id: UUID
) -> None:
    """Ask the source, and write down what it said."""
    test = await stores.connection_tests.claim(scope, test_id)
    if test is None:
        return
    connection = await stores.connections.one(scope, test.connection_id)
    account: AccountFacts | None = None
    findings: tuple[Finding, ...] = ()
    if connection.status is ConnectionStatus.DISCONNECTED:
        findings = (_disconnected(),)
    elif connection.source.manifest.kind is SourceKind.PULL:
        account, findings = await _asked(stores, settings, scope, connection)
    await stores.connection_tests.finish(scope, test_id, account, findings)
    log.info("connection tested", findings=[finding.kind for finding in findings])


async def _asked(
    stores: Stores, settings: Settings, scope: TenantScope, connection: ConnectionRecord
) -> tuple[AccountFacts | None, tuple[Finding, ...]]:
    try:
        async with alerting(stores, scope, connection):
            credentials = await stores.connections.credentials(scope, connection.id)
            connector = open_connector(
                connection.source, account_of(connection), credentials, settings
            )
            try:
                account = await connector.check()
                facts = await _facts(connector)
            finally:
                await connector.aclose()
    except LiftosError as error:
        return None, (_failure(error),)
    if facts is not None:
        await keep_facts(stores, scope, connection, facts)
    return account, tuple(_differences(connection, account, facts))


async def _facts(connector: Connector) -> CredentialFacts | None:
    """What the source says of the credentials; that it cannot say does not fail the test."""
    if not isinstance(connector, KnowsCredentials):
        return None
    try:
        return await connector.credential_facts()
    except LiftosError as error:
        log.warning("credentials could not be inspected", reason=error.message)
        return None


def _differences(
    connection: ConnectionRecord, account: AccountFacts, facts: CredentialFacts | None
) -> Iterator[Finding]:
    for kind, name, ours, theirs in (
        (FindingKind.CURRENCY_DIFFERS, "currency", connection.currency, account.currency),
        (FindingKind.TIME_ZONE_DIFFERS, "time zone", connection.time_zone, account.time_zone),
    ):
        if ours != theirs:
            yield Finding(
                kind,
                is_fatal=True,
                message=f"the account's {name} is {theirs}, but the connection's is {ours}",
                mend=f"connect the account with {theirs}",
            )
    if facts is not None:
        yield from _of_credentials(facts)


def _of_credentials(facts: CredentialFacts) -> Iterator[Finding]:
    if facts.lacking:
        yield Finding(
            FindingKind.PERMISSION_MISSING,
            is_fatal=True,
            message=f"the credentials lack {', '.join(facts.lacking)}",
            mend="authorise again and grant it, or give credentials that have it",
        )
    notice = expiry_notice(facts, datetime.now(UTC))
    if notice is not None:
        yield Finding(
            FindingKind.EXPIRES_SOON, is_fatal=False, message=notice.message, mend=notice.mend
        )


def _failure(error: LiftosError) -> Finding:
    passing = isinstance(error, Transient)
    return Finding(
        FindingKind.UNREACHABLE if passing else FindingKind.REFUSED,
        is_fatal=True,
        message=error.message,
        mend=error.mend or "test the connection again in a while",
    )


def _disconnected() -> Finding:
    return Finding(
        FindingKind.REFUSED,
        is_fatal=True,
        message="the connection is DISCONNECTED",
        mend="connect the account again",
    )
