"""Insights that are raised: an event each, with what raised it, and told to who asked for them."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from core.records.events import DataEventKind, DataEventRecord
from core.records.findings import Finding
from core.records.insights import InsightKind, InsightRecord, InsightSeverity, InsightState
from core.records.pages import PageRequest
from core.records.runs import Counters
from core.scope import TenantScope
from graph.context import Context
from graph.ids import INSIGHT
from resolvers.session import Session
from stores.cache.streams import cloud_event
from stores.postgres.analysis_work import Judging, Telling
from stores.postgres.endings import conclude
from stores.wiring import Stores
from tests.jobs.analysing import FOUND, SCHEMA, run_analysis
from tests.jobs.by_hand import by_hand
from tests.support import Tenant

OF_CLICKS = replace(FOUND, metric="clicks", currency=None)
DAY = "2026-05-01"
FOLLOW = """subscription($after: BigInt, $kinds: [InsightKind!], $filter: InsightFilter) {
  told: insightRaised(after: $after, kinds: $kinds, filter: $filter) {
    sequence kind dates { since until } counters { fetched } insight { id metric severity } } }"""


async def raised(stores: Stores, scope: TenantScope) -> list[DataEventRecord]:
    found = await stores.events.after(scope, 0, 100, (DataEventKind.INSIGHT_RAISED,))
    return list(found.events)


async def of_metric(stores: Stores, scope: TenantScope, metric: str) -> InsightRecord:
    page = await stores.insights.page(scope, PageRequest(10))
    (found,) = (each for each in page.items if each.metric == metric)
    return found


def telling(finding: Finding, severity: InsightSeverity = InsightSeverity.MEDIUM) -> Telling:
    return Telling(finding, severity, uuid4(), incident_id=uuid4())


async def test_each_new_insight_is_an_event_of_its_run(stores: Stores, tenant: Tenant) -> None:
    scope = tenant.scope
    await run_analysis(stores, scope, [telling(FOUND), telling(OF_CLICKS)])
    events = await raised(stores, scope)
    assert [record.sequence for record in events] == [1, 2]
    insights = await stores.insights.by_ids(
        scope, [each for record in events if (each := record.event.insight_id)]
    )
    assert {each.metric for each in insights.values()} == {"spend", "clicks"}
    for record in events:
        assert record.event.insight_id is not None
        insight = insights[record.event.insight_id]
        assert (record.event.run_id, record.event.dates) == (insight.run_id, FOUND.window)
        assert (record.event.connection_id, record.event.counters) == (None, Counters())


async def test_it_is_raised_anew_when_it_weighs_more_or_is_open_again(
    stores: Stores, tenant: Tenant
) -> None:
    scope, first = tenant.scope, telling(FOUND)
    await run_analysis(stores, scope, [first])
    numbers = []
    for severity, state in (
        (InsightSeverity.MEDIUM, InsightState.OPEN),
        (InsightSeverity.LOW, InsightState.OPEN),
        (InsightSeverity.HIGH, InsightState.OPEN),
    ):
        standing = await of_metric(stores, scope, "spend")
        told = replace(first, severity=severity, standing=standing, state=state)
        await run_analysis(stores, scope, [told])
        numbers.append(len(await raised(stores, scope)))
    assert numbers == [1, 1, 2]
    standing = await of_metric(stores, scope, "spend")
    await run_analysis(
        stores, scope, [], [Judging(standing, None, InsightState.RESOLVED, "over", {})]
    )
    assert len(await raised(stores, scope)) == 2
    standing = await of_metric(stores, scope, "spend")
    assert standing.state is InsightState.RESOLVED
    again = replace(first, severity=InsightSeverity.LOW, standing=standing)
    await run_analysis(stores, scope, [again])
    assert len(await raised(stores, scope)) == 3


async def test_an_exact_insight_is_raised_once_however_often_its_run_is_concluded(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope, look_back_days=1)
    await at.read(DAY, DAY, [{("1", DAY): "10"}])
    await at.read(DAY, DAY, [{("1", DAY): "12"}])
    (event,) = await raised(stores, tenant.scope)
    insight = await of_metric(stores, tenant.scope, "spend")
    assert insight.kind is InsightKind.RESTATEMENT
    assert (event.event.insight_id, event.event.connection_id) == (insight.id, at.connection.id)
    async with stores.database.write(tenant.scope) as connection:
        await conclude(connection, tenant.scope, insight.run_id, at.connection.id)
    assert await raised(stores, tenant.scope) == [event]


async def test_it_is_on_the_stream_as_an_event_about_itself(stores: Stores, tenant: Tenant) -> None:
    await run_analysis(stores, tenant.scope, [telling(FOUND)])
    (record,) = await raised(stores, tenant.scope)
    told: Any = cloud_event(tenant.scope, record)
    insight = await of_metric(stores, tenant.scope, "spend")
    assert (told["type"], told["subject"]) == (
        "liftos.insight.raised.v1",
        f"insights/{insight.id}",
    )
    assert told["data"]["insightId"] == str(insight.id)
    assert told["data"]["dates"] == {"since": "2026-10-06", "until": "2026-10-07"}


@pytest.mark.parametrize(
    ("given", "metrics"),
    [
        ({}, ["spend", "clicks"]),
        ({"filter": {"severities": ["CRITICAL", "HIGH"]}}, ["clicks"]),
        ({"filter": {"metrics": ["spend"]}, "kinds": ["ANOMALY"]}, ["spend"]),
    ],
)
async def test_a_follower_hears_what_it_asked_for(
    stores: Stores, tenant: Tenant, given: dict[str, Any], metrics: list[str]
) -> None:
    await run_analysis(stores, tenant.scope, [telling(FOUND)])
    await run_analysis(stores, tenant.scope, [telling(OF_CLICKS, InsightSeverity.HIGH)])
    context = Context(Session.open(tenant.scope, stores), "request-1")
    stream: Any = await SCHEMA.subscribe(FOLLOW, {"after": 0, **given}, context)
    heard = []
    async with aclosing(stream), asyncio.timeout(20):
        for metric in metrics:
            frame = await anext(stream)
            assert frame.errors is None, frame.errors
            told = frame.data["told"]
            insight = await of_metric(stores, tenant.scope, metric)
            assert told["insight"]["id"] == INSIGHT.encode(insight.id)
            assert (told["kind"], told["counters"]) == ("INSIGHT_RAISED", {"fetched": 0})
            assert told["dates"] == {"since": "2026-10-06", "until": "2026-10-07"}
            heard.append(told["insight"]["metric"])
    assert heard == metrics
