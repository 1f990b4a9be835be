"""Opens and reads Meta accounts of the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date

import orjson

from connectors.meta.client import MetaClient
from connectors.meta.connector import MetaConnector
from connectors.registry import ConnectorAccount
from core.records.connections import Level
from core.settings import Settings
from core.units import DateRange
from tests.connectors.stand_in import APP_SECRET, FakeTime, Network, Opening, StandIn


def ad_account(
    number: int, level: Level = Level.CAMPAIGN, currency: str = "USD", zone: str = "Europe/Berlin"
) -> ConnectorAccount:
    return ConnectorAccount(f"act_{number}", currency, zone, level, 28)


def settings(stand_in: StandIn, **changes: str) -> Settings:
    return Settings.model_validate(
        {"meta_base_url": stand_in.url, "meta_app_secret": APP_SECRET} | changes
    )


def connected(opening: Opening, **changes: str) -> MetaConnector:
    clock = opening.time.clock()
    client = MetaClient(
        opening.credentials,
        settings(opening.stand_in, **changes),
        clock=clock,
        transport=opening.network,
    )
    return MetaConnector(opening.account, client, clock)


OCTOBER = DateRange(date(2026, 10, 1), date(2026, 10, 30))
AUTUMN = DateRange(date(2026, 9, 1), date(2026, 10, 30))


def opening(
    stand_in: StandIn,
    fake_time: FakeTime,
    whom: ConnectorAccount | None = None,
    network: Network | None = None,
) -> Opening:
    token = {"access_token": "sandbox-system-user"}
    return Opening(whom or ad_account(1001), token, stand_in, fake_time, network or Network())


@asynccontextmanager
async def reading(
    stand_in: StandIn,
    time: FakeTime,
    whom: ConnectorAccount | None = None,
    network: Network | None = None,
    changes: Mapping[str, str] | None = None,
) -> AsyncIterator[MetaConnector]:
    connector = connected(opening(stand_in, time, whom, network), **(changes or {}))
    try:
        yield connector
    finally:
        await connector.aclose()


async def read(
    connector: MetaConnector, window: DateRange, resume: dict[str, str] | None = None
) -> list[dict[str, object]]:
    return [
        row
        async for page in connector.pages(window, resume)
        for row in orjson.loads(page.body)["data"]
    ]
