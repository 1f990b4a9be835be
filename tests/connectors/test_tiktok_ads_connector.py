from __future__ import annotations

from datetime import date
from decimal import Decimal

import httpx2
import orjson
import pytest

from connectors.base import Connector
from connectors.http import HttpResponse
from connectors.registry import normalise_page
from connectors.tiktok_ads.connector import open_connector
from connectors.tiktok_ads.errors import judge
from core.errors import BadInput, ConfigError, LiftosError, Terminal, Transient
from core.jsonvalue import JSONObject
from core.records.connections import Level, Source
from core.settings import Settings
from core.units import DateRange
from tests.connectors.stand_in import FakeTime, Network, Opening, StandIn
from tests.connectors.suite import ConnectorSuite
from tests.connectors.tiktok_ads_reading import OCTOBER, advertiser, connected, reading, rows
from transform.normalise.context import PageContext


class TestTikTokAdsConnector(ConnectorSuite):
    source = Source("TIKTOK_ADS")
    account = advertiser(6, Level.AD, currency="USD", zone="America/Los_Angeles")
    empty_account = advertiser(3, zone="Europe/Paris")
    foreign_account = advertiser(5, currency="JPY", zone="Asia/Tokyo")
    unknown_account = advertiser(999)
    credentials = {"access_token": "sandbox-tiktok-agency"}  # noqa: RUF012 -- never changed
    expired = {"access_token": "sandbox-tiktok-of-nobody"}  # noqa: RUF012
    forbidden = {"access_token": "sandbox-tiktok-no-permission"}  # noqa: RUF012
    window = DateRange(date(2026, 10, 31), date(2026, 11, 4))
    """The clocks of Los Angeles are put back on its second day."""
    limit_fault = "account_limit"

    def open(self, opening: Opening) -> Connector:
        return connected(opening)

    def rows(self, body: bytes) -> list[dict[str, object]]:
        return rows(body)

    def with_unknown_field(self, body: bytes) -> bytes:
        return body.replace(b'"list":[{', b'"list":[{"field_of_tomorrow":[1],')

    def drifted(self, body: bytes) -> bytes:
        return body.replace(b'"stat_time_day":', b'"stat_day":', 1)

    drifted_field = "dimensions.stat_time_day"

    def secrets(self, network: Network) -> list[str]:
        return [network.requests[0].headers["access-token"]]


@pytest.mark.parametrize("level", list(map(Level, Source("TIKTOK_ADS").manifest.levels)))
@pytest.mark.parametrize(("number", "currency"), [(1, "EUR"), (5, "JPY")])
async def test_what_is_read_and_normalised_is_the_truth(
    stand_in: StandIn, fake_time: FakeTime, level: Level, number: int, currency: str
) -> None:
    """October has the day on which Berlin's clocks go back."""
    whom = advertiser(number, level, currency)
    context = PageContext(whom.account_id, currency, whom.time_zone, level)
    async with reading(stand_in, fake_time, whom) as connector:
        pages = [page async for page in connector.pages(OCTOBER, None)]
    normalised = [
        normalise_page(Source("TIKTOK_ADS"), page.stream, page.media_type, page.body, context)
        for page in pages
    ]
    name = {Level.AD_SET: "adset"}.get(level, level.value.lower())
    truth = stand_in.truth(whom.account_id, name, "2026-10-01", "2026-10-30", "tiktok_ads")
    columns = ("spend", "impressions", "clicks", "reach", "conversions", "conversion_value")
    found = {
        (str(row["date"]), row["entity_id"]): tuple(row[name] for name in columns)
        for each in normalised
        for row in each.entries.to_pylist()
    }
    figures = ("spend", "impressions", "clicks", "reach", "purchases", "purchase_value")
    assert found == {
        (row["date"], row["id"]): tuple(Decimal(row[name]) for name in figures)
        for row in truth["rows"]
    }
    assert len(found) >= 30
    assert not any(each.rejections for each in normalised)


