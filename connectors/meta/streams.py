"""What is asked of Meta's insights edge: fields by level, action windows, page size.

Fields: https://developers.facebook.com/docs/marketing-api/reference/adgroup/insights (v26.0).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from core.records.connections import Breakdown, Level
from core.sources import MANIFESTS
from core.units import DateRange

_SOURCE: Final = MANIFESTS["META_ADS"]

STREAM: Final = "insights"

WINDOW_DAYS: Final = 30
"""Days that one reading covers; a synchronous report this long seldom asks too much."""

PAGE_ROWS: Final = 500

ACTION_WINDOWS: Final = ("1d_click", "7d_click", "28d_click", "1d_view")
"""Meta stopped answering 7d_view and 28d_view on 2026-01-12."""

FACTS_FIELDS: Final = ("name", "currency", "timezone_name", "account_id")
REPORT_FIELDS: Final = ("async_status", "async_percent_completion")

_ACCOUNT: Final = ("account_id", "account_name", "account_currency")
_CAMPAIGN: Final = (*_ACCOUNT, "campaign_id", "campaign_name", "objective")
_AD_SET: Final = (*_CAMPAIGN, "adset_id", "adset_name")
_AD: Final = (*_AD_SET, "ad_id", "ad_name")
_METRICS: Final = (
    "impressions",
    "reach",
    "clicks",
    "inline_link_clicks",
    "spend",
    "actions",
    "action_values",
    "attribution_setting",
)

IDENTITY: Final[Mapping[Level, tuple[str, ...]]] = MappingProxyType(
    {Level.ACCOUNT: _ACCOUNT, Level.CAMPAIGN: _CAMPAIGN, Level.AD_SET: _AD_SET, Level.AD: _AD}
)
LEVEL_NAMES: Final[Mapping[Level, str]] = MappingProxyType(
    {
        Level.ACCOUNT: "account",
        Level.CAMPAIGN: "campaign",
        Level.AD_SET: "adset",
        Level.AD: "ad",
    }
)


def report_params(
    level: Level, window: DateRange, breakdown: Breakdown | None = None
) -> dict[str, str]:
    """The parameters of one daily report over `window`, in the account's time zone."""
    broken = {"breakdowns": _SOURCE.breakdowns[breakdown]} if breakdown else {}
    return {
        "level": LEVEL_NAMES[level],
        "time_increment": "1",
        "time_range": _json({"since": f"{window.since}", "until": f"{window.until}"}),
        "fields": ",".join((*IDENTITY[level], *_METRICS)),
        "action_attribution_windows": _json(ACTION_WINDOWS),
        **broken,
    }


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
