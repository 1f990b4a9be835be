"""Features by hand: every value counted from the rows that runs brought, at its moment."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.features import Uses
from graph.context import Context
from graph.ids import CAMPAIGN, CONNECTION
from graph.schema import LiftosSchema, build_schema
from loaders.ports import Stores as Ports
from resolvers.session import Session
from stores.wiring import Stores
from tests.graph.counting import counted
from tests.jobs.by_hand import ByHand, Spends, by_hand
from tests.support import NewTenant, Services, rates_settled

CREATE = """mutation($view: FeatureViewInput!) { createFeatureView(view: $view) { __typename
  ... on FeatureViewPayload { view { name version currency retiredAt features { name } } }
  ... on UserError { code field message mend } } }"""
RETIRE = """mutation($name: String!, $version: Int!) {
  retireFeatureView(name: $name, version: $version) { __typename
  ... on FeatureViewPayload { view { version retiredAt } } ... on UserError { code field } } }"""
FEATURES = """query($view: String!, $version: Int, $entities: [ID!]!, $at: DateTime) {
  features(view: $view, version: $version, entities: $entities, at: $at) {
    at view { version } entities columns { feature values missing } } }"""
VIEWS = "{ featureViews { nodes { name version } } }"

NAMES = itertools.count(1)
WINDOWS = [
    {"name": "spend_3d", "metric": "SPEND", "aggregate": "SUM", "windowDays": 3},
    {"name": "mean_7d", "metric": "SPEND", "aggregate": "MEAN", "windowDays": 7},
    {"name": "last_7d", "metric": "SPEND", "aggregate": "LAST", "windowDays": 7},
    {"name": "today", "metric": "SPEND", "aggregate": "SUM", "windowDays": 1, "lagDays": 0},
    {"name": "before", "metric": "SPEND", "aggregate": "SUM", "windowDays": 3, "lagDays": 4},
    {"name": "cpm_3d", "metric": "CPM", "aggregate": "RATIO", "windowDays": 3},
    {"name": "clicks_3d", "metric": "CLICKS", "aggregate": "SUM", "windowDays": 3},
]


def view(**changes: Any) -> dict[str, Any]:
    given = {"name": f"view_{next(NAMES)}", "entity": "CAMPAIGN", "owner": "ada"}
    return given | {"features": WINDOWS} | changes


def ago(days: int) -> str:
    """A day before the present one at the account."""
    return (datetime.now(ZoneInfo("Europe/Berlin")).date() - timedelta(days=days)).isoformat()


@dataclass
class Desk:
    """An account whose rows are made up, and a caller of the API."""

    schema: LiftosSchema
    hand: ByHand
    uses: Uses | None = None
    ports: Ports | None = None

    async def ask(self, query: str, **variables: Any) -> Any:
        ports = self.ports or self.hand.stores
        context = Context(Session.open(self.hand.scope, ports, uses=self.uses), "request-1")
        result = await self.schema.execute(query, variables, context)
        assert result.errors is None, result.errors
        return result.data

    async def created(self, **changes: Any) -> str:
        made = (await self.ask(CREATE, view=view(**changes)))["createFeatureView"]
        assert made["__typename"] == "FeatureViewPayload", made
        return str(made["view"]["name"])

    async def features(
        self, name: str, entities: Sequence[str], at: str | None = None, **more: Any
    ) -> Any:
        return (await self.ask(FEATURES, view=name, entities=entities, at=at, **more))["features"]

    async def told(self, name: str, entity: str, at: str | None = None) -> Mapping[str, Any]:
        """What one entity has: a value, or why it has none."""
        found = await self.features(name, [entity], at)
        return {
            column["feature"]: column["values"][0] or column["missing"][0]
            for column in found["columns"]
        }

    async def reads(self, since: int, spends: Mapping[tuple[str, int], str]) -> str:
        """A run finds this spend of campaigns, so many days ago; the moment after it."""
        page: Spends = {(campaign, ago(days)): spend for (campaign, days), spend in spends.items()}
        await self.hand.read(ago(since), ago(0), [page])
        return await self.moment()

    async def moment(self) -> str:
        async with self.hand.stores.database.read(self.hand.scope) as connection:
            found: datetime = await connection.fetchval("SELECT clock_timestamp()")
        return found.isoformat()

    async def campaign(self, campaign_id: str) -> str:
        sql = "SELECT digest FROM campaign WHERE tenant_id = $1 AND campaign_id = $2"
        async with self.hand.stores.database.read(self.hand.scope) as connection:
            digest = await connection.fetchval(sql, self.hand.scope.tenant_id, campaign_id)
        return CAMPAIGN.encode(digest)


@pytest.fixture(scope="module")
def schema() -> LiftosSchema:
    return build_schema()


@pytest.fixture
async def desk(schema: LiftosSchema, stores: Stores, new_tenant: NewTenant) -> Desk:
    tenant = await new_tenant(reporting_currency="EUR")
    return Desk(schema, await by_hand(stores, tenant.scope))


FIRST = {("A", 0): "4", ("A", 1): "10", ("A", 2): "20", ("A", 3): "30", ("A", 5): "7"}
SECOND = {("B", 2): "5"}


async def test_every_aggregate_is_what_a_hand_counts(desk: Desk) -> None:
    await desk.reads(8, FIRST | SECOND)
    name = await desk.created()
    assert await desk.told(name, await desk.campaign("A")) == {
        "spend_3d": "60",
        "mean_7d": "16.75",
        "last_7d": "10",
        "today": "4",
        "before": "7",
        "cpm_3d": "2000",
        "clicks_3d": "NOT_MEASURED",
    }
    assert await desk.told(name, await desk.campaign("B")) == {
        "spend_3d": "5",
        "mean_7d": "5",
        "last_7d": "5",
        "today": "NO_ROWS",
        "before": "NO_ROWS",
        "cpm_3d": "500",
        "clicks_3d": "NOT_MEASURED",
    }


async def test_channels_and_connections_are_summed_over_their_campaigns(desk: Desk) -> None:
    await desk.reads(8, FIRST | SECOND)
    for entity, key in (
        ("CHANNEL", "Paid Social"),
        ("CONNECTION", CONNECTION.encode(desk.hand.connection.id)),
    ):
        told = await desk.told(await desk.created(entity=entity), key)
        assert (told["spend_3d"], told["mean_7d"]) == ("65", "18")


async def test_a_moment_knows_nothing_of_what_was_restated_after_it(desk: Desk) -> None:
    first = await desk.reads(8, FIRST)
    name, campaign = await desk.created(), await desk.campaign("A")
    before = await desk.features(name, [campaign], first)
    later = await desk.reads(8, FIRST | {("A", 1): "15", ("A", 4): "100"})
    assert await desk.features(name, [campaign], first) == before
    assert (await desk.told(name, campaign, first))["spend_3d"] == "60"
    assert (await desk.told(name, campaign, later))["spend_3d"] == "65"
    assert (await desk.told(name, campaign, later))["before"] == "107"
    # What joins figures as they stand now to a moment of the past leaks what was learned later.
    sql = "SELECT sum(spend) FROM marketing_entry WHERE date BETWEEN $1 AND $2 AND is_present"
    days = [datetime.fromisoformat(ago(each)).date() for each in (3, 1)]
    async with desk.hand.stores.database.read(desk.hand.scope) as connection:
        assert await connection.fetchval(sql, *days) == Decimal(65)


async def test_what_is_missing_says_why(desk: Desk) -> None:
    nothing = await desk.moment()
    read = await desk.reads(8, FIRST)
    campaign = await desk.campaign("A")
    name, fresh = await desk.created(), await desk.created(ttlDays=2)
    unknown = CAMPAIGN.encode(desk.hand.connection.id)
    assert set((await desk.told(name, unknown, read)).values()) == {"UNKNOWN_ENTITY"}
    assert set((await desk.told(name, campaign, nothing)).values()) == {"UNKNOWN_ENTITY"}
    channel = await desk.created(entity="CHANNEL")
    assert set((await desk.told(channel, "Paid Social", nothing)).values()) == {"NOT_READ"}
    assert set((await desk.told(channel, "Radio", read)).values()) == {"NO_ROWS"}
    assert (await desk.told(fresh, campaign, read))["spend_3d"] == "60"
    zero = [{"name": "cpc", "metric": "CPC", "aggregate": "RATIO", "windowDays": 3}]
    assert (await desk.told(await desk.created(features=zero), campaign))["cpc"] == "NOT_MEASURED"


async def test_data_past_its_ttl_is_stale(desk: Desk) -> None:
    page: Spends = {("A", ago(6)): "3"}
    await desk.hand.read(ago(8), ago(5), [page])
    campaign = await desk.campaign("A")
    name, fresh = await desk.created(), await desk.created(ttlDays=4)
    told = await desk.told(name, campaign)
    assert (told["before"], told["spend_3d"]) == ("3", "NOT_READ")
    told = await desk.told(fresh, campaign)
    assert (told["before"], told["spend_3d"]) == ("STALE", "NOT_READ")
    asked = "query($n: String!) { featureView(name: $n) { freshness { ageDays isFresh } } }"
    for of, is_fresh in ((name, True), (fresh, False)):
        [source] = (await desk.ask(asked, n=of))["featureView"]["freshness"]
        assert source == {"ageDays": 5, "isFresh": is_fresh}


async def test_amounts_are_converted_as_rates_were_known(desk: Desk) -> None:
    await desk.reads(8, FIRST)
    campaign = await desk.campaign("A")
    dollars, nowhere = await desk.created(currency="USD"), await desk.created(currency="KPW")
    euros = Decimal((await desk.told(await desk.created(), campaign))["spend_3d"])
    assert Decimal((await desk.told(dollars, campaign))["spend_3d"]) != euros
    told = await desk.told(nowhere, campaign)
    assert (told["spend_3d"], told["clicks_3d"]) == ("NO_RATE", "NOT_MEASURED")


async def test_the_present_is_found_again_until_something_lands(
    desk: Desk, services: Services
) -> None:
    await rates_settled(services)
    await desk.reads(8, FIRST)
    name, campaign = await desk.created(), await desk.campaign("A")
    ports, calls = counted(desk.hand.stores)
    desk.ports = ports
    first = await desk.features(name, [campaign])
    assert calls.count("feature_values.values") == 1
    assert await desk.features(name, [campaign]) == first
    other = CAMPAIGN.encode(desk.hand.connection.id)
    both = await desk.features(name, [campaign, other])
    assert both["at"] == first["at"]
    assert calls.count("feature_values.values") == 2
    await desk.reads(8, FIRST | {("A", 1): "15"})
    again = await desk.features(name, [campaign])
    assert again["columns"][0]["values"] == ["65"]
    assert calls.count("feature_values.values") == 3
    assert await desk.features(name, [campaign], first["at"]) == first


async def test_versions_never_change_and_may_be_retired(desk: Desk) -> None:
    await desk.reads(8, FIRST)
    campaign = await desk.campaign("A")
    name = await desk.created()
    same = (await desk.ask(CREATE, view=view(name=name)))["createFeatureView"]["view"]
    assert (same["version"], same["currency"]) == (1, "EUR")
    shorter = view(name=name, features=WINDOWS[:1])
    made = (await desk.ask(CREATE, view=shorter))["createFeatureView"]["view"]
    assert made["version"] == 2
    assert (await desk.features(name, [campaign]))["view"] == {"version": 2}
    retired = (await desk.ask(RETIRE, name=name, version=2))["retireFeatureView"]["view"]
    assert retired["retiredAt"] is not None
    assert (await desk.features(name, [campaign]))["view"] == {"version": 1}
    named = await desk.features(name, [campaign], version=2)
    assert [each["feature"] for each in named["columns"]] == ["spend_3d"]
    assert (await desk.ask(VIEWS))["featureViews"]["nodes"] == [{"name": name, "version": 1}]
    gone = (await desk.ask(RETIRE, name=name, version=3))["retireFeatureView"]
    assert (gone["code"], gone["field"]) == ("NOT_FOUND", "name")


async def test_what_modules_read_is_counted(desk: Desk) -> None:
    await desk.reads(8, FIRST)
    name, campaign = await desk.created(), await desk.campaign("A")
    desk.uses = Uses(desk.hand.stores.features)
    await desk.features(name, [campaign])
    await desk.features(name, [campaign, campaign])
    await desk.uses.aclose()
    asked = """query($n: String!) { featureView(name: $n) {
      usage { module requests entities } } }"""
    usage = (await desk.ask(asked, n=name))["featureView"]["usage"]
    assert usage == [{"module": None, "requests": 2, "entities": 3}]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Spend"}, "name"),
        ({"features": []}, "features"),
        ({"features": [WINDOWS[0], WINDOWS[0]]}, "features.1.name"),
        ({"features": [WINDOWS[0] | {"aggregate": "RATIO"}]}, "features.0.aggregate"),
        ({"features": [WINDOWS[5] | {"aggregate": "SUM"}]}, "features.0.aggregate"),
        ({"features": [WINDOWS[0] | {"windowDays": 0}]}, "features.0.windowDays"),
        ({"features": [WINDOWS[0] | {"lagDays": 401}]}, "features.0.lagDays"),
        ({"ttlDays": 0}, "ttlDays"),
        ({"owner": " "}, "owner"),
        ({"currency": "euro"}, "currency"),
    ],
)
async def test_what_is_no_view_is_refused(desk: Desk, changes: dict[str, Any], field: str) -> None:
    answer = (await desk.ask(CREATE, view=view(**changes)))["createFeatureView"]
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
    assert answer["mend"]


@pytest.mark.parametrize(
    ("variables", "code", "field"),
    [
        ({"view": "nothing"}, "NOT_FOUND", "view"),
        ({"entities": []}, "BAD_USER_INPUT", "entities"),
        ({"entities": ["x"]}, "BAD_USER_INPUT", "entities"),
        ({"at": "2999-01-01T00:00:00Z"}, "BAD_USER_INPUT", "at"),
        ({"version": 0}, "BAD_USER_INPUT", "version"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    desk: Desk, variables: dict[str, Any], code: str, field: str
) -> None:
    asked = {"view": await desk.created(), "entities": [CAMPAIGN.encode(desk.hand.connection.id)]}
    context = Context(Session.open(desk.hand.scope, desk.hand.stores), "request-1")
    result = await desk.schema.execute(FEATURES, asked | variables, context)
    assert result.errors
    extensions = result.errors[0].extensions or {}
    assert (extensions["code"], extensions["field"]) == (code, field)


amounts = st.integers(0, 10_000).map(str)
restated = st.dictionaries(st.tuples(st.sampled_from("AB"), st.integers(0, 7)), amounts, min_size=1)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=restated, second=restated)
async def test_whatever_is_restated_the_past_is_told_byte_for_byte(
    schema: LiftosSchema,
    stores: Stores,
    new_tenant: NewTenant,
    first: dict[tuple[str, int], str],
    second: dict[tuple[str, int], str],
) -> None:
    tenant = await new_tenant()
    desk = Desk(schema, await by_hand(stores, tenant.scope))
    name = await desk.created(entity="CHANNEL")
    moment = await desk.reads(8, first)
    told = await desk.features(name, ["Paid Social"], moment)
    await desk.reads(8, second)
    assert await desk.features(name, ["Paid Social"], moment) == told
