from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import orjson
import pytest

from connectors.base import Connector
from connectors.registry import ConnectorAccount, normalise_page
from core.errors import BadInput, Bug, ConfigError, Transient
from core.records.connections import Breakdown, Level, Source
from core.units import DateRange
from tests.connectors.google_reading import (
    AGENCY,
    OCTOBER,
    connected,
    customer,
    queries,
    reading,
    rows,
    service_account,
    user,
)
from tests.connectors.stand_in import FakeTime, Network, Opening, StandIn
from tests.connectors.suite import ConnectorSuite
from transform.normalise.context import PageContext


class TestGoogleAdsConnector(ConnectorSuite):
    source = Source("GOOGLE_ADS")
    account = customer()
    empty_account = customer(1002002003, zone="Europe/Paris")
    foreign_account = customer(1002002005, currency="JPY", zone="Asia/Tokyo")
    unknown_account = customer(4242424242)
    credentials = AGENCY
    expired = user("revoked")
    forbidden = user("nobody")
    window = OCTOBER
    drifted_field = "segments.date"
    limit_fault = "account_limit"
    credential_field = "refreshToken"
    expiry = ("expired_token", "none", "expired_token")

    def open(self, opening: Opening) -> Connector:
        return connected(opening)

    def rows(self, body: bytes) -> list[dict[str, object]]:
        return rows(body)

    def with_unknown_field(self, body: bytes) -> bytes:
        return body.replace(b'"results":[{', b'"results":[{"field_of_tomorrow":[1],')

    def drifted(self, body: bytes) -> bytes:
        return body.replace(b'"date":', b'"day":', 1)

    def secrets(self, network: Network) -> list[str]:
        sent = [request.headers.get("authorization", "") for request in network.requests]
        given = [self.credentials[name] for name in ("refresh_token", "client_secret")]
        return [*given, *{header for header in sent if header}]

    async def test_an_empty_account_is_one_empty_page(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        """One for each slice of days, that is."""
        async with self.opened(stand_in, fake_time, self.empty_account) as connector:
            pages = await self.read(connector)
        assert [self.rows(page.body) for page in pages] == [[], [], []]
        assert pages[-1].checkpoint is None

    async def test_pages_are_kept_as_they_were_sent(
        self, stand_in: StandIn, fake_time: FakeTime
    ) -> None:
        """Both answers stand in a page byte for byte."""
        network = Network()
        async with self.opened(stand_in, fake_time, network=network) as connector:
            pages = await self.read(connector)
        _token, *answers = network.bodies
        pairs = zip(answers[::2], answers[1::2], strict=True)
        assert [page.body for page in pages] == [
            b'{"metrics":%b,"conversions":%b}' % pair for pair in pairs
        ]


class TestGoogleAdsByDevice(TestGoogleAdsConnector):
    account = replace(customer(), breakdown=Breakdown.DEVICE)


@pytest.mark.parametrize("level", list(map(Level, Source("GOOGLE_ADS").manifest.levels)))
@pytest.mark.parametrize(
    ("number", "currency"), [(1002002001, "EUR"), (1002002005, "JPY"), (1002002002, "USD")]
)
async def test_what_is_read_and_normalised_is_the_truth(
    stand_in: StandIn, fake_time: FakeTime, level: Level, number: int, currency: str
) -> None:
    """October has the day on which Berlin's clocks go back."""
    whom = customer(number, level, currency)
    context = PageContext(whom.account_id, currency, whom.time_zone, level)
    async with reading(stand_in, fake_time, whom) as connector:
        pages = [page async for page in connector.pages(OCTOBER, None)]
    normalised = [
        normalise_page(Source("GOOGLE_ADS"), page.stream, page.media_type, page.body, context)
        for page in pages
    ]
    names = {Level.AD_SET: "adset"}
    truth = stand_in.truth(
        whom.account_id,
        names.get(level, level.value.lower()),
        "2026-10-01",
        "2026-10-30",
        "google_ads",
    )
    columns = ("spend", "impressions", "clicks", "conversions", "conversion_value")
    found = {
        (str(row["date"]), row["entity_id"]): tuple(row[name] for name in columns)
        for each in normalised
        for row in each.entries.to_pylist()
    }
    figures = ("spend", "impressions", "clicks", "purchases", "purchase_value")
    expected = {
        (row["date"], row["id"]): tuple(Decimal(row[name]) for name in figures)
        for row in truth["rows"]
    }
    assert found == expected
    assert len(found) >= 30
    assert any(row[3] % 1 for row in found.values())
    assert not any(each.rejections for each in normalised)


async def test_slices_go_from_the_oldest_on_and_are_asked_two_things_each(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    network = Network()
    async with reading(stand_in, fake_time, network=network) as connector:
        pages = [page async for page in connector.pages(OCTOBER, None)]
    asked = queries(network)
    assert [query.partition("BETWEEN ")[2] for query in asked[::2]] == [
        "'2026-10-01' AND '2026-10-10'",
        "'2026-10-11' AND '2026-10-20'",
        "'2026-10-21' AND '2026-10-30'",
    ]
    assert ["segments.conversion_action_category" in query for query in asked] == [False, True] * 3
    assert [page.checkpoint for page in pages] == [
        {"since": "2026-10-11"},
        {"since": "2026-10-21"},
        None,
    ]
    assert pages[0].request["metrics"] == {
        "method": "POST",
        "path": "/v26/customers/1002002001/googleAds:searchStream",
        "params": {},
        "content": {"query": asked[0]},
    }


async def test_a_token_is_used_until_it_expires_and_then_renewed(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    network = Network()
    async with reading(stand_in, fake_time, network=network) as connector:
        await connector.check()
        await connector.check()
        fake_time.seconds += 3_500
        await connector.check()
    asked = [request.url.path.rpartition("/")[2] for request in network.requests]
    search = "googleAds:searchStream"
    assert asked == ["token", search, search, "token", search]
    tokens = [request.headers.get("authorization") for request in network.requests]
    assert tokens[1] == tokens[2] != tokens[4]


async def test_a_token_that_google_no_longer_takes_is_renewed_once(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    stand_in.fail_next("none", "none", "expired_token")
    network = Network()
    async with reading(stand_in, fake_time, network=network) as connector:
        pages = [page async for page in connector.pages(OCTOBER, None)]
    assert len(pages) == 3
    assert [r.url.path for r in network.requests].count("/token") == 2
    assert fake_time.sleeps == []


async def test_a_service_account_reads_as_a_user_does(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    key = service_account(stand_in)
    async with reading(stand_in, fake_time, credentials=key) as connector:
        facts = await connector.check()
        page = await anext(connector.pages(OCTOBER, None))
    assert (facts.name, facts.currency) == ("Northwind Outfitters", "EUR")
    assert orjson.loads(key["service_account_key"])["private_key"][30:60] not in repr(page)


@pytest.mark.parametrize(
    ("credentials", "field"),
    [
        ({}, "refreshToken"),
        (user("manager", client_secret=" "), "refreshToken"),
        ({"service_account_key": "{}"}, "serviceAccountKey"),
        ({"service_account_key": "no json"}, "serviceAccountKey"),
    ],
)
async def test_credentials_that_cannot_be_used_are_named_without_their_values(
    stand_in: StandIn, fake_time: FakeTime, credentials: dict[str, str], field: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        async with reading(stand_in, fake_time, credentials=credentials):
            pytest.fail("it was opened")
    assert caught.value.field == field
    assert caught.value.mend


async def test_a_key_that_signs_nothing_and_a_wrong_client_are_named(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    broken = orjson.dumps({"client_email": "a@b", "private_key": "-----BEGIN"}).decode()
    for credentials, field in (
        ({"service_account_key": broken}, "serviceAccountKey"),
        (user("manager", client_secret="another"), "clientSecret"),
    ):
        async with reading(stand_in, fake_time, credentials=credentials) as connector:
            with pytest.raises(ConfigError) as caught:
                await connector.check()
        assert caught.value.field == field


async def test_a_managed_account_needs_its_manager(stand_in: StandIn, fake_time: FakeTime) -> None:
    whom = customer(1002002004, currency="GBP", zone="Europe/London")
    through = user("1002002004", login_customer_id="100-200-9000")
    async with reading(stand_in, fake_time, whom, through) as connector:
        assert (await connector.check()).currency == "GBP"
    async with reading(stand_in, fake_time, whom, user("1002002004")) as connector:
        with pytest.raises(ConfigError) as caught:
            await connector.check()
    assert caught.value.field == "accountId"
    assert "loginCustomerId" in str(caught.value.mend)


async def test_a_retired_version_names_the_setting_and_an_older_one_answers(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    async with reading(stand_in, fake_time, google_ads_api_version="v23") as connector:
        assert (await connector.check()).currency == "EUR"
    for version in ("v22", "v99"):
        async with reading(stand_in, fake_time, google_ads_api_version=version) as connector:
            with pytest.raises(ConfigError) as caught:
                await connector.check()
        assert caught.value.field == "LIFTOS_GOOGLE_ADS_API_VERSION"


async def test_a_quota_that_recovers_too_late_is_left_to_a_later_run(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    stand_in.control("limits", {"calls_per_hour": 2})
    async with reading(stand_in, fake_time) as connector:
        with pytest.raises(Transient) as caught:
            [page async for page in connector.pages(OCTOBER, None)]
    assert 3_000 < (caught.value.retry_after_seconds or 0) <= 3_600
    assert fake_time.sleeps == []


async def test_a_query_that_google_does_not_accept_is_our_own_fault(
    stand_in: StandIn, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "SELECT customer.favourite_colour FROM customer"
    monkeypatch.setattr("connectors.google_ads.connector.FACTS", query)
    async with reading(stand_in, fake_time) as connector:
        with pytest.raises(Bug, match="favourite_colour"):
            await connector.check()


async def test_what_is_no_customer_and_no_window_is_the_callers_matter(
    stand_in: StandIn, fake_time: FakeTime
) -> None:
    with pytest.raises(BadInput) as caught:
        async with reading(
            stand_in,
            fake_time,
            ConnectorAccount("shop", "EUR", "Europe/Berlin", Level.CAMPAIGN, 30),
        ):
            pytest.fail("it was opened")
    assert caught.value.field == "accountId"
    async with reading(stand_in, fake_time) as connector:
        with pytest.raises(BadInput):
            await anext(connector.pages(None, None))


async def test_a_single_day_is_one_page(stand_in: StandIn, fake_time: FakeTime) -> None:
    day = DateRange(date(2026, 10, 25), date(2026, 10, 25))
    async with reading(stand_in, fake_time) as connector:
        pages = [page async for page in connector.pages(day, None)]
    assert [page.checkpoint for page in pages] == [None]
    assert {row["segments"]["date"] for row in rows(pages[0].body)} == {"2026-10-25"}
