from __future__ import annotations

import hmac
from datetime import date
from decimal import Decimal
from hashlib import sha256

import orjson
import pytest
import structlog

from connectors.base import Connector
from connectors.registry import normalise_page
from core.errors import BadInput, ConfigError, Transient
from core.records.connections import Level, Source
from core.units import DateRange
from tests.connectors.meta_reading import OCTOBER, ad_account, connected, read, reading
from tests.connectors.stand_in import APP_SECRET, FakeTime, Network, Opening, StandIn
from tests.connectors.suite import ConnectorSuite
from transform.normalise.context import PageContext


class TestMetaConnector(ConnectorSuite):
    source = Source("META_ADS")
    account = ad_account(1900, zone="America/Los_Angeles")
    empty_account = ad_account(1003)
    foreign_account = ad_account(1005, currency="JPY", zone="Asia/Tokyo")
    unknown_account = ad_account(4242)
    credentials = {"access_token": "sandbox-system-user"}  # noqa: RUF012 -- never changed
    expired = {"access_token": "sandbox-expired"}  # noqa: RUF012
    forbidden = {"access_token": "sandbox-no-permission"}  # noqa: RUF012
    window = DateRange(date(2026, 10, 26), date(2026, 11, 4))
    drifted_field = "date_start"
    limit_fault = "account_limit"

    def open(self, opening: Opening) -> Connector:
        return connected(opening)

    def rows(self, body: bytes) -> list[dict[str, object]]:
        found: list[dict[str, object]] = orjson.loads(body)["data"]
        return found

    def with_unknown_field(self, body: bytes) -> bytes:
        return body.replace(b'"data":[{', b'"data":[{"field_of_tomorrow":[1],')

    def drifted(self, body: bytes) -> bytes:
        return body.replace(b'"date_start":', b'"day_start":', 1)


@pytest.mark.parametrize("level", list(map(Level, Source("META_ADS").manifest.levels)))
@pytest.mark.parametrize(("number", "currency"), [(1001, "EUR"), (1005, "JPY")])
async def test_what_is_read_and_normalised_is_the_truth(
    stand_in: StandIn, fake_time: FakeTime, level: Level, number: int, currency: str
) -> None:
    whom = ad_account(number, level, currency)
    context = PageContext(whom.account_id, currency, whom.time_zone, level)
    async with reading(stand_in, fake_time, whom) as connector:
        pages = [page async for page in connector.pages(OCTOBER, None)]
    normalised = [
        normalise_page(Source("META_ADS"), page.stream, page.media_type, page.body, context)
        for page in pages
    ]
    names = {Level.AD_SET: "adset"}
    truth = stand_in.truth(
        whom.account_id, names.get(level, level.value.lower()), "2026-10-01", "2026-10-30"
    )
    found = {
        (str(row["date"]), row["entity_id"]): (
            row["spend"],
            row["impressions"],
            row["clicks"],
            row["link_clicks"],
            row["reach"],
            row["conversions"],
            row["conversion_value"],
        )
        for each in normalised
        for row in each.entries.to_pylist()
    }
    expected = {
        (row["date"], row["id"].removeprefix("act_")): (
            Decimal(row["spend"]),
            row["impressions"],
            row["clicks"],
            row["link_clicks"],
            row["reach"],
            Decimal(row["purchases"]),
            Decimal(row["purchase_value"]),
        )
        for row in truth["rows"]
    }
    assert found == expected
    assert len(found) >= 30
    assert not any(each.rejections for each in normalised)


async def test_the_token_travels_as_a_header_and_its_proof_as_a_parameter(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    network = Network()
    async with reading(stand_in, fake_time, network=network) as connector:
        await read(connector, OCTOBER)
    proof = hmac.new(APP_SECRET.encode(), b"sandbox-system-user", sha256).hexdigest()
    for request in network.requests:
        assert request.headers["authorization"] == "Bearer sandbox-system-user"
        assert request.url.params["appsecret_proof"] == proof
        assert "access_token" not in request.url.params


async def test_the_request_kept_with_a_page_says_what_was_asked(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    async with reading(stand_in, fake_time) as connector:
        pages = [page async for page in connector.pages(OCTOBER, None)]
    request = pages[0].request
    params = request["params"]
    assert isinstance(params, dict)
    assert (request["method"], request["path"]) == ("GET", "/v26.0/act_1001/insights")
    assert params["time_range"] == '{"since":"2026-10-01","until":"2026-10-30"}'
    assert params["time_increment"] == "1"
    assert params["action_attribution_windows"] == '["1d_click","7d_click","28d_click","1d_view"]'
    assert set(params) == {
        "level", "time_increment", "time_range", "fields", "action_attribution_windows", "limit",
    }  # fmt: skip


async def test_a_quota_nearly_used_up_slows_down_before_it_is_refused(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    stand_in.control("limits", {"calls_per_hour": 10})
    network = Network()
    async with reading(stand_in, fake_time, network=network) as connector:
        for _ in range(9):
            await read(connector, OCTOBER)
        assert fake_time.sleeps == []
        await read(connector, OCTOBER)
        assert [round(pause) for pause in fake_time.sleeps] == [20]
        with pytest.raises(Transient) as caught:
            await read(connector, OCTOBER)
    assert caught.value.retry_after_seconds is not None
    assert 3_000 < caught.value.retry_after_seconds <= 3_600
    assert len(network.requests) == 10


async def test_a_retiring_version_is_warned_of_once(stand_in: StandIn, fake_time: FakeTime) -> None:
    async with reading(stand_in, fake_time, changes={"meta_api_version": "v24.0"}) as connector:
        with structlog.testing.capture_logs() as events:
            await read(connector, OCTOBER)
            await read(connector, OCTOBER)
    assert [(event["event"], event["log_level"]) for event in events] == [
        ("meta_api_version_retiring", "warning")
    ]
    assert "v26.0" in events[0]["warning"]


async def test_a_retired_version_and_a_wrong_app_secret_name_the_setting(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    for changes, field in (
        ({"meta_api_version": "v19.0"}, "LIFTOS_META_API_VERSION"),
        ({"meta_app_secret": "the-secret-of-another-app"}, "LIFTOS_META_APP_SECRET"),
    ):
        async with reading(stand_in, fake_time, changes=changes) as connector:
            with pytest.raises(ConfigError) as caught:
                await connector.check()
        assert caught.value.field == field


async def test_days_older_than_meta_keeps_are_the_callers_matter(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    async with reading(stand_in, fake_time) as connector:
        with pytest.raises(BadInput) as caught:
            await read(connector, DateRange(date(2020, 1, 1), date(2020, 1, 5)))
    assert caught.value.field == "dates"
