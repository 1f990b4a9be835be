"""What is asked of the Google Ads API: two queries for each slice of days.

Fields: https://developers.google.com/google-ads/api/fields/v26/overview.
Purchases stand in an answer of their own, for the category of a conversion action cannot be
selected together with cost, impressions or clicks.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from core.records.connections import Breakdown, Level
from core.sources import MANIFESTS
from core.units import DateRange

_SOURCE: Final = MANIFESTS["GOOGLE_ADS"]

STREAM: Final = "campaign_daily"

WINDOW_DAYS: Final = 30
"""Days that one reading covers."""

SLICE_DAYS: Final = 10
"""Days of one page. A stream has no pages of its own; slices bound what is held in memory and
what is asked for again after an interruption."""

FACTS: Final = (
    "SELECT customer.id, customer.descriptive_name, customer.currency_code, customer.time_zone "
    "FROM customer"
)

RESOURCES: Final[Mapping[Level, str]] = MappingProxyType(
    {
        Level.ACCOUNT: "customer",
        Level.CAMPAIGN: "campaign",
        Level.AD_SET: "ad_group",
        Level.AD: "ad_group_ad",
    }
)

_ACCOUNT: Final = (
    "customer.id",
    "customer.descriptive_name",
    "customer.currency_code",
    "segments.date",
)
_CAMPAIGN: Final = (
    *_ACCOUNT,
    "campaign.id",
    "campaign.name",
    "campaign.status",
    "campaign.advertising_channel_type",
)
_AD_SET: Final = (*_CAMPAIGN, "ad_group.id", "ad_group.name")
_AD: Final = (*_AD_SET, "ad_group_ad.ad.id", "ad_group_ad.ad.name")
IDENTITY: Final[Mapping[Level, tuple[str, ...]]] = MappingProxyType(
    {Level.ACCOUNT: _ACCOUNT, Level.CAMPAIGN: _CAMPAIGN, Level.AD_SET: _AD_SET, Level.AD: _AD}
)
_CONVERSIONS: Final = (
    "metrics.conversions",
    "metrics.conversions_value",
    "metrics.all_conversions",
    "metrics.all_conversions_value",
)
_METRICS: Final = (
    "metrics.impressions",
    "metrics.clicks",
    "metrics.cost_micros",
    "metrics.interactions",
    "metrics.view_through_conversions",
    *_CONVERSIONS,
)


def metrics_query(level: Level, days: DateRange, breakdown: Breakdown | None = None) -> str:
    """Delivery by entity and day, in the account's time zone."""
    return _query((*_told_by(level, breakdown), *_METRICS), level, days)


def conversions_query(level: Level, days: DateRange, breakdown: Breakdown | None = None) -> str:
    """Conversions by entity, day and category."""
    category = "segments.conversion_action_category"
    return _query((*_told_by(level, breakdown), category, *_CONVERSIONS), level, days)


def _told_by(level: Level, breakdown: Breakdown | None) -> tuple[str, ...]:
    broken = (_SOURCE.breakdowns[breakdown],) if breakdown else ()
    return (*IDENTITY[level], *broken)


def _query(fields: tuple[str, ...], level: Level, days: DateRange) -> str:
    between = f"segments.date BETWEEN '{days.since}' AND '{days.until}'"
    return f"SELECT {', '.join(fields)} FROM {RESOURCES[level]} WHERE {between}"
