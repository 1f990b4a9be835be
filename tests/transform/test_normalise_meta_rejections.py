from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.registry import normalise_page
from core.errors import BadInput
from core.records.connections import Source
from tests.transform.meta_records import CONTEXT, actions, normalised, record

BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"date_start": None}, "date_start", "is missing"),
    ({"date_start": "2026-02-30"}, "date_start", "is not a date"),
    ({"date_start": "01/10/2026"}, "date_start", "is not a date"),
    ({"date_stop": "2026-10-07"}, "date_stop", "another day"),
    ({"campaign_id": None}, "campaign_id", "is missing"),
    ({"campaign_id": ""}, "campaign_id", "is not a text"),
    ({"spend": "-0.01"}, "spend", "is negative"),
    ({"spend": "12,50"}, "spend", "is not a number"),
    ({"spend": True}, "spend", "is not a number"),
    ({"spend": "123456789012345678"}, "spend", "is not a number"),
    ({"impressions": "many"}, "impressions", "is not a whole number"),
    ({"impressions": "1.5"}, "impressions", "is not a whole number"),
    ({"impressions": "-1"}, "impressions", "is negative"),
    ({"clicks": ["1"]}, "clicks", "is not a whole number"),
    ({"account_id": "2002"}, "account_id", "another account"),
    ({"account_id": None}, "account_id", "is missing"),
    ({"account_currency": "USD"}, "account_currency", "differs"),
    ({"account_currency": None}, "account_currency", "is missing"),
    ({"actions": {"purchase": 1}}, "actions", "is not a list"),
    ({"actions": [{"value": "1"}]}, "actions", "is not a list"),
    ({"actions": ["purchase"]}, "actions", "is not a list"),
    ({"actions": [{"value": "1"}, None]}, "actions", "is not a list"),
    ({"actions": actions("purchase", value="two")}, "actions", "is not a number"),
    ({"action_values": actions("purchase", value="EUR 2")}, "action_values", "is not a number"),
]


@pytest.mark.parametrize(("change", "field", "reason"), BAD)
def test_a_bad_record_is_set_aside_and_the_rest_goes_in(
    change: dict[str, Any], field: str, reason: str
) -> None:
    good = record(campaign_id="1"), record(campaign_id="3")
    bad = record(**change)
    page = normalised(good[0], bad, good[1])
    (rejection,) = page.rejections
    assert (rejection.position, rejection.field) == (1, field)
    assert reason in rejection.reason
    assert rejection.mend
    assert rejection.payload == bad
    assert page.entries["entity_id"].to_pylist() == ["1", "3"]
    assert page.entries["position"].to_pylist() == [0, 2]
    assert page.entries["spend"].to_pylist() == [Decimal("44.24")] * 2
    assert page.fetched == 3


@pytest.mark.parametrize("stray", [None, 3, "text", ["list"]])
def test_a_record_that_is_no_object_is_set_aside(stray: object) -> None:
    page = normalised(stray, record())
    (rejection,) = page.rejections
    assert (rejection.position, rejection.payload) == (0, {"value": stray})
    assert page.entries.num_rows == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"data": 1}', b'{"error": {}}'])
def test_a_page_that_is_none_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(BadInput):
        normalise_page(Source("META_ADS"), "insights", "application/json", body, CONTEXT)
