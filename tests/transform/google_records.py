"""Rows of Google Ads to be changed by tests, and the page they make."""

from __future__ import annotations

import json
from typing import Any

from connectors.registry import normalise_page
from core.records.connections import Level, Source
from transform.frames import NormalisedPage
from transform.normalise.context import PageContext

CONTEXT = PageContext("100-200-2001", "EUR", "Europe/Berlin", Level.CAMPAIGN)


def identity(**changes: Any) -> dict[str, Any]:
    """Whose row it is; a change names a message and replaces its fields."""
    whole: dict[str, Any] = {
        "customer": {
            "resourceName": "customers/1002002001",
            "id": "1002002001",
            "descriptiveName": "Northwind",
            "currencyCode": "EUR",
        },
        "campaign": {
            "id": "77",
            "name": "prospecting",
            "status": "ENABLED",
            "advertisingChannelType": "SEARCH",
        },
        "segments": {"date": "2026-10-01"},
    }
    return whole | {name: whole.get(name, {}) | fields for name, fields in changes.items()}


def row(metrics: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A campaign's day."""
    counted = {
        "impressions": "4658",
        "clicks": "71",
        "costMicros": "44240000",
        "conversions": 3.5,
        "conversionsValue": 99.9,
        "allConversions": 4.75,
        "allConversionsValue": 99.9,
        "interactions": "71",
        "viewThroughConversions": "2",
    }
    return {**identity(**changes), "metrics": counted | (metrics or {})}


def segmented(category: str, count: object, value: object, **changes: Any) -> dict[str, Any]:
    """A campaign's conversions of one category on a day."""
    found = identity(**changes)
    found["segments"] = found["segments"] | {"conversionActionCategory": category}
    metrics = {"conversions": count, "conversionsValue": value}
    return {**found, "metrics": metrics}


def page_body(metrics: list[Any], conversions: list[Any] | None = None) -> bytes:
    answers = {
        "metrics": [{"results": metrics, "fieldMask": "x", "requestId": "1"}],
        "conversions": [{"results": conversions or [], "fieldMask": "x", "requestId": "2"}],
    }
    return json.dumps(answers).encode()


def normalised(body: bytes, context: PageContext = CONTEXT) -> NormalisedPage:
    return normalise_page(Source("GOOGLE_ADS"), "campaign_daily", "application/json", body, context)


def entry(
    metrics: list[Any], conversions: list[Any] | None = None, context: PageContext = CONTEXT
) -> dict[str, Any]:
    page = normalised(page_body(metrics, conversions), context)
    assert page.rejections == ()
    (found,) = page.entries.to_pylist()
    return dict(found)
