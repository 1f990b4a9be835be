"""Opens and reads TikTok advertisers of the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import orjson

from connectors.registry import ConnectorAccount
from connectors.tiktok_ads.connector import TikTokAdsConnector, open_connector
from core.records.connections import Level
from core.settings import Settings
from core.units import DateRange
from tests.connectors.stand_in import FakeTime, Network, Opening, StandIn

OCTOBER = DateRange(date(2026, 10, 1), date(2026, 10, 30))


def advertiser(
    number: int = 1,
    level: Level = Level.CAMPAIGN,
    currency: str = "EUR",
    zone: str = "Europe/Berlin",
) -> ConnectorAccount:
    return ConnectorAccount(f"{7000000001003003000 + number}", currency, zone, level, 28)


def connected(opening: Opening, version: str = "v1.3") -> TikTokAdsConnector:
    settings = Settings.model_validate(
        {"tiktok_ads_base_url": opening.stand_in.url, "tiktok_ads_api_version": version}
    )
    return open_connector(
        opening.account,
        opening.credentials,
        settings,
        clock=opening.time.clock(),
        transport=opening.network,
    )


@asynccontextmanager
async def reading(
    stand_in: StandIn,
    time: FakeTime,
    whom: ConnectorAccount | None = None,
    version: str = "v1.3",
) -> AsyncIterator[TikTokAdsConnector]:
    token = {"access_token": "sandbox-tiktok-agency"}
    opening = Opening(whom or advertiser(), token, stand_in, time, Network())
    connector = connected(opening, version)
    try:
        yield connector
    finally:
        await connector.aclose()


def rows(body: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(body)["data"]["list"]
    return found
