from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.quality import failed_checks
from core.records.connections import Level
from tests.transform.google_records import (
    CONTEXT,
    entry,
    normalised,
    page_body,
    row,
    segmented,
)
from transform.frames import CAMPAIGN_SCHEMA, ENTRY_SCHEMA
from transform.normalise.context import PageContext

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "api_samples"

APPLIED = {
    "CAMPAIGN_KNOWN",
    "CLICKS_PRESENT",
    "DATE_PLAUSIBLE",
    "ENTITY_ID_FORM",
    "ENTITY_NAMED",
    "IMPRESSIONS_PRESENT",
    "NAME_READABLE",
    "REPEATS_AGREE",
    "SPEND_PRESENT",
    "VALUE_HAS_CONVERSIONS",
}


def test_a_row_by_hand() -> None:
    conversions = [
        segmented("SUBMIT_LEAD_FORM", 1.25, 0.0),
        segmented("PURCHASE", 2.25, 99.9),
    ]
    found = entry([row()], conversions)
    digest, campaign, raw = found.pop("digest"), found.pop("campaign"), found.pop("actions")
    assert (len(digest), len(campaign)) == (16, 16)
    assert json.loads(raw) == {
        "allConversions": "4.75",
        "allConversionsValue": "99.9",
        "categories": {
            "PURCHASE": {"conversions": "2.25", "conversionsValue": "99.9"},
            "SUBMIT_LEAD_FORM": {"conversions": "1.25", "conversionsValue": "0.0"},
        },
        "conversions": "3.5",
        "conversionsValue": "99.9",
        "interactions": "71",
        "viewThroughConversions": "2",
    }
    assert found.pop("checks_failed") == 0
    assert {check.id for check in failed_checks(found.pop("checks_applied"))} == APPLIED
    assert {name: each for name, each in found.items() if each is not None} == {
        "date": date(2026, 10, 1),
        "source": "GOOGLE_ADS",
        "account_id": "1002002001",
        "level": "CAMPAIGN",
        "entity_id": "77",
        "entity_name": "prospecting",
        "date_basis": "DELIVERY",
        "attribution_setting": "default",
        "channel": "Paid Search",
        "platform_channel": "SEARCH",
        "currency": "EUR",
        "spend": Decimal("44.24"),
        "impressions": 4658,
        "clicks": 71,
        "conversions": Decimal("2.25"),
        "conversion_value": Decimal("99.9"),
        "conversion_type": "PURCHASE",
        "position": 0,
        "records": 1,
    }


def test_the_columns_are_those_of_the_contract() -> None:
    for body in (page_body([row(), row({"costMicros": "-1"})]), page_body([])):
        page = normalised(body)
        assert page.entries.schema == ENTRY_SCHEMA
        assert page.campaigns.schema == CAMPAIGN_SCHEMA


def test_without_a_purchase_category_there_are_no_purchases() -> None:
    found = entry([row()], [segmented("SUBMIT_LEAD_FORM", 1, 0)])
    assert (found["conversions"], found["conversion_value"]) == (0, 0)
    assert found["conversion_type"] is None


def test_conversions_go_to_the_row_of_their_own_entity_and_day() -> None:
    other, later = {"campaign": {"id": "78"}}, {"segments": {"date": "2026-10-02"}}
    page = normalised(
        page_body(
            [row(), row(**other), row(**later)],
            [
                segmented("PURCHASE", 3, 30, **later),
                segmented("PURCHASE", 2, 20, **other),
                segmented("PURCHASE", 1, 10),
            ],
        )
    )
    assert page.entries["conversions"].to_pylist() == [1, 2, 3]
    assert page.entries["conversion_value"].to_pylist() == [10, 20, 30]


def test_conversions_without_a_row_of_metrics_are_an_entry_with_nothing_delivered() -> None:
    found = entry([], [segmented("PURCHASE", 0.5, 12), segmented("ADD_TO_CART", 0, 0)])
    assert (found["spend"], found["impressions"], found["clicks"]) == (0, 0, 0)
    assert (found["conversions"], found["conversion_value"]) == (Decimal("0.5"), 12)
    assert found["entity_id"] == "77"


def test_the_order_of_the_categories_means_nothing() -> None:
    two = [segmented("PURCHASE", 1, 1), segmented("ADD_TO_CART", 2, 0)]
    assert entry([row()], two) == entry([row()], two[::-1])


def test_numbers_keep_the_text_they_were_sent_as() -> None:
    body = page_body([row()], [segmented("PURCHASE", 1, 8.5)])
    exact = body.replace(b"8.5", b"8999999999999.123457")
    (found,) = normalised(exact).entries.to_pylist()
    assert found["conversion_value"] == Decimal("8999999999999.123457")
    assert b'"8999999999999.123457"' in found["actions"].encode()


@given(micros=st.integers(0, 8 * 10**18))
def test_micros_are_exact(micros: int) -> None:
    assert entry([row({"costMicros": str(micros)})])["spend"] == Decimal(micros).scaleb(-6)


@pytest.mark.parametrize(
    ("kind", "channel"),
    [
        ("SEARCH", "Paid Search"),
        ("SHOPPING", "Paid Shopping"),
        ("VIDEO", "Paid Video"),
        ("DISPLAY", "Display"),
        ("PERFORMANCE_MAX", "Cross-network"),
        ("DEMAND_GEN", "Cross-network"),
        ("HOTEL", "Paid Other"),
        ("OF_TOMORROW", "Cross-network"),
    ],
)
def test_the_channel_is_ga4_s_and_google_s_own_is_kept(kind: str, channel: str) -> None:
    found = entry([row(campaign={"advertisingChannelType": kind})])
    assert (found["channel"], found["platform_channel"]) == (channel, kind)


