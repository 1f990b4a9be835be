"""What is asked of TikTok's basic report: dimensions and metrics by level.

https://business-api.tiktok.com/portal/docs/run-a-synchronous-report/v1.3. Names, objectives and
currencies are metrics there. `total_complete_payment_rate` is, against its name, the value of all
completed payments.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from core.records.connections import Level
from core.units import DateRange

STREAM: Final = "report"

WINDOW_DAYS: Final = 30
"""The most that a report by day answers."""

PAGE_ROWS: Final = 1000
"""The most rows that a page holds."""

DAY: Final = "stat_time_day"

DATA_LEVELS: Final[Mapping[Level, tuple[str, str]]] = MappingProxyType(
    {
        Level.ACCOUNT: ("AUCTION_ADVERTISER", "advertiser_id"),
        Level.CAMPAIGN: ("AUCTION_CAMPAIGN", "campaign_id"),
        Level.AD_SET: ("AUCTION_ADGROUP", "adgroup_id"),
        Level.AD: ("AUCTION_AD", "ad_id"),
    }
)
"""What a level is called, and the dimension that identifies its entity."""

FIGURES: Final = (
    "spend",
    "impressions",
    "clicks",
    "reach",
    "video_play_actions",
    "complete_payment",
    "total_complete_payment_rate",
    "conversion",
)

_ACCOUNT: Final = ("currency",)
_CAMPAIGN: Final = (*_ACCOUNT, "campaign_name", "objective_type")
_AD_SET: Final = (*_CAMPAIGN, "campaign_id", "adgroup_name")
_AD: Final = (*_AD_SET, "ad_name")

ATTRIBUTES: Final[Mapping[Level, tuple[str, ...]]] = MappingProxyType(
    {Level.ACCOUNT: _ACCOUNT, Level.CAMPAIGN: _CAMPAIGN, Level.AD_SET: _AD_SET, Level.AD: _AD}
)


def report_params(advertiser: str, level: Level, window: DateRange, page: int) -> dict[str, str]:
    """The parameters of one page, from 1, of the report over `window`, in the account's zone."""
    data_level, entity = DATA_LEVELS[level]
    return {
        "advertiser_id": advertiser,
        "report_type": "BASIC",
        "service_type": "AUCTION",
        "data_level": data_level,
        "dimensions": _json([entity, DAY]),
        "metrics": _json([*ATTRIBUTES[level], *FIGURES]),
        "start_date": f"{window.since}",
        "end_date": f"{window.until}",
        "order_field": DAY,
        "order_type": "ASC",
        "page": f"{page}",
        "page_size": f"{PAGE_ROWS}",
    }


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
