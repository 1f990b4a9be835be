from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import orjson
import pyarrow as pa
import pytest

from core.quality import failed_checks
from core.records.connections import Level
from tests.transform.meta_records import PURCHASE_NAMES, actions, entry, normalised, record
from transform.frames import CAMPAIGN_SCHEMA, ENTRY_SCHEMA
from transform.normalise.context import PageContext

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "api_samples" / "meta"

APPLIED = {
    "CAMPAIGN_KNOWN",
    "CLICKS_PRESENT",
    "CLICKS_WITHIN_IMPRESSIONS",
    "DATE_PLAUSIBLE",
    "ENTITY_ID_FORM",
    "ENTITY_NAMED",
    "IMPRESSIONS_PRESENT",
    "NAME_READABLE",
    "REACH_WITHIN_IMPRESSIONS",
    "REPEATS_AGREE",
    "SPEND_PRESENT",
    "VALUE_HAS_CONVERSIONS",
    "VIDEO_VIEWS_WITHIN_IMPRESSIONS",
}


def test_a_row_by_hand() -> None:
    found = entry(
        actions=[
            {"action_type": "video_view", "value": "559", "7d_click": "559"},
            {"action_type": "omni_purchase", "value": "2", "7d_click": "1", "1d_view": "1"},
        ],
        action_values=[{"action_type": "omni_purchase", "value": "185.79"}],
    )
    digest, campaign, raw = found.pop("digest"), found.pop("campaign"), found.pop("actions")
    assert (len(digest), len(campaign)) == (16, 16)
    assert raw == (
        '{"actions":[{"action_type":"omni_purchase","value":"2","7d_click":"1","1d_view":"1"},'
        '{"action_type":"video_view","value":"559","7d_click":"559"}],'
        '"action_values":[{"action_type":"omni_purchase","value":"185.79"}]}'
    )
    assert found.pop("checks_failed") == 0
    assert {check.id for check in failed_checks(found.pop("checks_applied"))} == APPLIED
    assert {name: each for name, each in found.items() if each is not None} == {
        "date": date(2026, 10, 1),
        "source": "META_ADS",
        "account_id": "1001",
        "level": "CAMPAIGN",
        "entity_id": "120200100100000000",
        "entity_name": "prospecting",
        "date_basis": "DELIVERY",
        "attribution_setting": "7d_click_1d_view",
        "channel": "Paid Social",
        "currency": "EUR",
        "spend": Decimal("44.240000"),
        "impressions": 4658,
        "clicks": 71,
        "link_clicks": 55,
        "reach": 2670,
        "video_views": 559,
        "conversions": Decimal(2),
        "conversion_value": Decimal("185.79"),
        "conversion_type": "omni_purchase",
        "position": 0,
        "records": 1,
    }


def test_the_columns_are_those_of_the_contract() -> None:
    for page in (normalised(record(), record(spend="-1")), normalised()):
        assert page.entries.schema == ENTRY_SCHEMA
        assert page.campaigns.schema == CAMPAIGN_SCHEMA


def test_a_purchase_under_five_names_is_counted_once() -> None:
    found = entry(
        actions=actions(*PURCHASE_NAMES), action_values=actions(*PURCHASE_NAMES, value="99.90")
    )
    assert found["conversions"] == Decimal(2)
    assert found["conversion_value"] == Decimal("99.90")
    assert found["conversion_type"] == "omni_purchase"


@pytest.mark.parametrize(
    ("present", "chosen"),
    [
        (PURCHASE_NAMES[:4], "purchase"),
        (PURCHASE_NAMES[:3], "offsite_conversion.fb_pixel_purchase"),
        (PURCHASE_NAMES[:2], "onsite_web_app_purchase"),
        (PURCHASE_NAMES[:1], "onsite_web_purchase"),
        (("app_custom_event.fb_mobile_purchase",), "app_custom_event.fb_mobile_purchase"),
    ],
)
def test_the_first_name_of_the_family_that_is_present_wins(
    present: tuple[str, ...], chosen: str
) -> None:
    assert entry(actions=actions("lead", *present))["conversion_type"] == chosen


def test_actions_that_did_not_happen_are_left_out_by_meta_and_are_zero() -> None:
    for found in (entry(), entry(actions=[]), entry(actions=actions("lead", "add_to_cart"))):
        assert found["conversions"] == found["conversion_value"] == 0
        assert found["conversion_type"] is None
        assert found["video_views"] == 0


def test_an_action_without_a_value_of_its_own_is_unknown() -> None:
    found = entry(actions=[{"action_type": "omni_purchase", "28d_click": "1"}])
    assert found["conversions"] is None
    assert found["conversion_type"] == "omni_purchase"


