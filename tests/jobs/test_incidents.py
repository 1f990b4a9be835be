"""Incidents: what is of one, what it comes to, and that it stays itself while it grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from core.records.findings import Finding, Subject, SubjectLevel
from core.records.insights import InsightKind, InsightSeverity
from core.scope import TenantId, TenantScope
from core.units import DateRange
from graph.context import Context
from graph.ids import CAMPAIGN, INCIDENT
from graph.schema import build_schema
from jobs.analysing.incidents import Member, Nesting, incidents
from resolvers.session import Session
from stores.postgres.analysis_work import Telling
from stores.postgres.run_work import RunStep
from stores.wiring import Stores
from stores.work import work_stores
from tests.jobs.analysing import FOUND, ODD, Desk, account, csv
from tests.support import NewTenant, RunningWorker, SandboxAt

SCHEMA: Final = build_schema()
SHOP, MALL = UUID(int=1), UUID(int=2)
ALL: Final = Subject(SubjectLevel.TENANT)
OF_SHOP: Final = Subject(SubjectLevel.CONNECTION, str(SHOP), SHOP)
OF_MALL: Final = Subject(SubjectLevel.CONNECTION, str(MALL), MALL)
SEARCH: Final = Subject(SubjectLevel.CHANNEL, "Paid Search")
ALPHA: Final = Subject(SubjectLevel.CAMPAIGN, str(UUID(int=11)), SHOP)
BETA: Final = Subject(SubjectLevel.CAMPAIGN, str(UUID(int=12)), SHOP)
OF_MALLS: Final = Subject(SubjectLevel.CAMPAIGN, str(UUID(int=21)), MALL)
NESTING: Final = Nesting.of({ALPHA: "Paid Search", BETA: "Paid Social", OF_MALLS: "Display"})
TENANT: Final = TenantId(UUID(int=9))
FIRST: Final = date(2026, 10, 5)
RAISED: Final = datetime(2026, 10, 9, tzinfo=UTC)
RUN: Final = UUID(int=31)


def days(since: int, until: int) -> DateRange:
    """Days of October."""
    return DateRange(FIRST + timedelta(days=since - 5), FIRST + timedelta(days=until - 5))


def fall(subject: Subject, since: int = 6, until: int = 7, **more: Any) -> Member:
    told = Member(uuid4(), InsightKind.ANOMALY, subject, "spend", days(since, until), -1)
    return replace(told, **more)


def silence(subject: Subject, since: int, until: int, kind: str = "OUTAGE") -> Member:
    return fall(subject, since, until, kind=InsightKind(kind), metric="impressions", side=0)


def exact(metric: str, kind: str = "RESTATEMENT", **more: Any) -> Member:
    known = {"run_id": RUN, "raised_at": RAISED} | more
    return fall(OF_SHOP, 1, 7, kind=InsightKind(kind), metric=metric, **known)


TOGETHER: Final[dict[str, tuple[Member, ...]]] = {
    "an account and its campaigns": (fall(OF_SHOP), fall(ALPHA), fall(BETA, 7, 8)),
    "everything, a channel and its campaign": (fall(ALL), fall(SEARCH, 7, 7), fall(ALPHA)),
    "an account and a channel in it": (fall(OF_SHOP), fall(SEARCH)),
    "what one subject's metrics do": (fall(ALPHA), fall(ALPHA, 7, 9, metric="cpa", side=1)),
    "accounts that fall together": (fall(OF_SHOP), fall(ALL), fall(OF_MALL)),
    "nothing comes, and everything falls": (silence(OF_SHOP, 3, 8), fall(ALL, 7, 7)),
    "nothing comes, and less was there": (
        silence(OF_SHOP, 5, 8),
        silence(OF_SHOP, 6, 8, "FRESHNESS"),
    ),
    "what a run restated": (exact("spend"), exact("clicks", side=1)),
    "what was restated, and fell by it": (exact("spend"), fall(ALPHA, 6, 6)),
    "a gap that is found again": (
        exact("spend", "TOTAL_GAP"),
        exact("spend", "TOTAL_GAP", run_id=UUID(int=32)),
    ),
    "what was of one incident": (
        fall(ALPHA, 1, 1, incident_id=UUID(int=41), raised_at=RAISED),
        fall(OF_MALL, 20, 21, incident_id=UUID(int=41), raised_at=RAISED),
    ),
}
APART: Final[dict[str, tuple[Member, ...]]] = {
    "two campaigns": (fall(ALPHA), fall(BETA)),
    "a campaign and another account": (fall(ALPHA), fall(OF_MALL)),
    "a campaign and another channel": (fall(SEARCH), fall(BETA)),
    "to the other side": (fall(OF_SHOP), fall(ALPHA, side=1)),
    "another metric of a part": (fall(OF_SHOP), fall(ALPHA, metric="clicks")),
    "other days": (fall(OF_SHOP, 5, 6), fall(ALPHA, 7, 7)),
    "on days of something that began long before": (fall(ALL, 1, 20), fall(ALPHA, 6, 7)),
    "another account than the one that is silent": (silence(OF_SHOP, 5, 8), fall(OF_MALL)),
    "a rate while nothing comes": (silence(OF_SHOP, 5, 8), fall(ALPHA, metric="cpa")),
    "what rises while nothing comes": (silence(OF_SHOP, 5, 8), fall(ALL, side=1)),
    "what other runs restated": (exact("spend"), exact("spend", run_id=UUID(int=32))),
    "what was restated, and rose": (exact("spend"), fall(ALPHA, 6, 6, side=1)),
    "what a year was restated for": (
        exact("spend", window=DateRange(date(2025, 11, 1), date(2026, 10, 20))),
        fall(ALPHA),
    ),
}


@pytest.mark.parametrize("name", TOGETHER)
def test_what_shares_a_cause_is_one_incident(name: str) -> None:
    for of in (TOGETHER[name], TOGETHER[name][::-1]):
        placed = incidents(TENANT, of, NESTING)
        assert placed.keys() == {each.key for each in of}
        assert len(set(placed.values())) == 1


@pytest.mark.parametrize("name", APART)
def test_what_shares_none_is_several(name: str) -> None:
    placed = incidents(TENANT, APART[name], NESTING)
    assert len(set(placed.values())) == len(APART[name])


def test_an_incident_keeps_its_id_while_it_grows_and_the_older_one_goes_on() -> None:
    shop, mall = fall(OF_SHOP), fall(OF_MALL)
    before = incidents(TENANT, [shop, mall], NESTING)
    assert incidents(TENANT, [mall, shop], NESTING) == before
    known = [
        replace(shop, incident_id=before[shop.key], raised_at=RAISED + timedelta(hours=1)),
        replace(mall, incident_id=before[mall.key], raised_at=RAISED),
    ]
    everything = fall(ALL, 5, 7)
    after = incidents(TENANT, [everything, *known], NESTING)
    assert set(after.values()) == {before[mall.key]}


LISTED: Final = """query($dates: DateRangeInput, $filter: IncidentFilter, $asOf: DateTime) {
  incidents(dates: $dates, filter: $filter, asOf: $asOf) { nodes {
    id state severity atStake currency insightCount subjectCount window { since until }
    headline { title subject { level } incident { id } }
    insights { subject { level } state } } } }"""


@pytest.fixture
async def desk(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker, sandbox: SandboxAt
) -> Desk:
    tenant = await new_tenant(reporting_currency="EUR")
    connection = await stores.connections.create(tenant.scope, account())
    return Desk(stores, tenant.scope, connection, running_worker, sandbox.url)


async def test_an_analysis_tells_one_incident_and_it_grows_and_ends(desk: Desk) -> None:
    usual = {"alpha": 100.0, "beta": 100.0, "gamma": 100.0}
    await desk.load(csv(usual, {"alpha": 4.0}))
    first = await desk.analysed()
    (told,) = (await desk.ask(LISTED))["incidents"]["nodes"]
    levels = [each["subject"]["level"] for each in told["insights"]]
    assert levels == ["TENANT", "CONNECTION", "CHANNEL", "CAMPAIGN"]
    # Four insights, and the money of one: all of it hangs on alpha.
    largest = max(
        each.finding.at_stake
        for each in await desk.told(InsightKind.ANOMALY)
        if each.finding is not None and each.finding.at_stake is not None
    )
    assert Decimal(told["atStake"]) == largest
    day = ODD.isoformat()
    summary = {name: told[name] for name in ("state", "severity", "currency", "window")}
    assert summary == {
        "state": "OPEN",
        "severity": "HIGH",
        "currency": "EUR",
        "window": {"since": day, "until": day},
    }
    assert (told["insightCount"], told["subjectCount"]) == (4, 4)
    assert told["headline"]["subject"]["level"] == "TENANT"
    assert told["headline"]["incident"] == {"id": told["id"]}
    await desk.analysed()
    assert (await desk.ask(LISTED))["incidents"]["nodes"] == [told]

    await desk.load(csv(usual, {"alpha": 4.0, "beta": 4.0}))
    await desk.analysed()
    grown = (await desk.ask(LISTED))["incidents"]["nodes"]
    (same,) = (each for each in grown if each["id"] == told["id"])
    # With beta, and with what the run restated: spend, impressions and clicks.
    assert (same["insightCount"], same["state"]) == (8, "OPEN")

    await desk.load(csv(usual))
    await desk.analysed()
    ended = (await desk.ask(LISTED))["incidents"]["nodes"]
    (over,) = (each for each in ended if each["id"] == told["id"])
    # What is exact is a fact, which analysis does not close.
    assert {each["state"] for each in over["insights"]} == {"OPEN", "RESOLVED"}
    assert (over["state"], over["insightCount"]) == ("RESOLVED", 8)
    then = await desk.ask(LISTED, asOf=first.as_of.isoformat())
    assert then["incidents"]["nodes"] == [told]


@dataclass(frozen=True)
class Raised:
    """A tenant of whom insights were told, and a caller of the API."""

    stores: Stores
    scope: TenantScope

    async def tell(self, *told: tuple[Finding, InsightSeverity, UUID | None]) -> None:
        work, asked = work_stores(self.stores), await self.stores.analyses.request(self.scope)
        claimed = await work.runs.claim(self.scope, asked.id)
        assert claimed is not None
        telling = [
            Telling(finding, severity, uuid4(), incident_id=incident)
            for finding, severity, incident in told
        ]
        await work.analyses.tell(self.scope, claimed, telling, (), RunStep({}, 1.0, "told"))
        footing = await work.analyses.footing(self.scope)
        await work.analyses.finish(self.scope, claimed, footing, "rules of tests")

    async def ask(self, document: str, **given: Any) -> dict[str, Any]:
        context = Context(Session.open(self.scope, self.stores), "request-1")
        result = await SCHEMA.execute(document, given, context)
        assert result.errors is None, result.errors
        return result.data or {}

    async def listed(self, **given: Any) -> list[dict[str, Any]]:
        return list((await self.ask(LISTED, **given))["incidents"]["nodes"])

    async def acts(self, verb: str, incident_id: UUID, note: str | None = None) -> dict[str, Any]:
        given = {"incidentId": INCIDENT.encode(incident_id), "note": note}
        document = f"""mutation($input: IncidentActInput!) {{ done: {verb}Incident(input: $input) {{
          ... on IncidentPayload {{ incident {{ state insights {{
            state history {{ state by note }} }} }} }}
          ... on UserError {{ code field message mend }} }} }}"""
        done: dict[str, Any] = (await self.ask(document, input=given))["done"]
        return done


@pytest.fixture
async def raised(stores: Stores, new_tenant: NewTenant) -> Raised:
    return Raised(stores, (await new_tenant(reporting_currency="EUR")).scope)


def stated(subject: Subject, stake: str | None, window: DateRange | None = None) -> Finding:
    """Without a connection: only its id would have to be there."""
    money = None if stake is None else Decimal(stake)
    told = replace(FOUND, subject=replace(subject, connection_id=None), at_stake=money)
    return replace(told, window=window or told.window)


STORM, LULL = UUID(int=51), UUID(int=52)
HIGH, LOW = InsightSeverity.HIGH, InsightSeverity.LOW


async def two(raised: Raised) -> None:
    """A storm over everything and two campaigns, then a lull of one campaign; and what is none."""
    await raised.tell(
        (stated(ALL, "90.00"), LOW, STORM),
        (stated(ALPHA, "70.00"), HIGH, STORM),
        (replace(stated(ALPHA, "60.00"), metric="clicks"), LOW, STORM),
        (stated(BETA, "50.00"), LOW, STORM),
    )
    await raised.tell(
        (stated(OF_MALLS, None, days(20, 21)), LOW, LULL),
        (replace(stated(ALL, "5.00"), kind=InsightKind.PACING), LOW, None),
    )


async def test_what_an_incident_comes_to_is_counted_once(raised: Raised) -> None:
    await two(raised)
    lull, storm = await raised.listed()
    assert (lull["id"], lull["atStake"], lull["severity"]) == (INCIDENT.encode(LULL), None, "LOW")
    # alpha once, with the larger of its two, and beta: more than what is told of everything.
    assert (storm["id"], storm["atStake"]) == (INCIDENT.encode(STORM), "120")
    assert (storm["severity"], storm["insightCount"], storm["subjectCount"]) == ("HIGH", 4, 3)
    assert storm["headline"]["subject"]["level"] == "TENANT"
    answer = await raised.ask("{ insights(kinds: [PACING]) { nodes { incident { id } } } }")
    assert answer["insights"]["nodes"] == [{"incident": None}]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [LULL, STORM]),
        ({"dates": {"since": "2026-10-21", "until": "2026-11-30"}}, [LULL]),
        ({"filter": {"severities": ["HIGH"]}}, [STORM]),
        ({"filter": {"states": ["OPEN"]}}, [LULL, STORM]),
        ({"filter": {"states": ["RESOLVED"]}}, []),
        ({"filter": {"campaigns": [CAMPAIGN.encode(UUID(BETA.key))]}}, [STORM]),
    ],
)
async def test_incidents_are_found_by_what_they_are(
    raised: Raised, given: dict[str, Any], found: Sequence[UUID]
) -> None:
    await two(raised)
    listed = await raised.listed(**given)
    assert [INCIDENT.decode(each["id"], "id") for each in listed] == list(found)


async def test_incidents_are_paged_and_fetched_by_id(raised: Raised) -> None:
    await two(raised)
    query = """query($after: String) { incidents(first: 1, after: $after) {
      nodes { id } pageInfo { endCursor hasNextPage } } }"""
    first = (await raised.ask(query))["incidents"]
    assert first["nodes"] == [{"id": INCIDENT.encode(LULL)}]
    second = (await raised.ask(query, after=first["pageInfo"]["endCursor"]))["incidents"]
    assert second["nodes"] == [{"id": INCIDENT.encode(STORM)}]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    fetched = """query($id: ID!, $of: [ID!]) { incident(id: $id) { insightCount }
      node(id: $id) { ... on Incident { insightCount } }
      insights(filter: {incidents: $of}) { nodes { metric } } }"""
    storm = INCIDENT.encode(STORM)
    assert await raised.ask(fetched, id=storm, of=[storm]) == {
        "incident": {"insightCount": 4},
        "node": {"insightCount": 4},
        "insights": {"nodes": [{"metric": name} for name in ("spend", "clicks", "spend", "spend")]},
    }
    nobody = INCIDENT.encode(UUID(int=59))
    nothing: dict[str, Any] = {"incident": None, "node": None, "insights": {"nodes": []}}
    assert await raised.ask(fetched, id=nobody, of=[nobody]) == nothing


async def test_an_act_is_of_all_insights_of_an_incident_that_it_fits(raised: Raised) -> None:
    await two(raised)
    asked = '{ insights(kinds: [ANOMALY], filter: {metrics: ["clicks"]}) { nodes { id } } }'
    (of_clicks,) = (await raised.ask(asked))["insights"]["nodes"]
    explain = """mutation($input: ExplainInsightInput!) { explainInsight(input: $input) {
      ... on InsightPayload { insight { state } } } }"""
    await raised.ask(explain, input={"insightId": of_clicks["id"], "note": "known"})
    seen = await raised.acts("acknowledge", STORM, "we look")
    assert seen["incident"]["state"] == "ACKNOWLEDGED"
    states = ["ACKNOWLEDGED", "ACKNOWLEDGED", "EXPLAINED", "ACKNOWLEDGED"]
    assert [each["state"] for each in seen["incident"]["insights"]] == states
    steps = [each["history"] for each in seen["incident"]["insights"]]
    step = {"state": "ACKNOWLEDGED", "by": "user:test", "note": "we look"}
    assert steps[0] == steps[1] == steps[3] == [step]
    assert await raised.acts("acknowledge", STORM, "we look") == seen
    over = await raised.acts("resolve", STORM)
    assert over["incident"]["state"] == "RESOLVED"
    assert await raised.acts("resolve", STORM) == over
    # All are closed: what it comes to is what it came to.
    (storm,) = await raised.listed(filter={"states": ["RESOLVED"]})
    assert (storm["atStake"], storm["severity"]) == ("120", "HIGH")
    assert await raised.acts("acknowledge", STORM) == {
        "code": "CONFLICT",
        "field": "incidentId",
        "message": "the incident is over",
        "mend": "reopen its insights first",
    }
    assert (await raised.acts("resolve", UUID(int=59)))["code"] == "NOT_FOUND"
