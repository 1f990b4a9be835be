"""A disconnected source: no credentials, no runs, everything it brought, and a way back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.commands import StartIngestion
from core.errors import ConfigError, Conflict
from core.records.connections import ConnectionStatus, Level
from core.records.credentials import AlertKind, CredentialKind, Notice
from core.records.runs import RunStatus
from core.units import DateRange
from stores.postgres.sealing import wrapped_key
from stores.vault import Masters, Vault
from stores.wiring import Stores
from tests.support import MASTER_KEY, Tenant, google_account, meta_account, opened
from tests.webhook_sender import webhook_connection

DAYS = DateRange(date(2026, 11, 1), date(2026, 11, 2))
KEY_AND_SEALED = """
SELECT c.sealed_credentials, k.wrapped_key, k.master_key_id
FROM connection c JOIN data_key k USING (tenant_id) WHERE c.id = $1
"""


async def test_credentials_go_runs_end_and_the_rest_stays(stores: Stores, tenant: Tenant) -> None:
    scope = tenant.scope
    made = await stores.connections.create(scope, meta_account())
    other = await stores.connections.create(scope, google_account())
    run = await stores.runs.start_ingestion(scope, StartIngestion(made.id, dates=DAYS))
    notice = Notice(AlertKind.QUOTA_NEARLY_USED, "nearly", "wait")
    await stores.alerts.note(scope, made.id, [notice])
    async with stores.database.read(scope) as connection:
        copied = await connection.fetchrow(KEY_AND_SEALED, made.id)
    gone = await stores.connections.disconnect(scope, made.id)
    assert gone == replace(made, status=ConnectionStatus.DISCONNECTED)
    assert await stores.connections.credentials(scope, made.id) == {}
    assert await stores.credentials.by_connections(scope, [made.id]) == {}
    assert await stores.alerts.open_by_connections(scope, [made.id]) == {}
    assert (await stores.runs.by_ids(scope, [run.id]))[run.id].status is RunStatus.CANCELLED
    assert len(await stores.connections.credentials(scope, other.id)) == 3
    async with stores.database.read(scope) as connection:
        now = await connection.fetchrow(KEY_AND_SEALED, made.id)
    assert copied is not None
    assert now is not None
    assert now["sealed_credentials"] is None
    place = (scope.tenant_id.bytes, made.id.bytes, copied["sealed_credentials"])
    vault = Vault(Masters.of(MASTER_KEY))
    with pytest.raises(ConfigError):
        await vault.open(wrapped_key(now), *place)


async def test_what_is_disconnected_takes_nothing_but_its_account_again(
    stores: Stores, tenant: Tenant
) -> None:
    scope, connections = tenant.scope, stores.connections
    made = await connections.create(scope, meta_account())
    await connections.disconnect(scope, made.id)
    assert (await connections.disconnect(scope, made.id)).status is ConnectionStatus.DISCONNECTED
    for status in (ConnectionStatus.ACTIVE, ConnectionStatus.PAUSED):
        with pytest.raises(Conflict):
            await connections.set_status(scope, made.id, status)
    with pytest.raises(Conflict):
        await connections.rotate(scope, made.id, opened("sandbox-token-1001"))
    for changes, field in (
        ({"currency": "USD"}, "currency"),
        ({"time_zone": "UTC"}, "timeZone"),
        ({"level": Level.AD}, "level"),
    ):
        with pytest.raises(Conflict) as refused:
            await connections.create(scope, meta_account(**changes))
        assert refused.value.field == field
    again = await connections.create(scope, meta_account(name="Back"))
    assert again == replace(made, name="Back", status=ConnectionStatus.ACTIVE)
    assert await connections.credentials(scope, made.id) == {"access_token": "sandbox-token-1001"}
    with pytest.raises(Conflict) as known:
        await connections.create(scope, meta_account())
    assert known.value.field == "accountId"


async def test_the_kind_of_credentials_is_known_at_once(stores: Stores, tenant: Tenant) -> None:
    scope = tenant.scope
    meta = await stores.connections.create(scope, meta_account())
    google = await stores.connections.create(scope, google_account())
    found = await stores.credentials.by_connections(scope, [meta.id, google.id])
    assert [found[one.id].facts.kind for one in (meta, google)] == [
        CredentialKind.ACCESS_TOKEN,
        CredentialKind.REFRESH_TOKEN,
    ]


async def test_an_alert_is_raised_once_and_resolved_once(stores: Stores, tenant: Tenant) -> None:
    scope, alerts = tenant.scope, stores.alerts
    made = await stores.connections.create(scope, meta_account())
    kind = AlertKind.TOKEN_EXPIRING
    for message in ("in 14 days", "in 13 days"):
        await alerts.note(scope, made.id, [Notice(kind, message, "renew it")])
    [raised] = (await alerts.open_by_connections(scope, [made.id]))[made.id]
    assert raised.notice.message == "in 13 days"
    assert raised.seen_at > raised.raised_at
    await stores.connections.rotate(scope, made.id, opened("sandbox-token-1001"))
    assert await alerts.open_by_connections(scope, [made.id]) == {}
    await alerts.note(scope, made.id, [Notice(kind, "again", "renew it")])
    [later] = (await alerts.open_by_connections(scope, [made.id]))[made.id]
    assert later.id != raised.id


async def test_sealing_and_disconnecting_at_once_wait_for_each_other_in_one_order(
    stores: Stores, tenant: Tenant
) -> None:
    scope, connections = tenant.scope, stores.connections
    made = [await connections.create(scope, meta_account(number)) for number in range(1001, 1011)]
    hook, secret = await webhook_connection(stores, scope)
    await asyncio.gather(
        *(connections.disconnect(scope, each.id) for each in made[::2]),
        *(connections.rotate(scope, each.id, opened(f"new-{each.id}")) for each in made[1::2]),
        *(stores.webhooks.rotate_secret(scope, hook.id, secret, timedelta()) for _ in range(3)),
    )
    assert [await connections.credentials(scope, each.id) for each in made] == [
        {"access_token": f"new-{each.id}"} if number % 2 else {} for number, each in enumerate(made)
    ]