def test_what_meta_leaves_out_of_a_row_is_unknown() -> None:
    found = entry(
        spend=None,
        reach=None,
        inline_link_clicks=None,
        campaign_name=None,
        attribution_setting=None,
    )
    for name in ("spend", "reach", "link_clicks", "entity_name", "actions"):
        assert found[name] is None
    assert found["attribution_setting"] == "default"


def test_the_order_of_actions_means_nothing() -> None:
    one = entry(actions=actions("video_view", "lead"))
    other = entry(actions=actions("lead", "video_view"))
    assert one["actions"] == other["actions"]


@pytest.mark.parametrize(
    ("level", "entity", "name", "has_campaign"),
    [
        (Level.ACCOUNT, "1001", "Northwind", False),
        (Level.CAMPAIGN, "120200100100000000", "prospecting", True),
        (Level.AD_SET, "7", "broad", True),
        (Level.AD, "8", "image", True),
    ],
)
def test_the_level_says_whose_row_it_is(
    level: Level, entity: str, name: str, *, has_campaign: bool
) -> None:
    campaign = {} if has_campaign else {"campaign_id": None, "campaign_name": None}
    row = record(adset_id="7", adset_name="broad", ad_id="8", ad_name="image", **campaign)
    page = normalised(row, context=PageContext("1001", "EUR", "Europe/Berlin", level))
    (found,) = page.entries.to_pylist()
    assert (found["entity_id"], found["entity_name"]) == (entity, name)
    assert (found["campaign"] is not None) == has_campaign
    assert page.campaigns.num_rows == int(has_campaign)


def test_a_campaign_stands_once_under_its_last_name() -> None:
    page = normalised(
        record(campaign_name="old"), record(campaign_name="new", date_start=None), record(
            campaign_name="new", date_start="2026-10-02", date_stop="2026-10-02"
        ), record(campaign_id="2"),
    )  # fmt: skip
    assert [(row["campaign_id"], row["name"]) for row in page.campaigns.to_pylist()] == [
        ("120200100100000000", "new"),
        ("2", "prospecting"),
    ]
    assert page.campaigns["digest"].to_pylist() == (page.entries["campaign"].unique().to_pylist())


def test_an_identical_record_is_the_same_entry_twice() -> None:
    page = normalised(record(), record(campaign_id="2"), record())
    assert page.entries["entity_id"].to_pylist() == ["120200100100000000", "2"]
    assert page.entries["records"].to_pylist() == [2, 1]
    assert page.entries["position"].to_pylist() == [0, 1]


def test_of_two_records_of_one_entry_the_later_wins_as_a_whole() -> None:
    page = normalised(record(spend="1.00"), record(campaign_id="2"), record(spend="2", reach=None))
    first = page.entries.to_pylist()[0]
    assert (first["spend"], first["reach"]) == (Decimal(2), None)
    assert (first["records"], first["position"]) == (2, 0)


def test_another_day_or_attribution_setting_is_another_entry() -> None:
    page = normalised(
        record(), record(attribution_setting="1d_click"),
        record(date_start="2026-10-02", date_stop="2026-10-02"),
    )  # fmt: skip
    digests = page.entries["digest"].to_pylist()
    assert page.entries["records"].to_pylist() == [1, 1, 1]
    assert digests[0] == digests[2] != digests[1]


def test_amounts_are_exact() -> None:
    for text in ("0.1", "0.000001", "8999999999999.999999", "1e3", 19.99, 7):
        assert entry(spend=text)["spend"] == Decimal(str(text))
    assert entry(spend="0.1234565")["spend"] == Decimal("0.123456")
    assert entry(spend="1049.9999999999998")["spend"] == Decimal(1050)


def test_numbers_that_are_not_written_as_text_are_read_too() -> None:
    found = entry(impressions=4658, clicks="71.0", campaign_id=120200100100000000)
    assert (found["impressions"], found["clicks"]) == (4658, 71)
    assert found["entity_id"] == "120200100100000000"


def test_fields_of_a_newer_version_do_no_harm() -> None:
    assert entry(field_of_tomorrow={"deep": [1]})["spend"] == Decimal("44.24")


def test_an_empty_page_is_an_empty_page() -> None:
    page = normalised()
    assert (page.entries.num_rows, page.campaigns.num_rows) == (0, 0)
    assert (page.rejections, page.fetched) == ((), 0)


def test_a_real_account_is_read_without_a_false_alarm() -> None:
    path = SAMPLES / "campaign_daily_reconstructed_v25.json"
    if not path.is_file():
        pytest.skip(f"no API samples at {SAMPLES}")
    context = PageContext("361744628296290", "EUR", "Europe/Prague", Level.CAMPAIGN)
    for sample in orjson.loads(path.read_bytes())["pages"]:
        page = normalised(*sample["data"], context=context)
        assert page.rejections == ()
        assert page.entries.num_rows == len(sample["data"])
        total = sum(Decimal(row["spend"]) for row in sample["data"])
        assert pa.compute.sum(page.entries["spend"]).as_py() == total