async def test_an_ad_is_told_with_its_campaign(stand_in: StandIn, fake_time: FakeTime) -> None:
    whom = advertiser(level=Level.AD)
    context = PageContext(whom.account_id, whom.currency, whom.time_zone, Level.AD)
    async with reading(stand_in, fake_time, whom) as connector:
        pages = [page async for page in connector.pages(OCTOBER, None)]
    made = normalise_page(Source("TIKTOK_ADS"), "report", "", pages[0].body, context)
    campaigns = {row["campaign_id"]: row for row in made.campaigns.to_pylist()}
    first = rows(pages[0].body)[0]["metrics"]
    assert campaigns[first["campaign_id"]]["name"] == first["campaign_name"]
    assert campaigns[first["campaign_id"]]["objective"] == first["objective_type"]
    entry = made.entries.to_pylist()[0]
    assert (entry["channel"], entry["entity_name"]) == ("Paid Social", first["ad_name"])
    assert orjson.loads(entry["actions"])["complete_payment"] == first["complete_payment"]


async def test_the_request_kept_with_a_page_says_what_was_asked(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    async with reading(stand_in, fake_time) as connector:
        pages = [page async for page in connector.pages(OCTOBER, None)]
    request = pages[0].request
    params = request["params"]
    assert isinstance(params, dict)
    assert (request["method"], request["path"]) == ("GET", "/open_api/v1.3/report/integrated/get/")
    assert params["dimensions"] == '["campaign_id","stat_time_day"]'
    assert (params["start_date"], params["end_date"]) == ("2026-10-01", "2026-10-30")
    assert params["page_size"] == "1000"


def refused(code: int, status: int = 200) -> LiftosError | None:
    content: JSONObject = {"code": code, "message": "no", "request_id": "1", "data": {}}
    return judge(HttpResponse(status, httpx2.Headers(), orjson.dumps(content), content))


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        (40100, 200, Transient),
        (50000, 200, Transient),
        (50002, 500, Transient),
        (40102, 200, ConfigError),
        (40104, 200, ConfigError),
        (40105, 401, ConfigError),
        (40001, 200, ConfigError),
        (40002, 200, Terminal),
    ],
)
def test_a_code_has_its_meaning_whatever_the_status(
    code: int, status: int, expected: type[LiftosError]
) -> None:
    assert type(refused(code, status)) is expected


def test_answers_without_a_code_are_judged_by_their_status() -> None:
    def judged(status: int) -> LiftosError | None:
        return judge(HttpResponse(status, httpx2.Headers(), b"<html>", None))

    assert judged(200) is None
    assert refused(0) is None
    found = judged(429)
    assert isinstance(found, Transient)
    assert found.retry_after_seconds == 60
    assert isinstance(judged(502), Transient)
    assert isinstance(judged(403), Terminal)


async def test_a_version_that_is_not_served_names_the_setting(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    async with reading(stand_in, fake_time, version="v1.1") as connector:
        with pytest.raises(ConfigError) as caught:
            await connector.check()
    assert caught.value.field == "LIFTOS_TIKTOK_ADS_API_VERSION"


async def test_without_days_or_a_token_nothing_is_asked(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    async with reading(stand_in, fake_time) as connector:
        with pytest.raises(BadInput) as caught:
            await anext(aiter(connector.pages(None, None)))
    assert caught.value.field == "dates"
    with pytest.raises(ConfigError) as refused:
        open_connector(advertiser(), {}, Settings())
    assert refused.value.field == "accessToken"


@pytest.mark.parametrize("body", [b"no", b"[]", b'{"data": {}}', b'{"data": {"list": {}}}'])
def test_a_page_that_is_no_report_is_refused_as_a_whole(body: bytes) -> None:
    context = PageContext("7", "EUR", "UTC", Level.CAMPAIGN)
    with pytest.raises(BadInput):
        normalise_page(Source("TIKTOK_ADS"), "report", "application/json", body, context)
