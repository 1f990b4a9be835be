"""A worker tests connections and tells what sources announce, end to end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from core.errors import NotFound
from core.records.connections import ConnectionRecord
from core.records.credentials import (
    AlertKind,
    ConnectionTestRecord,
    ConnectionTestStatus,
    CredentialFacts,
    CredentialKind,
    FindingKind,
)
from core.records.runs import RunStatus
from core.settings import Settings
from jobs.alerts import warn_of_expiry
from jobs.worker import work
from resolvers import connection_tests
from resolvers.session import Session
from sandbox.meta.login import APP_ID, APP_SECRET
from stores.wiring import Stores
from tests.support import (
    NewTenant,
    SandboxAt,
    Services,
    Tenant,
    google_account,
    ingest,
    meta_account,
    opened,
    worker_settings,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@asynccontextmanager
async def working(
    services: Services, stores: Stores, sandbox: SandboxAt, **changes: object
) -> AsyncIterator[None]:
    app = {"meta_app_id": APP_ID, "meta_app_secret": SecretStr(APP_SECRET)}
    settings: Settings = worker_settings(sandbox.url).model_copy(update=app | changes)
    stop = asyncio.Event()
    task = asyncio.create_task(work(settings, services.logins, stores, stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)


async def outcome_of(
    stores: Stores, tenant: Tenant, connection: ConnectionRecord
) -> ConnectionTestRecord:
    session = Session.open(tenant.scope, stores)
    return await connection_tests.test(session, connection.id, 30)


async def test_a_good_connection_passes_and_its_credentials_are_known(
    services: Services, stores: Stores, sandbox: SandboxAt, tenant: Tenant
) -> None:
    made = await stores.connections.create(
        tenant.scope, meta_account(credentials=opened("sandbox-system-user"))
    )
    google = await stores.connections.create(tenant.scope, google_account())
    async with working(services, stores, sandbox):
        found = await outcome_of(stores, tenant, made)
        other = await outcome_of(stores, tenant, google)
    assert (found.status, found.findings) == (ConnectionTestStatus.PASSED, ())
    assert found.account is not None
    assert (found.account.name, found.account.currency, found.account.time_zone) == (
        "Northwind Outfitters",
        "EUR",
        "Europe/Berlin",
    )
    assert (other.status, other.findings) == (ConnectionTestStatus.PASSED, ())
    known = (await stores.credentials.by_connections(tenant.scope, [made.id]))[made.id]
    assert known.facts == CredentialFacts(CredentialKind.SYSTEM_USER_TOKEN, ("ads_read",))
    assert known.checked_at is not None


async def test_what_differs_from_the_account_is_named(
    services: Services, stores: Stores, sandbox: SandboxAt, tenant: Tenant
) -> None:
    made = await stores.connections.create(
        tenant.scope, meta_account(currency="USD", time_zone="UTC")
    )
    async with working(services, stores, sandbox):
        found = await outcome_of(stores, tenant, made)
    assert found.status is ConnectionTestStatus.FAILED
    assert [each.kind for each in found.findings] == [
        FindingKind.CURRENCY_DIFFERS,
        FindingKind.TIME_ZONE_DIFFERS,
    ]
    assert found.findings[0].mend == "connect the account with EUR"


async def test_refused_credentials_are_found_alerted_and_mended(
    services: Services, stores: Stores, sandbox: SandboxAt, tenant: Tenant
) -> None:
    scope = tenant.scope
    made = await stores.connections.create(
        scope, meta_account(credentials=opened("sandbox-expired"))
    )
    async with working(services, stores, sandbox):
        found = await outcome_of(stores, tenant, made)
        [alert] = (await stores.alerts.open_by_connections(scope, [made.id]))[made.id]
        run = await ingest(stores, scope, made, "2026-11-01", "2026-11-02")
        [same] = (await stores.alerts.open_by_connections(scope, [made.id]))[made.id]
        await stores.connections.rotate(scope, made.id, opened("sandbox-token-1001"))
        assert await stores.alerts.open_by_connections(scope, [made.id]) == {}
        mended = await outcome_of(stores, tenant, made)
    assert [each.kind for each in found.findings] == [FindingKind.REFUSED]
    assert (run.status, alert.notice.kind) == (RunStatus.FAILED, AlertKind.CREDENTIALS_REFUSED)
    assert same.id == alert.id
    assert mended.status is ConnectionTestStatus.PASSED


async def test_a_retiring_version_is_one_alert_until_it_is_upgraded(
    services: Services, stores: Stores, sandbox: SandboxAt, tenant: Tenant
) -> None:
    scope = tenant.scope
    made = await stores.connections.create(scope, meta_account())
    async with working(services, stores, sandbox, meta_api_version="v24.0"):
        for until in ("2026-11-02", "2026-11-03"):
            run = await ingest(stores, scope, made, "2026-11-01", until)
            assert run.status is RunStatus.SUCCEEDED
    [alert] = (await stores.alerts.open_by_connections(scope, [made.id]))[made.id]
    assert alert.notice.kind is AlertKind.API_VERSION_SUNSET
    async with working(services, stores, sandbox):
        await outcome_of(stores, tenant, made)
    assert await stores.alerts.open_by_connections(scope, [made.id]) == {}


async def test_an_expiry_is_told_two_weeks_ahead(stores: Stores, tenant: Tenant) -> None:
    scope = tenant.scope
    made = await stores.connections.create(scope, meta_account())
    for days, messages in ((15, []), (14, ["expire"]), (-1, ["expired"])):
        until = NOW + timedelta(days=days)
        facts = CredentialFacts(CredentialKind.ACCESS_TOKEN, ("ads_read",), until)
        await stores.credentials.learn(scope, made.id, facts)
        await warn_of_expiry(stores, NOW)
        await warn_of_expiry(stores, NOW)
        alerts = (await stores.alerts.open_by_connections(scope, [made.id])).get(made.id, ())
        told = [f"the credentials {verb} on {until:%Y-%m-%d %H:%M} UTC" for verb in messages]
        assert [alert.notice.message for alert in alerts] == told
        assert [alert.notice.due_at for alert in alerts] == [until for _ in messages]


async def test_a_test_that_nobody_answers_waits_and_is_joined(
    stores: Stores, new_tenant: NewTenant
) -> None:
    mine, theirs = await new_tenant(), await new_tenant()
    made = await stores.connections.create(mine.scope, meta_account())
    session = Session.open(mine.scope, stores)
    first, second = [await connection_tests.test(session, made.id, 0) for _ in range(2)]
    assert (first.status, second.id) == (ConnectionTestStatus.WAITING, first.id)
    claimed = await stores.connection_tests.claim(mine.scope, first.id)
    assert claimed is not None
    assert await stores.connection_tests.claim(mine.scope, first.id) is None
    with pytest.raises(NotFound):
        await stores.connection_tests.start(theirs.scope, made.id)
    assert await stores.connection_tests.by_ids(theirs.scope, [first.id]) == {}
    await stores.connection_tests.finish(mine.scope, first.id, None, ())
