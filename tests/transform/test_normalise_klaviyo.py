from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson
import pytest

from connectors.registry import normalise_page
from core.errors import BadInput
from core.records.connections import Level, Source
from transform.frames import CAMPAIGN_SCHEMA, ENTRY_SCHEMA, NormalisedPage
from transform.normalise.context import PageContext

CONTEXT = PageContext("SB1001", "EUR", "Europe/Berlin", Level.CAMPAIGN)
DAY = {"date": "2026-10-25", "names": {"C1": "Weekend"}}


def normalised(
    stream: str, body: object, level: Level = Level.CAMPAIGN, **options: Any
) -> NormalisedPage:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    context = replace(CONTEXT, level=level, options=options)
    page = normalise_page(Source("KLAVIYO"), stream, "application/json", raw, context)
    assert page.entries.schema == ENTRY_SCHEMA
    assert page.campaigns.schema == CAMPAIGN_SCHEMA
    assert page.fetched == sum(entry["records"] for entry in page.entries.to_pylist()) + len(
        page.rejections
    )
    return page


def result(message: str = "M1", channel: str = "email", **statistics: object) -> dict[str, Any]:
    groupings = {"campaign_id": "C1", "campaign_message_id": message, "send_channel": channel}
    return {"groupings": groupings, "statistics": statistics}


def report(*results: object) -> dict[str, Any]:
    return {"data": {"attributes": {"results": list(results)}}}


def values(*results: object, level: Level = Level.CAMPAIGN) -> NormalisedPage:
    return normalised("campaign_values", report(*results), level, **DAY)


def rows(page: NormalisedPage) -> list[dict[str, Any]]:
    assert page.rejections == ()
    return list(page.entries.to_pylist())


def test_the_messages_of_a_campaign_add_up_exactly_and_are_named() -> None:
    body = orjson.dumps(
        report(
            result("M2", clicks=3.0, conversion_uniques=1, conversion_value=0.5, delivered=10.0),
            result("M1", clicks=4.0, conversion_uniques=2, conversion_value=0.25, delivered=20.0),
        )
    ).replace(b"0.25", b"123456789012.123456")
    (found,) = rows(normalised("campaign_values", body, date=DAY["date"], names=DAY["names"]))
    assert (found["entity_id"], found["entity_name"]) == ("C1:email", "Weekend")
    assert (found["channel"], found["platform_channel"]) == ("Email", "email")
    assert (found["date_basis"], found["level"], str(found["date"])) == (
        "SEND",
        "CAMPAIGN",
        "2026-10-25",
    )
    assert (found["clicks"], found["conversions"]) == (7, 3)
    assert found["conversion_value"] == Decimal("123456789012.623456")
    kept = orjson.loads(found["actions"])
    assert (kept["delivered"], kept["messages"]) == (30, ["M1", "M2"])
    assert found["impressions"] is None


@pytest.mark.parametrize(
    ("spends", "total"),
    [((None, None), None), ((None, 1.25), Decimal("1.25")), ((1.25, 2), Decimal("3.25"))],
)
def test_spend_is_what_text_messages_cost_and_unknown_without_any(
    spends: tuple[float | None, ...], total: Decimal | None
) -> None:
    found = [result(f"M{at}", text_message_spend=spend) for at, spend in enumerate(spends)]
    assert rows(values(*found))[0]["spend"] == total


def test_a_sum_without_one_of_its_parts_is_unknown() -> None:
    assert rows(values(result("M1", clicks=1), result("M2")))[0]["clicks"] is None


def test_at_level_ad_each_message_is_by_itself() -> None:
    found = rows(values(result("M1", clicks=1), result("M2", clicks=2), level=Level.AD))
    assert [(row["entity_id"], row["clicks"], row["level"]) for row in found] == [
        ("M1", 1, "AD"),
        ("M2", 2, "AD"),
    ]
    assert len({row["campaign"] for row in found}) == 1


@pytest.mark.parametrize(
    ("channel", "group"),
    [
        ("email", "Email"),
        ("sms", "SMS"),
        ("push-notification", "Mobile Push Notifications"),
        ("carrier-pigeon", "Unassigned"),
    ],
)
def test_channels_are_those_of_ga4(channel: str, group: str) -> None:
    assert rows(values(result(channel=channel)))[0]["channel"] == group


@pytest.mark.parametrize("bad", ["many", True, {"a": 1}, -1, 1.5, 1e13])
def test_a_campaign_with_an_unreadable_part_is_refused_as_a_whole(bad: object) -> None:
    page = values(result("M1", clicks=1), result("M2", clicks=bad))
    if bad == -1:
        assert [row["clicks"] for row in rows(page)] == [0]
        return
    assert [each.field for each in page.rejections] == ["clicks"]
    assert len(page.entries) == 0