@pytest.mark.parametrize(
    ("level", "entity", "name"),
    [
        (Level.ACCOUNT, "1002002001", "Northwind"),
        (Level.CAMPAIGN, "77", "prospecting"),
        (Level.AD_SET, "8", "broad"),
        (Level.AD, "9", None),
    ],
)
def test_the_level_says_whose_row_it_is(level: Level, entity: str, name: str | None) -> None:
    context = PageContext("1002002001", "EUR", "Europe/Berlin", level)
    parts: dict[str, Any] = {
        "adGroup": {"id": "8", "name": "broad"},
        "adGroupAd": {"ad": {"id": "9"}},
    }
    whole = row(**parts)
    if level is Level.ACCOUNT:
        del whole["campaign"]
    found = entry([whole], [segmented("PURCHASE", 1, 1, **parts)], context)
    assert (found["entity_id"], found["entity_name"]) == (entity, name)
    assert (found["campaign"] is None) == (level is Level.ACCOUNT)
    assert found["conversions"] == 1


def test_a_campaign_has_its_status() -> None:
    page = normalised(page_body([row(), row(campaign={"status": "PAUSED"})]))
    assert [(each["name"], each["status"]) for each in page.campaigns.to_pylist()] == [
        ("prospecting", "PAUSED")
    ]


@pytest.mark.parametrize(
    ("metrics", "changes", "field"),
    [
        ({"costMicros": "1.5"}, {}, "metrics.costMicros"),
        ({"costMicros": "-1"}, {}, "metrics.costMicros"),
        ({"impressions": "many"}, {}, "metrics.impressions"),
        ({}, {"segments": {"date": "yesterday"}}, "segments.date"),
        ({}, {"campaign": {"id": None}}, "campaign.id"),
        ({}, {"customer": {"id": "1"}}, "customer.id"),
        ({}, {"customer": {"currencyCode": "USD"}}, "customer.currencyCode"),
    ],
)
def test_a_bad_row_is_refused_alone(
    metrics: dict[str, Any], changes: dict[str, Any], field: str
) -> None:
    page = normalised(page_body([row(metrics, **changes), row(segments={"date": "2026-10-03"})]))
    assert [(each.position, each.field) for each in page.rejections] == [(0, field)]
    assert page.entries.num_rows == 1
    assert page.fetched == 2


def test_what_is_no_object_is_refused_alone() -> None:
    page = normalised(page_body([row(), "row"]))
    assert [each.position for each in page.rejections] == [1]
    assert page.entries.num_rows == 1
    assert [each.position for each in normalised(page_body([row()], [7])).rejections] == [1]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"metrics":[]}',
        b'{"metrics":{},"conversions":[]}',
        b'{"metrics":[1],"conversions":[]}',
        b'{"metrics":[{"results":7}],"conversions":[]}',
        b'{"metrics":[{"results":[{"metrics":{"conversions":NaN}}]}],"conversions":[]}',
    ],
)
def test_a_page_that_cannot_be_read_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(BadInput):
        normalised(body)


def test_batches_without_rows_are_an_empty_page() -> None:
    page = normalised(b'{"metrics":[{"requestId":"1"}],"conversions":[]}')
    assert (page.entries.num_rows, page.fetched) == (0, 0)


def test_fields_of_a_newer_version_do_no_harm() -> None:
    assert entry([row({"field_of_tomorrow": [1]})])["spend"] == Decimal("44.24")


def test_the_sample_is_read() -> None:
    path = SAMPLES / "google_ads" / "campaign_daily_searchStream_constructed_v26.json"
    if not path.is_file():
        pytest.skip(f"no API samples at {SAMPLES}")
    metrics = orjson.loads(path.read_bytes())
    context = PageContext("465-161-2872", "USD", "America/Los_Angeles", CONTEXT.level)
    body = orjson.dumps({"metrics": metrics, "conversions": []})
    (found,) = normalised(body, context).entries.to_pylist()
    assert (found["spend"], found["impressions"], found["clicks"]) == (Decimal("0.07"), 69, 1)


def test_conversions_are_joined_by_device_too() -> None:
    def on(device: str) -> dict[str, Any]:
        return {"segments": {"device": device}}

    page = normalised(
        page_body(
            [row(**on("MOBILE")), row(**on("CONNECTED_TV"))],
            [
                segmented("PURCHASE", 2, 20, **on("CONNECTED_TV")),
                segmented("PURCHASE", 1, 10, **on("TABLET")),
            ],
        )
    )
    assert page.rejections == ()
    told = [
        (each["device"], each["impressions"], each["conversions"])
        for each in page.entries.to_pylist()
    ]
    assert told == [("MOBILE", 4658, 0), ("CONNECTED_TV", 4658, 2), ("TABLET", 0, 1)]
    assert len({each["digest"] for each in page.entries.to_pylist()}) == 3


@pytest.mark.parametrize("device", ["UNKNOWN", "WATCH"])
def test_a_device_that_is_not_known_takes_no_other_s_place(device: str) -> None:
    rows = [row(segments={"device": name}) for name in ("OTHER", device)]
    page = normalised(page_body(rows))
    assert [each["device"] for each in page.entries.to_pylist()] == ["OTHER"]
    (refused,) = page.rejections
    assert (refused.field, refused.position) == ("segments.device", 1)
    assert refused.mend
