"""The storm over the sources that were there first; a new one has a file of its own."""

from __future__ import annotations

from core.commands import ConnectSource, Credentials
from core.records.connections import Level, Source
from core.records.entries import DateBasis, EntryRecord
from tests.jobs.storm import StormSuite, stormy
from tests.support import google_account, meta_account

__all__ = ["stormy"]


class TestMeta(StormSuite):
    command = meta_account()
    platform = "meta"


class TestGoogleAds(StormSuite):
    command = google_account()
    platform = "google_ads"


class TestKlaviyo(StormSuite):
    command = ConnectSource(
        Source("KLAVIYO"), "SB1001", "Northwind", "EUR", "Europe/Berlin", Level.CAMPAIGN, 7,
        Credentials(Source("KLAVIYO"), {"api_key": "pk_sandbox_1001"}),
    )  # fmt: skip
    platform = "klaviyo"
    since = "2026-10-20"
    columns = ("spend", "clicks", "conversions", "conversion_value")
    figures = ("spend", "clicks", "conversions", "conversion_value")
    limits = {"klaviyo_quota": 1_000, "max_page": 5_000}  # noqa: RUF012 -- never changed

    def counts(self, entry: EntryRecord) -> bool:
        return entry.date_basis is DateBasis.SEND
