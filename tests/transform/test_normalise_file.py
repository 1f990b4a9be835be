"""Rows of files as entries: columns, channels, numbers, action types."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import orjson
import pyarrow as pa
import pytest

from connectors.registry import normalise_page
from core.errors import BadInput, Bug
from core.quality import failed_checks
from core.records.connections import Level, Source
from tests.transform.file_pages import entry, normalised, row
from transform.frames import CAMPAIGN_SCHEMA, ENTRY_SCHEMA, campaign_digests, entry_digests
from transform.normalise.context import PageContext

APPLIED = {
    "CAMPAIGN_KNOWN",
    "CLICKS_PRESENT",
    "DATE_PLAUSIBLE",
    "ENTITY_NAMED",
    "IMPRESSIONS_PRESENT",
    "NAME_READABLE",
    "REACH_WITHIN_IMPRESSIONS",
    "REPEATS_AGREE",
    "SPEND_PRESENT",
    "VALUE_HAS_CONVERSIONS",
}


def test_a_row_by_hand() -> None:
    cells = row(
        account_id="act_1001",
        campaign_name="prospecting",
        campaign_status="ACTIVE",
        objective="SALES",
        currency="eur",
        platform="Facebook",
        impressions="4658",
        clicks="71",
        link_clicks="55",
        reach="2670",
        video_views="559",
        conversions="2.5",
        conversion_value="185.79",
        attribution_setting="7d_click",
        date_stop="2026-01-02",
    )
    page = normalised([cells])
    assert page.entries.schema == ENTRY_SCHEMA
    assert page.campaigns.schema == CAMPAIGN_SCHEMA
    (found,) = page.entries.to_pylist()
    (digest,) = entry_digests({name: [found[name]] for name in found})
    (campaign,) = campaign_digests(["FILE"], ["1001"], ["7"])
    assert found.pop("checks_failed") == 0
    assert {check.id for check in failed_checks(found.pop("checks_applied"))} == APPLIED
    assert {name: each for name, each in found.items() if each is not None} == {
        "date": date(2026, 1, 2),
        "digest": digest,
        "source": "FILE",
        "account_id": "1001",
        "level": "CAMPAIGN",
        "entity_id": "7",
        "entity_name": "prospecting",
        "campaign": campaign,
        "date_basis": "DELIVERY",
        "attribution_setting": "7d_click",
        "channel": "Paid Social",
        "platform_channel": "Facebook",
        "currency": "EUR",
        "spend": Decimal("1.5"),
        "impressions": 4658,
        "clicks": 71,
        "link_clicks": 55,
        "reach": 2670,
        "video_views": 559,
        "conversions": Decimal("2.5"),
        "conversion_value": Decimal("185.79"),
        "conversion_type": "conversions",
        "position": 0,
        "records": 1,
    }
    assert page.campaigns.to_pylist() == [
        {
            "digest": campaign,
            "source": "FILE",
            "account_id": "1001",
            "campaign_id": "7",
            "name": "prospecting",
            "status": "ACTIVE",
            "objective": "SALES",
        }
    ]


def test_what_the_file_does_not_say_is_unknown() -> None:
    found = entry([row(spend=None, impressions="")])
    metrics = ("spend", "impressions", "clicks", "link_clicks", "reach", "video_views")
    assert [found[name] for name in metrics] == [None] * 6
    assert [found[name] for name in ("conversions", "conversion_value", "conversion_type")] == [
        None
    ] * 3


@pytest.mark.parametrize(
    ("level", "field"),
    [(Level.CAMPAIGN, "campaign"), (Level.AD_SET, "ad_set"), (Level.AD, "ad")],
)
def test_the_entity_is_that_of_the_connections_level(level: Level, field: str) -> None:
    ids = {
        f"{kind}_{part}": f"{kind} {part}"
        for kind in ("campaign", "ad_set", "ad")
        for part in ("id", "name")
    }
    found = entry([row(**ids)], level=level)
    assert (found["entity_id"], found["entity_name"]) == (f"{field} id", f"{field} name")
    without_ids = {key: value for key, value in row(**ids).items() if not key.endswith("_id")}
    found = entry([without_ids], level=level)
    assert (found["entity_id"], found["entity_name"]) == (f"{field} name", f"{field} name")
    assert found["campaign"] == campaign_digests(["FILE"], ["1001"], ["campaign name"])[0]


def test_an_accounts_day_needs_no_campaign() -> None:
    found = entry([{"date": "2026-01-02", "spend": "3", "account_name": "A"}], level=Level.ACCOUNT)
    assert (found["entity_id"], found["entity_name"], found["campaign"]) == ("1001", "A", None)


def test_a_connection_without_an_account_takes_the_files() -> None:
    found = entry([row(account_id="act_55")], account_id="")
    assert found["account_id"] == "55"


@pytest.mark.parametrize(
    "account", ["1234567890", "act_1234567890", "123-456-7890", " 1234567890 "]
)
def test_an_account_is_known_in_every_spelling(account: str) -> None:
    assert entry([row(account_id=account)], account_id="1234567890")["account_id"] == "1234567890"


@pytest.mark.parametrize(
    ("cells", "channel", "own"),
    [
        ({}, "Unassigned", None),
        ({"channel": "email"}, "Email", "email"),
        ({"channel": "PERFORMANCE_MAX"}, "Cross-network", "PERFORMANCE_MAX"),
        ({"channel": "TV"}, "TV", "TV"),
        ({"channel": "paid search", "platform": "Google Ads"}, "Paid Search", "Google Ads"),
        ({"platform": "facebook_ads"}, "Paid Social", "facebook_ads"),
        ({"platform": "google_ads"}, "Unassigned", "google_ads"),
        ({"platform": "google", "medium": "cpc"}, "Paid Search", "google"),
        ({"platform": "facebook", "medium": "organic social"}, "Organic Social", "facebook"),
        ({"medium": "email"}, "Email", "email"),
    ],
)
def test_the_channel_is_what_the_file_makes_it(
    cells: dict[str, str], channel: str, own: str | None
) -> None:
    found = entry([row(**cells)])
    assert (found["channel"], found["platform_channel"]) == (channel, own)


@pytest.mark.parametrize(
    ("text", "separator", "expected"),
    [
        ("1,234.56", ".", "1234.56"),
        ("1.234,56", ",", "1234.56"),
        ("1 234,56", ",", "1234.56"),
        ("1\u202f234,56\u00a0\u20ac", ",", "1234.56"),
        ("1'234.50", ".", "1234.5"),
        ("\u20ac12.50", ".", "12.5"),
        ("12.50 EUR", ".", "12.5"),
        ("12.5%", ".", "12.5"),
        ("+12.5", ".", "12.5"),
        ("1.5E+05", ".", "150000"),
        ("1.0000005", ".", "1.000000"),
        ("1.0000015", ".", "1.000002"),
        ("0.1", ".", "0.1"),
        ("8999999999999.999999", ".", "8999999999999.999999"),
        (".5", ".", "0.5"),
        (f"0.{'3' * 60}", ".", "0.333333"),
        (f"{'0' * 60}12.50", ".", "12.5"),
    ],
)
def test_amounts_are_exact_however_they_are_written(
    text: str, separator: str, expected: str
) -> None:
    found = entry([row(spend=text)], {"decimal_separator": separator})
    assert found["spend"] == Decimal(expected)


@pytest.mark.parametrize("text", ["", " ", "-", "--", " --", "\u2014", "n/a", "N/A", "null"])
def test_a_mark_for_no_number_is_unknown(text: str) -> None:
    assert entry([row(spend=text, impressions=text)])["spend"] is None


@pytest.mark.parametrize(("text", "expected"), [("1,234", 1234), ("1234.0", 1234), ("0", 0)])
def test_whole_numbers_may_be_grouped(text: str, expected: int) -> None:
    assert entry([row(impressions=text)])["impressions"] == expected


def test_micros_are_millionths() -> None:
    found = entry([{"date": "2026-01-02", "campaign_id": "7", "spend_micros": "36150001"}])
    assert found["spend"] == Decimal("36.150001")


def test_conversions_may_be_taken_back_and_exceed_clicks() -> None:
    found = entry([row(conversions="-1.5", conversion_value="-20", clicks="9", impressions="3")])
    assert (found["conversions"], found["conversion_value"]) == (Decimal("-1.5"), Decimal(-20))
    assert (found["clicks"], found["impressions"]) == (9, 3)


def test_ids_lose_the_point_that_a_float_gave_them() -> None:
    assert entry([row(campaign_id="9935249409.0")])["entity_id"] == "9935249409"


def test_a_repeated_row_is_merged() -> None:
    found = entry([row(note="a"), row(note="a"), row(note="a")])
    assert (found["records"], found["position"], found["spend"]) == (3, 0, Decimal("1.5"))


def test_rows_of_two_attribution_settings_are_two_entries() -> None:
    rows = [row(attribution_setting="7d_click"), row(attribution_setting="1d_view")]
    page = normalised([*rows, row()])
    assert page.entries["attribution_setting"].to_pylist() == ["7d_click", "1d_view", "default"]


def action(name: str, value: str, **changes: str | None) -> dict[str, str | None]:
    return row(action_type=name, value=value, **changes)


def test_rows_of_action_types_make_one_entry() -> None:
    found = entry(
        [
            action("purchase", "3", impressions="10"),
            action("video_view", "5", impressions="10"),
            action("omni_purchase", "2", impressions="10"),
            action("omni_purchase", "99.5", action_field="action_values", impressions="10"),
        ]
    )
    assert (found["records"], found["spend"], found["impressions"]) == (4, Decimal("1.5"), 10)
    assert (found["conversions"], found["conversion_value"]) == (Decimal(2), Decimal("99.5"))
    assert (found["conversion_type"], found["video_views"]) == ("omni_purchase", 5)
    assert orjson.loads(found["actions"]) == {
        "actions": [
            {"action_type": "omni_purchase", "value": "2"},
            {"action_type": "purchase", "value": "3"},
            {"action_type": "video_view", "value": "5"},
        ],
        "action_values": [{"action_type": "omni_purchase", "value": "99.5"}],
    }


def test_rows_of_a_key_may_stand_apart() -> None:
    rows = [action("purchase", str(n), campaign_id=str(n % 3), spend=f"{n % 3}") for n in range(9)]
    page = normalised(rows)
    assert page.entries["records"].to_pylist() == [3, 3, 3]
    assert page.entries["position"].to_pylist() == [0, 1, 2]
    assert page.entries["spend"].to_pylist() == [Decimal(0), Decimal(1), Decimal(2)]


def test_a_day_without_actions_has_none() -> None:
    found = entry([action("", "")])
    assert (found["conversions"], found["video_views"], found["actions"]) == (0, 0, None)
    assert found["conversion_value"] is None


def test_metrics_may_stand_on_one_of_a_keys_rows() -> None:
    found = entry([action("lead", "1", spend=None), action("", "", spend="7")])
    assert (found["spend"], found["records"]) == (Decimal(7), 2)


def test_a_column_of_conversions_wins_over_action_types() -> None:
    found = entry([action("purchase", "3", conversions="8")])
    assert (found["conversions"], found["conversion_type"]) == (Decimal(8), "conversions")


def test_a_page_of_which_nothing_goes_in_is_empty() -> None:
    page = normalised([row(date="never")])
    assert (page.entries.num_rows, page.campaigns.num_rows, len(page.rejections)) == (0, 0, 1)
    assert page.entries.schema == ENTRY_SCHEMA
    long = normalised([action("purchase", "x")])
    assert (long.entries.num_rows, len(long.rejections)) == (0, 1)


def test_a_page_that_is_no_json_is_refused_whole() -> None:
    context = PageContext("1", "EUR", "UTC", Level.CAMPAIGN, {"columns": {"date": "date"}})
    with pytest.raises(BadInput, match="the page is not JSON lines of texts"):
        normalise_page(Source.FILE, "file", "application/x-ndjson", b'{"date": [1]}', context)


def test_a_page_without_its_layout_is_our_own_mistake() -> None:
    context = PageContext("1", "EUR", "UTC", Level.CAMPAIGN, {"delimiter": ","})
    with pytest.raises(Bug, match="no file layout"):
        normalise_page(Source.FILE, "file", "application/x-ndjson", b"{}", context)


def test_tables_are_arrow_all_through() -> None:
    assert isinstance(normalised([row()]).entries, pa.Table)
