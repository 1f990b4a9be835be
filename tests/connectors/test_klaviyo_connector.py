from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
import structlog

from connectors.base import Connector
from connectors.klaviyo.connector import open_connector
from connectors.klaviyo.limits import Pacer
from connectors.registry import normalise_page
from core.errors import BadInput, ConfigError, Terminal, Transient
from core.records.connections import Level, Source
from core.records.ingestion import RawPage
from core.settings import Settings
from core.units import DateRange
from tests.connectors.klaviyo_reading import KEY, WEEK, connected, pages_of, reading, shop
from tests.connectors.stand_in import FakeTime, Network, Opening, StandIn
from tests.connectors.suite import ConnectorSuite
from transform.normalise.context import PageContext

REPORTS = {"campaign_values", "flow_series", "orders_by_message", "all_orders"}


class TestKlaviyoConnector(ConnectorSuite):
    source = Source("KLAVIYO")
    tells_totals = False
    account = shop()
    empty_account = shop(1003, zone="Europe/Paris")
    foreign_account = shop(1005, currency="JPY", zone="Asia/Tokyo")
    unknown_account = shop(4242)
    credentials = {"api_key": KEY}  # noqa: RUF012 -- never changed
    credential_field = "apiKey"
    expired = {"api_key": "pk_sandbox_expired"}  # noqa: RUF012
    forbidden = {"api_key": "pk_sandbox_no_permission"}  # noqa: RUF012
    window = DateRange(date(2026, 10, 20), date(2026, 10, 26))
    limit_fault = "account_limit"
    drifted_field = "send_channel"

    def open(self, opening: Opening) -> Connector:
        """A key belongs to one account; the account that is none has a key of another."""
        of_another = opening.account in {self.empty_account, self.foreign_account}
        if of_another and opening.credentials == self.credentials:
            key = f"pk_sandbox_{opening.account.account_id.removeprefix('SB')}"
            opening = replace(opening, credentials={"api_key": key})
        return connected(opening)

    def rows(self, body: bytes) -> list[dict[str, object]]:
        attributes = orjson.loads(body)["data"]
        found = attributes["attributes"] if isinstance(attributes, dict) else {}
        if "date_times" in found:
            return [{**row, "days": found["date_times"]} for row in found["results"]]
        if "dates" in found:
            return [{**row, "days": found["dates"]} for row in found["data"]]
        return list(found.get("results", ()))

    def with_unknown_field(self, body: bytes) -> bytes:
        return body.replace(b'{"data":', b'{"field_of_tomorrow":[1],"data":', 1)

    def drifted(self, body: bytes) -> bytes:
        return body.replace(b'"send_channel":', b'"channel":', 1)

    async def test_an_empty_account_is_one_empty_page(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        """Here: one empty page for each question."""
        async with self.opened(stand_in, fake_time, self.empty_account) as connector:
            pages = await self.read(connector)
        assert [row for page in pages for row in self.rows(page.body)] == []
        assert [page.stream for page in pages if page.stream in REPORTS] == (
            ["campaign_values"] * 7 + ["flow_series", "orders_by_message", "all_orders"]
        )
        assert pages[-1].checkpoint is None

    async def test_pages_are_kept_as_they_were_sent(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        """But for the site's public key: it is no secret, yet is called like one."""
        network = Network()
        async with self.opened(stand_in, fake_time, self.empty_account, network=network) as it:
            pages = await self.read(it)
        public = b'"public_api_key":"SB1003"', b'"public_api_key":"REDACTED"'
        assert [page.body for page in pages] == [body.replace(*public) for body in network.bodies]


def entries_of(pages: list[RawPage], context: PageContext) -> list[dict[str, Any]]:
    found = []
    for page in pages:
        layout = page.request["layout"]
        assert isinstance(layout, dict)
        told = replace(context, options=layout)
        made = normalise_page(Source("KLAVIYO"), page.stream, page.media_type, page.body, told)
        assert not made.rejections
        found += made.entries.to_pylist()
    return found


@pytest.mark.parametrize("level", [Level.CAMPAIGN, Level.AD])
@pytest.mark.parametrize(
    ("number", "currency", "zone"),
    [(1001, "EUR", "Europe/Berlin"), (1005, "JPY", "Asia/Tokyo")],
)
async def test_what_is_read_and_normalised_is_the_truth(  # noqa: PLR0917
    stand_in: StandIn, fake_time: FakeTime, level: Level, number: int, currency: str, zone: str
) -> None:
    whom = shop(number, level, currency, zone)
    async with reading(stand_in, fake_time, whom) as connector:
        pages = await pages_of(connector)
    entries = entries_of(pages, PageContext(whom.account_id, currency, zone, level))
    truth = stand_in.truth(
        f"{whom.account_id}&platform=klaviyo", level.value.lower(), f"{WEEK.since}", f"{WEEK.until}"
    )
    found = {
        (str(row["date"]), row["entity_id"]): (
            row["spend"],
            row["clicks"],
            row["conversions"],
            row["conversion_value"],
            orjson.loads(row["actions"])["delivered"],
        )
        for row in entries
        if row["date_basis"] == "SEND"
    }
    expected = {
        (row["date"], row["id"]): (
            None if row["spend"] is None else Decimal(row["spend"]),
            row["clicks"],
            Decimal(row["conversions"]),
            Decimal(row["conversion_value"]),
            row["delivered"],
        )
        for row in truth["rows"]
    }
    assert found == expected
    assert len(found) >= 25
    assert {spend for spend, *_ in found.values()} > {None}
    _check_orders(entries, truth["orders"])


def _check_orders(entries: list[dict[str, Any]], truth: list[dict[str, Any]]) -> None:
    """Orders by their own day stand in `actions` only: no column counts an order twice."""
    by_event = [row for row in entries if row["date_basis"] == "EVENT"]
    assert {(row["conversions"], row["conversion_value"]) for row in by_event} == {(None, None)}
    whole = {
        str(row["date"]): orjson.loads(row["actions"])
        for row in by_event
        if row["level"] == "ACCOUNT"
    }
    credited = [
        (str(row["date"]), orjson.loads(row["actions"]))
        for row in by_event
        if row["level"] != "ACCOUNT" and row["entity_id"] != "unattributed"
    ]
    for day in truth:
        own = [kept for on, kept in credited if on == day["date"]]
        assert whole[day["date"]]["orders"] == day["orders"] > 0
        assert Decimal(whole[day["date"]]["revenue"]) == Decimal(day["revenue"])
        assert sum(kept["orders"] for kept in own) == day["attributed_orders"]
        assert sum(Decimal(kept["revenue"]) for kept in own) == Decimal(day["attributed_revenue"])
    assert len(whole) == len(truth) == 7


async def test_each_call_of_campaign_values_is_about_one_closed_day(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    """At noon UTC of 20 November it is the 21st nowhere, and the 20th is not over in Berlin."""
    window = DateRange(date(2026, 11, 16), date(2026, 11, 22))
    async with reading(stand_in, fake_time) as connector:
        pages = await pages_of(connector, window)
    asked: list[Any] = [page.request["content"] for page in pages if page.stream in REPORTS]
    frames = [each["data"]["attributes"].get("timeframe") for each in asked]
    assert frames == [
        *(
            {"start": f"2026-11-{day}T00:00:00", "end": f"2026-11-{day}T23:59:59"}
            for day in range(16, 20)
        ),
        {"start": "2026-11-16T00:00:00", "end": "2026-11-19T23:59:59"},
        None,
        None,
    ]


async def test_a_window_without_a_closed_day_asks_for_no_figures(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    window = DateRange(date(2026, 11, 20), date(2026, 11, 22))
    async with reading(stand_in, fake_time) as connector:
        pages = await pages_of(connector, window)
    assert not {page.stream for page in pages} & REPORTS
    assert [page.checkpoint for page in pages[-1:]] == [None]


async def test_a_reading_that_goes_on_tomorrow_keeps_to_the_days_it_began_with(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    window = DateRange(date(2026, 11, 16), date(2026, 11, 22))
    async with reading(stand_in, fake_time) as connector:
        pages = await pages_of(connector, window)
    later = datetime(2026, 11, 24, 12, tzinfo=UTC)
    async with reading(stand_in, fake_time, now=later) as connector:
        rest = [page async for page in connector.pages(window, pages[-4].checkpoint)]
    assert [page.request for page in rest] == [page.request for page in pages[-3:]]
    assert [page.body for page in rest] == [page.body for page in pages[-3:]]


async def test_a_spent_day_is_for_the_worker_to_wait_out(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    stand_in.fail_next("daily_limit")
    async with reading(stand_in, fake_time) as connector:
        with pytest.raises(Transient) as caught:
            await pages_of(connector)
    assert caught.value.retry_after_seconds == 73_473
    assert fake_time.sleeps == []


async def test_the_documented_quota_holds_until_an_answer_tells_another(
    fake_time: FakeTime,
) -> None:
    pacer = Pacer(fake_time.clock())
    for _ in range(3):
        await pacer.turn("campaign-values-reports")
    assert fake_time.sleeps == [1, 59]
    await pacer.turn("flow-series-reports")
    assert fake_time.sleeps == [1, 59]
    told = {"ratelimit-limit": "5, 5;w=1, 10;w=60, 12;w=86400"}
    pacer.learn("campaign-values-reports", told)
    for _ in range(9):
        await pacer.turn("campaign-values-reports")
    with pytest.raises(Transient) as caught:
        await pacer.turn("campaign-values-reports")
    assert caught.value.retry_after_seconds is not None
    assert caught.value.retry_after_seconds > 86_000
    assert fake_time.seconds < 200


async def test_a_key_of_another_account_or_currency_is_refused_before_any_figure(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    for whom, field in ((shop(currency="USD"), "currency"), (shop(zone="Europe/Rome"), "timeZone")):
        network = Network()
        async with reading(stand_in, fake_time, whom, network) as connector:
            with pytest.raises(ConfigError) as caught:
                await pages_of(connector)
        assert caught.value.field == field
        assert len(network.requests) == 1


@pytest.mark.parametrize("revision", ["2024-02-15", "2026-10-14", "soon"])
async def test_a_revision_that_is_not_served_names_the_setting(
    stand_in: StandIn, fake_time: FakeTime, revision: str
) -> None:
    opening = Opening(shop(), {"api_key": KEY}, stand_in, fake_time, Network())
    with pytest.raises(ConfigError) as caught:
        async with aclosing(connected(opening, revision=revision)) as connector:
            await connector.check()
    assert caught.value.field == "LIFTOS_KLAVIYO_REVISION"


async def test_a_retiring_revision_is_warned_of_once(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    late = datetime(2028, 8, 1, tzinfo=UTC)
    async with reading(stand_in, fake_time, now=late) as connector:
        with structlog.testing.capture_logs() as events:
            await connector.check()
            await connector.check()
    assert [(each["event"], each["sunset"]) for each in events] == [
        ("klaviyo_revision_retiring", "2028-10-15")
    ]


async def test_campaigns_on_two_pages_are_refused_where_they_would_be_added_up(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    stand_in.control("limits", {"max_page": 4})
    async with reading(stand_in, fake_time) as connector:
        with pytest.raises(Terminal) as caught:
            await pages_of(connector)
    assert caught.value.field == "level"
    whom = shop(level=Level.AD)
    async with reading(stand_in, fake_time, whom) as connector:
        small = await pages_of(connector)
    stand_in.mend()
    async with reading(stand_in, fake_time, whom) as connector:
        large = await pages_of(connector)
    context = PageContext("SB1001", "EUR", "Europe/Berlin", Level.AD)
    assert len(small) > len(large)
    assert _facts(entries_of(small, context)) == _facts(entries_of(large, context))


def _facts(entries: list[dict[str, Any]]) -> list[str]:
    return sorted(repr({**entry, "position": 0}) for entry in entries)


def test_what_cannot_be_read_is_refused_when_opened() -> None:
    with pytest.raises(BadInput) as caught:
        open_connector(shop(level=Level.AD_SET), {"api_key": KEY}, Settings())
    assert caught.value.field == "level"
    with pytest.raises(ConfigError) as refused:
        open_connector(shop(), {"api_key": " "}, Settings())
    assert refused.value.field == "apiKey"


async def test_a_key_that_was_sealed_as_an_access_token_still_opens(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    earlier = {"access_token": KEY}
    connector = connected(Opening(shop(), earlier, stand_in, fake_time, Network()))
    assert (await connector.check()).currency == "EUR"
    await connector.aclose()
