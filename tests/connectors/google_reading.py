"""Opens and reads Google Ads accounts of the sandbox."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import orjson

from connectors.google_ads.client import GoogleAdsClient
from connectors.google_ads.connector import GoogleAdsConnector
from connectors.registry import ConnectorAccount
from core.records.connections import Level
from core.settings import Settings
from core.units import DateRange
from tests.connectors.stand_in import FakeTime, Network, Opening, StandIn

OCTOBER = DateRange(date(2026, 10, 1), date(2026, 10, 30))
MANAGER = "100-200-9000"


def customer(
    number: int = 1002002001,
    level: Level = Level.CAMPAIGN,
    currency: str = "EUR",
    zone: str = "Europe/Berlin",
) -> ConnectorAccount:
    return ConnectorAccount(f"{number}", currency, zone, level, 30)


def user(name: str, **changes: str) -> dict[str, str]:
    return {
        "refresh_token": f"sandbox-refresh-{name}",
        "client_id": "sandbox-client.apps.googleusercontent.com",
        "client_secret": "sandbox-client-secret",
    } | changes


AGENCY = user("manager", login_customer_id=MANAGER)


def service_account(stand_in: StandIn) -> dict[str, str]:
    address = f"{stand_in.url}/_sandbox/google_ads/service_account"
    with urllib.request.urlopen(address, timeout=10) as answer:
        return {"service_account_key": answer.read().decode(), "login_customer_id": MANAGER}


def settings(stand_in: StandIn, **changes: str) -> Settings:
    addresses = {
        "google_ads_base_url": stand_in.url,
        "google_ads_token_url": f"{stand_in.url}/token",
    }
    return Settings.model_validate(addresses | changes)


def connected(opening: Opening, **changes: str) -> GoogleAdsConnector:
    client = GoogleAdsClient(
        opening.account.account_id,
        opening.credentials,
        settings(opening.stand_in, **changes),
        clock=opening.time.clock(),
        transport=opening.network,
    )
    return GoogleAdsConnector(opening.account, client)


@asynccontextmanager
async def reading(
    stand_in: StandIn,
    time: FakeTime,
    whom: ConnectorAccount | None = None,
    credentials: Mapping[str, str] = AGENCY,
    network: Network | None = None,
    **changes: str,
) -> AsyncIterator[GoogleAdsConnector]:
    opening = Opening(whom or customer(), credentials, stand_in, time, network or Network())
    connector = connected(opening, **changes)
    try:
        yield connector
    finally:
        await connector.aclose()


def rows(body: bytes) -> list[dict[str, Any]]:
    """The records of a page: rows of both answers."""
    answers = orjson.loads(body)
    return [
        row
        for name in ("metrics", "conversions")
        for batch in answers[name]
        for row in batch.get("results", [])
    ]


def queries(network: Network) -> list[str]:
    return [
        json.loads(request.read())["query"]
        for request in network.requests
        if request.url.path.endswith("searchStream")
    ]
