"""Seasons from a tenant's own entries: estimated by a worker, versioned, read over the API."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from core.commands import ConnectSource, FileOptions, FileReading, StartIngestion
from core.records.connections import ConnectionRecord, Level, Source
from core.records.runs import RunStatus
from core.records.seasonality import SeasonalMetric
from core.scope import SystemScope, TenantScope
from core.settings import Settings
from graph.context import Context
from graph.schema import build_schema
from jobs.seasonality import estimate
from jobs.worker import work
from resolvers import seasonality
from resolvers.session import Session
from stores.wiring import Stores
from tests.support import (
    NewTenant,
    RunningWorker,
    SandboxAt,
    Services,
    ended,
    upload,
    worker_settings,
)

SCHEMA = build_schema()
FIRST = date(2023, 1, 1)
BY_DAY = np.array([1.2, 1.1, 1.0, 1.0, 1.0, 0.9, 0.8])
BY_DAY = BY_DAY / np.exp(np.log(BY_DAY).mean())
FLAT = np.full(7, 0.5)
ASK = """query(
  $metric: SeasonalMetric!, $channels: [String!], $series: [String!], $asOf: DateTime
) {
  seasonality(metric: $metric, channels: $channels, series: $series, asOf: $asOf) {
    metric channel series learnedAt
    periods { period cycles shrinkage method since until reason
      factors { season factor low high n } } } }"""


@dataclass(frozen=True)
class Shop:
    """A tenant with a FILE connection; worker and API are those of the suite."""

    stores: Stores
    scope: TenantScope
    connection: ConnectionRecord
    worker: RunningWorker
    address: str

    async def load(self, text: str, at: ConnectionRecord | None = None) -> None:
        connection = at or self.connection
        uploaded = await upload(self.stores, self.scope, "days.csv", text.encode())
        options = FileOptions(columns={}, reading=FileReading.COMPLETE)
        command = StartIngestion(connection.id, upload_id=uploaded.id, file=options)
        run = await self.stores.runs.start_ingestion(self.scope, command)
        async with self.worker(self.address):
            found = await ended(self.stores, self.scope, run.id)
        assert found.status is RunStatus.SUCCEEDED, found.error

    async def estimate(self) -> None:
        await self.stores.seasonality.request(self.scope)
        await estimate(self.stores, Settings(), self.scope, uuid4())

    async def ask(self, metric: str, **given: Any) -> list[dict[str, Any]]:
        context = Context(Session.open(self.scope, self.stores), "request-1")
        result = await SCHEMA.execute(ASK, {"metric": metric, **given}, context)
        assert result.errors is None, result.errors
        found: list[dict[str, Any]] = (result.data or {})["seasonality"]
        return found


@pytest.fixture
async def shop(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker, sandbox: SandboxAt
) -> Shop:
    tenant = await new_tenant(reporting_currency="EUR")
    connection = await stores.connections.create(tenant.scope, account(Level.CAMPAIGN))
    return Shop(stores, tenant.scope, connection, running_worker, sandbox.url)


def account(level: Level) -> ConnectSource:
    return ConnectSource(
        source=Source.FILE,
        account_id=f"of level {level}",
        name="Days",
        currency="EUR",
        time_zone="UTC",
        level=level,
        look_back_days=0,
    )


def rows(channel: str, days: int, by_day: np.ndarray, campaign: str = "") -> list[str]:
    """A day a line, 1,000 times what `by_day` says of its day of the week."""
    found = []
    for number in range(days):
        day = FIRST + timedelta(days=number)
        spend = 1000 * float(by_day[day.weekday()])
        found.append(f"{day},{channel},{campaign or channel},{spend:.2f},{round(spend * 10)}")
    return found


def csv(*parts: list[str]) -> str:
    head = "date,channel,campaign,spend,impressions"
    return "\n".join([head, *(line for part in parts for line in part)]) + "\n"


def factors(found: dict[str, Any], period: str) -> list[float | None]:
    (seasons,) = (each for each in found["periods"] if each["period"] == period)
    return [factor["factor"] for factor in seasons["factors"]]


async def test_seasons_are_those_of_the_entries_by_channel_and_together(shop: Shop) -> None:
    await shop.load(csv(rows("Paid Search", 200, BY_DAY), rows("Paid Social", 200, FLAT)))
    assert await shop.ask("SPEND") == []
    await shop.estimate()
    (search,) = await shop.ask("SPEND", channels=["Paid Search", "Nobody's"])
    assert (search["metric"], search["channel"], search["series"]) == ("SPEND", "Paid Search", None)
    assert factors(search, "DAY_OF_WEEK") == pytest.approx(BY_DAY, rel=1e-4)
    day, week, month, quarter = search["periods"]
    assert [each["period"] for each in search["periods"]] == [
        "DAY_OF_WEEK", "WEEK_OF_YEAR", "MONTH", "QUARTER",
    ]  # fmt: skip
    assert (day["method"], day["reason"], day["cycles"]) == ("LOG_RATIO", None, 28.57)
    assert (day["since"], day["until"]) == ("2023-01-01", "2023-07-19")
    assert {each["reason"] for each in (week, month, quarter)} == {
        "the history holds no full cycle"
    }
    assert set(factors(search, "MONTH")) == {None}
    (social,) = await shop.ask("SPEND", channels=["Paid Social"])
    assert factors(social, "DAY_OF_WEEK") == [1.0] * 7
    (together,) = await shop.ask("SPEND")
    mixed = (2 * BY_DAY + 1) / 3
    mixed = mixed / np.exp(np.log(mixed).mean())
    assert together["channel"] is None
    assert factors(together, "DAY_OF_WEEK") == pytest.approx(mixed, rel=1e-4)
    (shown,) = await shop.ask("IMPRESSIONS", channels=["Paid Search"])
    assert factors(shown, "DAY_OF_WEEK") == pytest.approx(BY_DAY, rel=1e-3)
    assert await shop.ask("ORDERS") == []


async def test_what_was_known_at_a_moment_stays_so(shop: Shop) -> None:
    await shop.load(csv(rows("Paid Search", 70, FLAT)))
    await shop.estimate()
    first = await shop.ask("SPEND")
    moment = first[0]["learnedAt"]
    before = datetime.fromisoformat(moment) - timedelta(microseconds=1)
    await shop.load(csv(rows("Paid Search", 70, BY_DAY)))
    await shop.estimate()
    second = await shop.ask("SPEND")
    assert factors(first[0], "DAY_OF_WEEK") == [1.0] * 7
    assert factors(second[0], "DAY_OF_WEEK") == pytest.approx(BY_DAY, rel=1e-4)
    assert second[0]["learnedAt"] > moment
    assert await shop.ask("SPEND", asOf=moment) == first
    assert await shop.ask("SPEND", asOf=before.isoformat()) == []


async def test_what_has_not_changed_is_not_kept_again(shop: Shop) -> None:
    await shop.load(csv(rows("Paid Search", 70, BY_DAY)))
    await shop.estimate()
    first = await shop.ask("SPEND")
    observed = await shop.stores.seasonal_days.observed(shop.scope)
    await shop.estimate()
    assert await shop.ask("SPEND") == first
    assert (await shop.stores.seasonal_days.observed(shop.scope)).as_of == observed.as_of


async def test_a_history_that_is_gone_is_unknown_and_not_as_it_was(shop: Shop) -> None:
    await shop.load(csv(rows("Paid Search", 70, BY_DAY, "spring")))
    await shop.estimate()
    await shop.load(csv(rows("Paid Social", 70, BY_DAY, "spring")))
    await shop.estimate()
    (gone,) = await shop.ask("SPEND", channels=["Paid Search"])
    assert {each["reason"] for each in gone["periods"]} == {"there is no history"}
    assert set(factors(gone, "DAY_OF_WEEK")) == {None}


async def test_days_that_were_not_read_are_unknown_and_not_zero(shop: Shop) -> None:
    whole = rows("Paid Search", 140, BY_DAY)
    await shop.load(csv(whole[:63]))
    await shop.load(csv(whole[77:]))
    await shop.estimate()
    (found,) = await shop.ask("SPEND")
    (seasons,) = (each for each in found["periods"] if each["period"] == "DAY_OF_WEEK")
    assert (seasons["method"], seasons["cycles"]) == ("LOG_RATIO", 18.0)
    assert factors(found, "DAY_OF_WEEK") == pytest.approx(BY_DAY, rel=1e-4)


async def test_a_kpi_series_of_weeks_says_its_months_and_nothing_of_days(shop: Shop) -> None:
    lines = ["date,revenue,tv_S"]
    for week in range(120):
        day = FIRST + timedelta(days=1 + 7 * week)
        usual = 1.5 if day.month in {11, 12} else 1.0
        lines.append(f"{day},{7000 * usual},{700 + week % 2}")
    series = await shop.stores.connections.create(shop.scope, account(Level.SERIES))
    await shop.load("\n".join(lines) + "\n", series)
    await shop.estimate()
    (found,) = await shop.ask("SERIES")
    assert (found["metric"], found["series"], found["channel"]) == ("SERIES", "revenue", None)
    reasons = {each["period"]: each["reason"] for each in found["periods"]}
    assert reasons == {
        "DAY_OF_WEEK": "the figures cover 7 days each",
        "WEEK_OF_YEAR": None,
        "MONTH": None,
        "QUARTER": None,
    }
    by_month = [each or 0.0 for each in factors(found, "MONTH")]
    assert sorted(range(12), key=lambda month: by_month[month])[-2:] in ([10, 11], [11, 10])
    assert by_month[11] / by_month[5] == pytest.approx(1.5, rel=0.05)
    assert await shop.ask("SERIES", series=["nothing"]) == []
    (spent,) = await shop.ask("SPEND")
    assert factors(spent, "MONTH") == pytest.approx([1.0] * 12, rel=0.01)


async def test_a_channel_of_a_series_and_a_series_of_spend_are_refused(shop: Shop) -> None:
    context = Context(Session.open(shop.scope, shop.stores), "request-1")
    for given, field, mend in (
        ({"metric": "SERIES", "channels": ["x"]}, "channels", "name it in series instead"),
        ({"metric": "SPEND", "series": ["x"]}, "series", "ask for the metric SERIES"),
    ):
        result = await SCHEMA.execute(ASK, given, context)
        assert result.errors is not None
        extensions = result.errors[0].extensions or {}
        assert (extensions["code"], extensions["field"]) == ("BAD_USER_INPUT", field)
        assert extensions["mend"] == mend


async def test_a_worker_estimates_when_it_is_asked_to(
    services: Services, sandbox: SandboxAt, shop: Shop
) -> None:
    await shop.load(csv(rows("Paid Search", 70, BY_DAY)))
    session = Session.open(shop.scope, shop.stores)
    assert await seasonality.estimation(session) is None
    waiting = await seasonality.estimate(session, 0)
    assert (waiting.is_waiting, waiting.estimated_at) == (True, None)
    assert waiting.requested_by == "user:test"
    stop = asyncio.Event()
    task = asyncio.create_task(
        work(worker_settings(sandbox.url), services.logins, shop.stores, stop)
    )
    try:
        done = await seasonality.estimate(session, 30)
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)
    assert not done.is_waiting
    assert done.estimated_at is not None
    found = await seasonality.seasons(session, SeasonalMetric.SPEND, [], [], None)
    assert [each.key.channel for each in found] == [None]


async def test_upkeep_asks_for_it_once_a_day_where_data_has_changed(shop: Shop) -> None:
    await shop.load(csv(rows("Paid Search", 70, BY_DAY)))
    reason = SystemScope(reason="test", actor="worker")
    store = shop.stores.seasonality

    async def waits() -> bool:
        await store.request_due(reason)
        found = await store.estimation(shop.scope)
        return found is not None and found.is_waiting

    assert not await waits()  # data has only just moved
    await moved(shop, datetime.now(UTC) - timedelta(hours=1))
    assert await waits()
    await estimate(shop.stores, Settings(), shop.scope, uuid4())
    await moved(shop, datetime.now(UTC) - timedelta(hours=1))
    assert not await waits()  # the last one is no day old
    async with shop.stores.database.write(shop.scope) as connection:
        await connection.execute(
            "UPDATE seasonality_estimation SET estimated_at = estimated_at - interval '1 day', "
            "looked_at = looked_at - interval '1 day'"
        )
    assert await waits()


async def moved(shop: Shop, moment: datetime) -> None:
    async with shop.stores.database.write(shop.scope) as connection:
        await connection.execute("UPDATE data_clock SET learned_at = $1", moment)


async def test_another_tenant_knows_nothing_of_it(shop: Shop, new_tenant: NewTenant) -> None:
    await shop.load(csv(rows("Paid Search", 70, BY_DAY)))
    await shop.estimate()
    stranger = await new_tenant()
    session = Session.open(stranger.scope, shop.stores)
    assert await seasonality.seasons(session, SeasonalMetric.SPEND, [], [], None) == ()
    assert await seasonality.estimation(session) is None
