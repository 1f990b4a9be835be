from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

Row = dict[str, Any]
LEVELS = ("account", "campaign", "adset", "ad")
ID_FIELD = {
    "account": "account_id",
    "campaign": "campaign_id",
    "adset": "adset_id",
    "ad": "ad_id",
}


def action(row: Row, name: str, key: str = "value", field: str = "actions") -> Decimal:
    found = [each for each in row.get(field, []) if each["action_type"] == name]
    return Decimal(found[0].get(key, "0")) if found else Decimal(0)


def totals(rows: list[Row]) -> dict[str, Decimal | int]:
    return {
        "spend": sum(Decimal(row["spend"]) for row in rows),
        "impressions": sum(int(row["impressions"]) for row in rows),
        "clicks": sum(int(row["clicks"]) for row in rows),
        "link_clicks": sum(int(row["inline_link_clicks"]) for row in rows),
        "purchases": sum(action(row, "omni_purchase") for row in rows),
        "purchase_value": sum(action(row, "omni_purchase", field="action_values") for row in rows),
        "add_to_carts": sum(action(row, "add_to_cart") for row in rows),
        "leads": sum(action(row, "lead") for row in rows),
    }


async def test_a_row_has_these_exact_values(api: Any) -> None:
    [row] = (await api.insights(until="2026-11-01", limit="1")).json()["data"]
    windows = {"1d_click": "5", "7d_click": "6", "28d_click": "6", "1d_view": "1"}
    asked = (
        await api.insights(
            until="2026-11-01",
            limit="1",
            action_attribution_windows='["1d_click","7d_click","28d_click","1d_view"]',
        )
    ).json()["data"][0]
    assert {name: value for name, value in row.items() if isinstance(value, str)} == {
        "account_id": "1001",
        "campaign_id": "120200100100000000",
        "impressions": "4713",
        "reach": "3130",
        "clicks": "67",
        "inline_link_clicks": "52",
        "spend": "46.16",
        "date_start": "2026-11-01",
        "date_stop": "2026-11-01",
    }
    assert {"action_type": "link_click", "value": "52"} in row["actions"]
    assert {"action_type": "purchase", "value": "94.58"} in row["action_values"]
    assert {"action_type": "add_to_cart", "value": "7"} in row["actions"]
    assert {"action_type": "add_to_cart", "value": "7", **windows} in asked["actions"]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("account", [1001, 1005])
async def test_rows_are_the_truth_at_every_level(api: Any, level: str, account: int) -> None:
    truth = await api.truth(account, level)
    rows = await api.rows(account, level=level)
    seen = [
        (
            row["date_start"],
            row[ID_FIELD[level]],
            Decimal(row["spend"]),
            int(row["impressions"]),
            int(row["clicks"]),
            int(row["inline_link_clicks"]),
            int(row["reach"]),
            action(row, "omni_purchase"),
            action(row, "omni_purchase", field="action_values"),
            action(row, "lead"),
            action(row, "add_to_cart"),
        )
        for row in rows
    ]
    assert seen == [
        (
            row["date"],
            row["id"].removeprefix("act_"),
            Decimal(row["spend"]),
            row["impressions"],
            row["clicks"],
            row["link_clicks"],
            row["reach"],
            row["purchases"],
            Decimal(row["purchase_value"]),
            row["leads"],
            row["add_to_carts"],
        )
        for row in truth["rows"]
    ]
    assert rows


@pytest.mark.parametrize("increment", ["1", "all_days"])
@pytest.mark.parametrize("level", LEVELS)
async def test_totals_agree_at_every_level_and_increment(
    api: Any, level: str, increment: str
) -> None:
    expected = (await api.truth())["totals"]
    rows = await api.rows(level=level, time_increment=increment)
    found = totals(rows)
    assert found == {name: Decimal(expected[name]) for name in found}
    assert found["spend"] > 0
    assert found["purchases"] > 0


async def test_reach_of_the_period_is_less_than_the_sum_of_days(api: Any) -> None:
    [together] = await api.rows(level="account", time_increment="all_days")
    days = await api.rows(level="account")
    truth = await api.truth()
    assert (together["date_start"], together["date_stop"]) == ("2026-11-01", "2026-11-22")
    assert int(together["reach"]) == truth["totals"]["reach"]
    assert int(together["reach"]) < sum(int(day["reach"]) for day in days)


async def test_one_event_stands_under_many_names_with_one_value(api: Any) -> None:
    names = {
        "omni_purchase",
        "purchase",
        "offsite_conversion.fb_pixel_purchase",
        "onsite_web_purchase",
        "onsite_web_app_purchase",
    }
    rows = await api.rows()
    bought = [row for row in rows if action(row, "purchase")]
    assert bought
    for row in bought:
        assert len({action(row, name) for name in names}) == 1
        assert len({action(row, name, field="action_values") for name in names}) == 1