@pytest.mark.parametrize("stray", [None, 7, [], {}, {"groupings": {}}, {"statistics": 3}])
def test_a_stray_result_is_refused_and_the_others_go_in(stray: object) -> None:
    page = values(stray, result(clicks=1))
    assert (len(page.rejections), len(page.entries)) == (1, 1)


def flow(**statistics: list[object]) -> dict[str, Any]:
    groupings = {"flow_id": "F1", "flow_message_id": "M1", "send_channel": "sms"}
    days = [f"2026-10-{day}T00:00:00+00:00" for day in (24, 25, 26)]
    results = [{"groupings": groupings, "statistics": statistics}]
    return {"data": {"attributes": {"results": results, "date_times": days}}}


def test_a_flow_is_a_campaign_with_one_entry_for_each_day_it_sent() -> None:
    page = normalised("flow_series", flow(clicks=[1.0, 0.0, 2.0], delivered=[9, 0, 8]))
    assert [(str(row["date"]), row["entity_id"], row["clicks"]) for row in rows(page)] == [
        ("2026-10-24", "F1:sms", 1),
        ("2026-10-26", "F1:sms", 2),
    ]
    assert page.campaigns["objective"].to_pylist() == ["FLOW"]


def test_series_that_do_not_match_the_days_are_refused() -> None:
    page = normalised("flow_series", flow(clicks=[1.0, 2.0]))
    assert (len(page.entries), len(page.rejections)) == (0, 1)


def orders(dimensions: list[str], **measurements: list[float]) -> dict[str, Any]:
    """As the aggregates write midnights of Berlin, on both sides of the end of summer time."""
    days = ["2026-10-24T22:00:00+00:00", "2026-10-25T23:00:00+00:00"]
    data = [{"dimensions": dimensions, "measurements": measurements}]
    return {"data": {"attributes": {"dates": days, "data": data}}}


def test_orders_by_their_own_day_fill_no_column_and_are_kept() -> None:
    body = orders(["M1"], count=[2.0, 1.0], unique=[1.0, 1.0], sum_value=[10.5, 99.95])
    owners = {"M1": ["C1", "email", "Weekend"]}
    found = rows(normalised("orders_by_message", body, messages=owners))
    assert [(str(row["date"]), row["entity_id"], row["date_basis"]) for row in found] == [
        ("2026-10-25", "C1:email", "EVENT"),
        ("2026-10-26", "C1:email", "EVENT"),
    ]
    assert {(row["conversions"], row["conversion_value"], row["spend"]) for row in found} == {
        (None, None, None)
    }
    assert orjson.loads(found[1]["actions"]) == {
        "orders": 1,
        "customers": 1,
        "revenue": "99.95",
        "messages": ["M1"],
    }


@pytest.mark.parametrize(("dimension", "entity"), [("", "unattributed"), ("M9", "M9")])
def test_orders_of_no_known_campaign_stand_by_themselves(dimension: str, entity: str) -> None:
    body = orders([dimension], count=[2.0, 0.0], unique=[1.0, 0.0], sum_value=[10.5, 0.0])
    (found,) = rows(normalised("orders_by_message", body))
    assert (found["entity_id"], found["campaign"], found["channel"]) == (entity, None, "Unassigned")


def test_all_orders_are_the_account_s_and_a_day_without_any_is_told() -> None:
    body = orders([], count=[2.0, 0.0], unique=[1.0, 0.0], sum_value=[10.5, 0.0])
    found = rows(normalised("all_orders", body, entity_id="SB1001"))
    assert [(row["level"], row["entity_id"], row["date_basis"]) for row in found] == [
        ("ACCOUNT", "SB1001", "EVENT")
    ] * 2
    assert orjson.loads(found[1]["actions"]) == {"orders": 0, "customers": 0, "revenue": "0"}


def test_a_list_of_campaigns_has_names_and_no_records() -> None:
    listed = [
        {"id": "C1", "attributes": {"name": "Weekend", "status": "Sent"}},
        {"id": "C2", "attributes": {"name": "a\x00b"}},
        {"attributes": {}},
        7,
    ]
    page = normalised("campaigns", {"data": listed})
    named = page.campaigns.select(["campaign_id", "name", "status"]).to_pylist()
    assert named == [
        {"campaign_id": "C1", "name": "Weekend", "status": "Sent"},
        {"campaign_id": "C2", "name": None, "status": None},
    ]
    assert page.fetched == 0


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"errors": []}'])
def test_a_page_that_is_no_answer_cannot_be_read(body: bytes) -> None:
    with pytest.raises(BadInput):
        normalised("campaign_values", body)
