"""Opens and reads Klaviyo accounts of the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

from connectors.klaviyo.client import KlaviyoClient
from connectors.klaviyo.connector import KlaviyoConnector
from connectors.registry import ConnectorAccount
from core.records.connections import Level
from core.records.ingestion import RawPage
from core.settings import Settings
from core.units import DateRange
from tests.connectors.stand_in import FakeTime, Network, Opening, StandIn

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KEY = "pk_sandbox_1001"
WEEK = DateRange(date(2026, 10, 22), date(2026, 10, 28))
"""The clocks of Europe are put back on its fourth day."""


def shop(
    number: int = 1001,
    level: Level = Level.CAMPAIGN,
    currency: str = "EUR",
    zone: str = "Europe/Berlin",
) -> ConnectorAccount:
    return ConnectorAccount(f"SB{number}", currency, zone, level, 7)


def connected(
    opening: Opening, now: datetime = NOW, revision: str = "2026-10-15"
) -> KlaviyoConnector:
    settings = Settings(klaviyo_base_url=opening.stand_in.url, klaviyo_revision=revision)
    client = KlaviyoClient(
        opening.credentials,
        settings,
        clock=opening.time.clock(),
        transport=opening.network,
        now=lambda: now,
    )
    return KlaviyoConnector(opening.account, client, lambda: now)


@asynccontextmanager
async def reading(
    stand_in: StandIn,
    time: FakeTime,
    whom: ConnectorAccount | None = None,
    network: Network | None = None,
    now: datetime = NOW,
) -> AsyncIterator[KlaviyoConnector]:
    account = whom or shop()
    key = {"api_key": f"pk_sandbox_{account.account_id.removeprefix('SB')}"}
    connector = connected(Opening(account, key, stand_in, time, network or Network()), now)
    try:
        yield connector
    finally:
        await connector.aclose()


async def pages_of(connector: KlaviyoConnector, window: DateRange = WEEK) -> list[RawPage]:
    return [page async for page in connector.pages(window, None)]