async def test_windows_are_nested_and_value_is_click_and_view(api: Any) -> None:
    windows = '["1d_click","7d_click","28d_click","1d_view","7d_view"]'
    rows = await api.rows(action_attribution_windows=windows)
    for row in rows:
        one, seven, month, viewed = (
            action(row, "purchase", key) for key in ("1d_click", "7d_click", "28d_click", "1d_view")
        )
        assert one <= seven <= month
        assert action(row, "purchase") == seven + viewed
        assert all("7d_view" not in each for each in row.get("actions", []))
    assert sum(action(row, "purchase", "28d_click") for row in rows) > sum(
        action(row, "purchase", "7d_click") for row in rows
    )


async def test_only_the_fields_asked_for_come_back(api: Any) -> None:
    rows = await api.rows(fields="spend,ad_id", level="campaign")
    assert {frozenset(row) for row in rows} == {frozenset({"spend", "date_start", "date_stop"})}
    row = (await api.rows(fields="ctr,cpc,cpm,frequency,objective,attribution_setting"))[0]
    assert row == {
        "ctr": "1.4216",
        "cpc": "0.688955",
        "cpm": "9.794186",
        "frequency": "1.505751",
        "objective": "OUTCOME_SALES",
        "attribution_setting": "7d_click_1d_view",
        "date_start": "2026-11-01",
        "date_stop": "2026-11-01",
    }


async def test_all_numbers_are_strings(api: Any) -> None:
    row = (await api.rows(fields="impressions,reach,clicks,spend,ctr,actions"))[0]
    assert all(isinstance(row[name], str) for name in ("impressions", "reach", "spend", "ctr"))
    assert all(isinstance(each["value"], str) for each in row["actions"])


async def test_a_currency_without_decimals_has_none(api: Any) -> None:
    rows = await api.rows(1005, fields="account_currency,spend", until="2026-11-02")
    assert {row["account_currency"] for row in rows} == {"JPY"}
    assert all("." not in row["spend"] for row in rows)


async def test_filtering_and_nodes_narrow_to_a_campaign(api: Any) -> None:
    wanted = "120200100100010000"
    filtering = f'[{{"field":"campaign.id","operator":"IN","value":["{wanted}"]}}]'
    everything = await api.rows(level="ad")
    filtered = await api.rows(level="ad", filtering=filtering)
    assert filtered == [row for row in everything if row["campaign_id"] == wanted]
    assert filtered
    days = '{"since":"2026-11-01","until":"2026-11-22"}'
    node = await api.get(f"{wanted}/insights", time_range=days, fields="spend")
    [together] = node.json()["data"]
    assert Decimal(together["spend"]) == totals(filtered)["spend"]


async def test_an_account_that_never_advertised_is_empty(api: Any) -> None:
    answer = await api.insights(1003)
    assert (answer.status_code, answer.json()) == (200, {"data": []})
    assert (await api.truth(1003))["rows"] == []


async def test_a_row_without_spend_vanishes(api: Any) -> None:
    campaign, day = "120200100100060000", "2026-10-20"
    seen = []
    for noon in ("2026-10-20", "2026-10-23", "2026-10-24"):
        await api.control("clock", now=f"{noon}T12:00:00+00:00")
        rows = await api.rows(since=day, until=day, fields="campaign_id,spend,impressions,actions")
        seen.append([row for row in rows if row["campaign_id"] == campaign])
    assert [len(rows) for rows in seen] == [0, 1, 0]
    assert seen[1] == [
        {
            "campaign_id": campaign,
            "spend": "0",
            "impressions": "0",
            "actions": [
                {"action_type": "omni_add_to_cart", "value": "1"},
                {"action_type": "add_to_cart", "value": "1"},
                {"action_type": "onsite_web_app_add_to_cart", "value": "1"},
                {"action_type": "onsite_web_add_to_cart", "value": "1"},
                {"action_type": "offsite_conversion.fb_pixel_add_to_cart", "value": "1"},
            ],
            "date_start": day,
            "date_stop": day,
        },
    ]
    await api.control("faults", vanishing=False)
    kept = await api.rows(since=day, until=day)
    assert [row["spend"] for row in kept if row["campaign_id"] == campaign] == ["0"]


async def test_days_without_delivery_have_no_row(api: Any) -> None:
    rows = await api.rows(level="campaign", since="2026-01-01", until="2026-06-30")
    of_paused = [row for row in rows if row["campaign_id"] == "120200100100040000"]
    assert 0 < len(of_paused) < 181
    shown = ("impressions", "clicks")
    assert all(any(int(row[name]) for name in shown) or row.get("actions") for row in rows)
