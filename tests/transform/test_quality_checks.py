"""Checks of single rows: which apply, which fail, and what is none of their business."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.quality import CHECKS, failed_checks
from core.records.connections import Level
from core.units import time_zone, today_in
from tests.transform import file_pages, google_records, meta_records
from transform.quality.checks import FUNCTIONS


def failed(entry: dict[str, Any]) -> set[str]:
    return {check.id for check in failed_checks(entry["checks_failed"])}


def applied(entry: dict[str, Any]) -> set[str]:
    return {check.id for check in failed_checks(entry["checks_applied"])}


def test_every_check_has_its_function() -> None:
    assert FUNCTIONS.keys() == {check.id for check in CHECKS}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"campaign_name": None}, "ENTITY_NAMED"),
        ({"spend": None}, "SPEND_PRESENT"),
        ({"impressions": None}, "IMPRESSIONS_PRESENT"),
        ({"clicks": None}, "CLICKS_PRESENT"),
        ({"reach": "4659"}, "REACH_WITHIN_IMPRESSIONS"),
        ({"clicks": "4659"}, "CLICKS_WITHIN_IMPRESSIONS"),
        ({"actions": meta_records.actions("video_view", value="4659")},
         "VIDEO_VIEWS_WITHIN_IMPRESSIONS"),
        ({"action_values": meta_records.actions("omni_purchase", value="9.5")},
         "VALUE_HAS_CONVERSIONS"),
        ({"campaign_id": "prospecting"}, "ENTITY_ID_FORM"),
        ({"campaign_name": "Fr\ufffdhling"}, "NAME_READABLE"),
        ({"date_start": "1999-12-31", "date_stop": "1999-12-31"}, "DATE_PLAUSIBLE"),
        # Legal, and seen in a real account: they fail nothing.
        ({"inline_link_clicks": "90"}, None),
        ({"spend": "0", "actions": meta_records.actions("omni_purchase", value="2")}, None),
        ({"actions": meta_records.actions("omni_purchase", value="0.4")}, None),
        ({"reach": None}, None),
    ],
)  # fmt: skip
def test_a_row_of_meta_fails_the_one_check(change: dict[str, Any], expected: str | None) -> None:
    found = failed(meta_records.entry(**change))
    assert found == ({expected} if expected else set())


def test_a_day_to_come_is_not_plausible() -> None:
    tomorrow = today_in(time_zone("Europe/Berlin")) + timedelta(days=1)
    for days, expected in ((0, set()), (1, {"DATE_PLAUSIBLE"})):
        day = (tomorrow + timedelta(days=days)).isoformat()
        assert failed(meta_records.entry(date_start=day, date_stop=day)) == expected


def test_a_key_that_says_two_things_is_not_unique() -> None:
    one, other = meta_records.record(), meta_records.record(spend="44.25")
    (same,) = meta_records.normalised(one, one).entries.to_pylist()
    assert (same["records"], failed(same)) == (2, set())
    (apart,) = meta_records.normalised(one, other).entries.to_pylist()
    assert (apart["records"], failed(apart)) == (2, {"REPEATS_AGREE"})


def test_conversions_without_delivery_lack_nothing() -> None:
    """Google leaves out a row of zeros, and tells of its conversions all the same."""
    found = google_records.entry([], [google_records.segmented("PURCHASE", 1.5, 20)])
    assert (found["spend"], found["impressions"]) == (0, 0)
    assert failed(found) == set()


@pytest.mark.parametrize(
    ("cells", "checks"),
    [
        ({}, {"SPEND_PRESENT"}),
        ({"impressions": "9"}, {"SPEND_PRESENT", "IMPRESSIONS_PRESENT"}),
        ({"spend": None, "channel": "email", "clicks": "3"}, {"CLICKS_PRESENT"}),
        ({"spend": None, "channel": "Paid Search", "clicks": "3"},
         {"SPEND_PRESENT", "CLICKS_PRESENT"}),
        ({"campaign_name": "a"}, {"SPEND_PRESENT", "ENTITY_NAMED", "NAME_READABLE"}),
    ],
)  # fmt: skip
def test_a_file_lacks_only_what_it_has_a_column_for(
    cells: dict[str, str | None], checks: set[str]
) -> None:
    found = file_pages.entry([file_pages.row(**cells)])
    assert applied(found) - {"CAMPAIGN_KNOWN"} == checks | {"DATE_PLAUSIBLE", "REPEATS_AGREE"}
    is_lacking = "SPEND_PRESENT" in checks and found["spend"] is None
    assert failed(found) == ({"SPEND_PRESENT"} if is_lacking else set())


@pytest.mark.parametrize(
    ("rate", "good", "bad"),
    [
        ("ctr", ["2", "2.0", "2%", "0.02", "1.99", "2.0099"], ["2.03", "0.0203", "3"]),
        ("cpc", ["0.21", "0.2125", "$ 0.2", "0.2133"], ["0.23", "0.2152", "21.25"]),
        ("cpm", ["4.25", "4.2", "4.27", "4"], ["4.30", "0.00425", "5"]),
    ],
)
def test_the_platforms_rates_are_our_own(rate: str, good: list[str], bad: list[str]) -> None:
    cells = {"spend": "4.25", "impressions": "1000", "clicks": "20"}
    for text in good:
        found = file_pages.entry([file_pages.row(**cells, **{rate: text})])
        assert (f"{rate.upper()}_AGREES" in applied(found), failed(found)) == (True, set()), text
    for text in bad:
        found = file_pages.entry([file_pages.row(**cells, **{rate: text})])
        assert failed(found) == {f"{rate.upper()}_AGREES"}, text


def test_a_rate_that_cannot_be_read_or_computed_is_no_fault() -> None:
    for cells in ({"cpc": "n/a"}, {"cpc": "--"}, {"clicks": "0"}, {"clicks": "0", "cpc": "1"}):
        shown = {"clicks": "20", "cpc": "0.075", **cells}
        found = file_pages.entry([file_pages.row(**shown)])
        assert failed(found) == set()
        assert "CPC_AGREES" not in applied(found)


@settings(deadline=None)
@given(st.data())
def test_a_row_is_judged_by_itself(data: st.DataObject) -> None:
    """Neither the order of a page nor its other rows change what is said of a row."""
    count = data.draw(st.integers(1, 6))
    numbers = st.one_of(st.none(), st.integers(0, 9).map(str))
    rows = [
        meta_records.record(
            campaign_id=str(n), spend=data.draw(numbers), clicks=data.draw(numbers),
            impressions=data.draw(numbers), reach=data.draw(numbers),
            campaign_name=data.draw(st.sampled_from([None, "a", "\ufffd"])),
        )
        for n in range(count)
    ]  # fmt: skip
    alone = {}
    for row in rows:
        (found,) = meta_records.normalised(row).entries.to_pylist()
        alone[row["campaign_id"]] = (found["checks_applied"], found["checks_failed"])
    random.Random(count).shuffle(rows)  # noqa: S311 -- a repeatable one
    together = meta_records.normalised(*rows).entries.to_pylist()
    masks = {e["entity_id"]: (e["checks_applied"], e["checks_failed"]) for e in together}
    assert masks == alone
    assert all(failed & ~applied == 0 for applied, failed in masks.values())


def test_an_ad_of_google_needs_no_name() -> None:
    context = replace(google_records.CONTEXT, level=Level.AD)
    ad = {"adGroupAd": {"ad": {"id": "5"}}, "adGroup": {"id": "4", "name": "g"}}
    found = google_records.entry([google_records.row() | ad], context=context)
    assert found["entity_name"] is None
    assert failed(found) == set()
