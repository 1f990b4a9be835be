"""Insights records to be changed by tests, and the page they make."""

from __future__ import annotations

from typing import Any

import orjson

from connectors.registry import normalise_page
from core.records.connections import Level, Source
from transform.frames import NormalisedPage
from transform.normalise.context import PageContext

CONTEXT = PageContext("act_1001", "EUR", "Europe/Berlin", Level.CAMPAIGN)
PURCHASE_NAMES = (
    "onsite_web_purchase",
    "onsite_web_app_purchase",
    "offsite_conversion.fb_pixel_purchase",
    "purchase",
    "omni_purchase",
)


def record(**changes: Any) -> dict[str, Any]:
    """A campaign's day; a change to None leaves the field out."""
    whole = {
        "account_id": "1001",
        "account_name": "Northwind",
        "account_currency": "EUR",
        "campaign_id": "120200100100000000",
        "campaign_name": "prospecting",
        "objective": "OUTCOME_SALES",
        "impressions": "4658",
        "reach": "2670",
        "clicks": "71",
        "inline_link_clicks": "55",
        "spend": "44.24",
        "attribution_setting": "7d_click_1d_view",
        "date_start": "2026-10-01",
        "date_stop": "2026-10-01",
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def actions(*names: str, value: object = "2") -> list[dict[str, object]]:
    return [{"action_type": name, "value": value} for name in names]


def normalised(*records: object, context: PageContext = CONTEXT) -> NormalisedPage:
    body = orjson.dumps({"data": records})
    return normalise_page(Source("META_ADS"), "insights", "application/json", body, context)


def entry(**changes: Any) -> dict[str, Any]:
    page = normalised(record(**changes))
    assert page.rejections == ()
    (found,) = page.entries.to_pylist()
    return dict(found)
