"""Pages of Meta's insights at ad level, shaped like the recorded ones: about ten actions a row.

A quarter of the rows have purchases, under five names and with values, as pixels report them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

import orjson

ACCOUNT = "1001"
PAGE_ROWS = 500
_DELIVERED = (
    "link_click",
    "page_engagement",
    "landing_page_view",
    "omni_landing_page_view",
    "post_engagement",
    "video_view",
    "post_reaction",
)
_BOUGHT = (
    "onsite_web_app_purchase",
    "omni_purchase",
    "offsite_conversion.fb_pixel_purchase",
    "purchase",
    "onsite_web_purchase",
)
_CARTS = ("omni_add_to_cart", "add_to_cart", "offsite_conversion.fb_pixel_add_to_cart")


def bodies(first: date, days: int, ads: int, *, restated: float = 0.0) -> Iterator[bytes]:
    """Every page of `days` days of `ads` ads; the share `restated` of each page's rows differs."""
    rows: list[dict[str, object]] = []
    for day in range(days):
        text = (first + timedelta(days=day)).isoformat()
        dice = random.Random(day)  # noqa: S311 - the same rows every time
        for ad in range(ads):
            rows.append(
                _row(ad, text, dice, is_restated=restated > 0 and ad % round(1 / restated) == 0)
            )
            if len(rows) == PAGE_ROWS:
                yield orjson.dumps({"data": rows})
                rows = []
    if rows:
        yield orjson.dumps({"data": rows})


def _row(ad: int, day: str, dice: random.Random, *, is_restated: bool) -> dict[str, object]:
    shown = dice.randrange(50, 20_000)
    clicks = shown // 60
    actions = [_action(name, clicks + n) for n, name in enumerate(_DELIVERED)]
    row: dict[str, object] = {
        "account_id": ACCOUNT,
        "account_name": "Northwind Outfitters",
        "account_currency": "EUR",
        "campaign_id": f"1202001001{ad // 40:08d}",
        "campaign_name": f"prospecting_de_lal-1pct_{ad // 40:03d}",
        "objective": "OUTCOME_SALES",
        "adset_id": f"1202001002{ad // 8:08d}",
        "adset_name": f"adset {ad // 8}",
        "ad_id": f"1202001003{ad:08d}",
        "ad_name": f"carousel_v{ad}",
        "impressions": str(shown),
        "reach": str(shown * 2 // 3),
        "clicks": str(clicks),
        "inline_link_clicks": str(clicks * 3 // 4),
        "spend": f"{shown / 97 + (1 if is_restated else 0):.2f}",
        "actions": actions,
        "attribution_setting": "7d_click_1d_view",
        "date_start": day,
        "date_stop": day,
    }
    if ad % 4 == 0:
        bought = 1 + shown % 5
        actions += [_action(name, bought) for name in _BOUGHT]
        actions += [_action(name, bought * 3) for name in _CARTS]
        row["action_values"] = [_action(name, f"{bought * 76.5:.2f}") for name in _BOUGHT]
    return row


def _action(name: str, value: object) -> dict[str, str]:
    return {"action_type": name, "value": str(value)}
