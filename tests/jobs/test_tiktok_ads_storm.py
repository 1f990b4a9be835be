from __future__ import annotations

from core.commands import ConnectSource, Credentials
from core.records.connections import Level, Source
from tests.jobs.storm import StormSuite, stormy

__all__ = ["stormy"]

ADVERTISER = "7000000001003003001"


class TestTikTokAds(StormSuite):
    command = ConnectSource(
        Source("TIKTOK_ADS"), ADVERTISER, "Northwind", "EUR", "Europe/Berlin", Level.CAMPAIGN, 28,
        Credentials(Source("TIKTOK_ADS"), {"access_token": f"sandbox-tiktok-{ADVERTISER}"}),
    )  # fmt: skip
    platform = "tiktok_ads"
