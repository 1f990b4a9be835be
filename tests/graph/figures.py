"""A shop whose figures are counted by hand, and how it is asked for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.commands import ConnectSource, FileOptions, StartIngestion
from core.records.connections import ConnectionRecord, Level, Source
from graph.context import Context
from graph.ids import CONNECTION
from graph.schema import LiftosSchema
from resolvers.session import Session
from stores.wiring import Stores
from tests.graph.test_postgres import Asker
from tests.support import NewTenant, RunningWorker, Tenant, ended, upload

Json = dict[str, Any]
HEADER = (
    "Date,Campaign ID,Campaign name,Channel,Amount spent,Impressions,Clicks,Conversions,"
    "Conversion value"
)
OCTOBER = {"since": "2026-10-01", "until": "2026-10-31"}
FIGURES = """query(
  $dates: DateRangeInput!, $groupBy: [PerformanceDimension!], $metrics: [Metric!], $grain: Grain,
  $weekStart: Weekday! = MONDAY, $facts: AttributionFacts! = MEDIA, $sources: [Source!],
  $channels: [String!], $filter: AttributionRowFilter, $minQuality: Float, $currency: String,
  $compareTo: ComparisonInput, $orderBy: PerformanceOrderInput, $asOf: DateTime,
  $first: Int, $after: String, $last: Int, $before: String
) { performance(
  dates: $dates, groupBy: $groupBy, metrics: $metrics, grain: $grain, weekStart: $weekStart,
  facts: $facts, sources: $sources, channels: $channels, filter: $filter, minQuality: $minQuality,
  currency: $currency, compareTo: $compareTo, orderBy: $orderBy, asOf: $asOf,
  first: $first, after: $after, last: $last, before: $before
) {
  asOf comparedAsOf comparedDates { since until }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  nodes {
    dates { since until } comparedDates { since until } source channel accountId country currency
    campaign { campaignId } connection { id } entries unconverted isMature quality
    values { metric value compared change changeShare }
    trace comparedTrace
  }
} }"""
BEHIND = """query($trace: String!) { performanceEntries(trace: $trace, first: 1000) {
  totalCount nodes { date channel spend impressions clicks conversions conversionValue
    campaign { campaignId } converted(to: "EUR") { spend conversionValue } } } }"""


def media_file(*, more: int = 0) -> bytes:
    """Of September and October: campaign 1 on Paid Social, 2 on Paid Search, 3 in October alone."""
    lines = [HEADER]
    day = date(2026, 9, 1)
    while day <= date(2026, 10, 31):
        october = day.month == 10
        lines.append(f"{day},1,one,Paid Social,{(4 if october else 2) + more},1000,10,1,6")
        lines.append(f"{day},2,two,Paid Search,1.5,500,20,0.5,9")
        if october:
            lines.append(f"{day},3,three,Paid Search,0,100,,,")
        day += timedelta(days=1)
    return "\n".join(lines).encode()


@dataclass(frozen=True)
class Shop:
    """A tenant that reports in euros, with media in two currencies."""

    owner: Asker
    tenant: Tenant
    stores: Stores
    connections: Mapping[str, ConnectionRecord]

    def only(self, *names: str) -> Json:
        return {"connections": [CONNECTION.encode(self.connections[name].id) for name in names]}

    async def page(self, **asked: Any) -> Json:
        told = {"dates": OCTOBER, "filter": self.only("eu"), "first": 1000} | asked
        found: Json = (await self.owner.ask(FIGURES, **told))["performance"]
        return found

    async def rows(self, **asked: Any) -> list[Json]:
        found: list[Json] = (await self.page(**asked))["nodes"]
        return found

    async def behind(self, trace: str) -> list[Json]:
        found = (await self.owner.ask(BEHIND, trace=trace))["performanceEntries"]
        assert found["totalCount"] == len(found["nodes"])
        nodes: list[Json] = found["nodes"]
        return nodes

    async def refused(self, query: str = FIGURES, **asked: Any) -> Json:
        context = Context(Session.open(self.tenant.scope, self.stores), "request-1")
        result = await self.owner.schema.execute(query, {"dates": OCTOBER} | asked, context)
        assert result.errors is not None
        [error] = result.errors
        return {"message": error.message, **(error.extensions or {})}


async def opened(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker, schema: LiftosSchema
) -> Shop:
    """The same two months in an account in euros and in one in pounds, with their sums."""
    tenant = await new_tenant(calendar=True, reporting_currency="EUR")
    connections = {}
    for name, currency in (("eu", "EUR"), ("uk", "GBP")):
        command = ConnectSource(
            Source.FILE, name, name, currency, "Europe/Berlin", Level.CAMPAIGN, look_back_days=0
        )
        connections[name] = await stores.connections.create(tenant.scope, command)
    found = Shop(Asker(schema, stores, tenant.scope), tenant, stores, connections)
    async with running_worker("http://unused.invalid"):
        for name in connections:
            await loaded(found, name, media_file())
    assert await stores.attribution_days.fold(tenant.scope, again=True) == 2 * 61
    return found


async def loaded(shop: Shop, name: str, body: bytes) -> None:
    uploaded = await upload(shop.stores, shop.tenant.scope, "a.csv", body)
    command = StartIngestion(shop.connections[name].id, upload_id=uploaded.id, file=FileOptions())
    run = await shop.stores.runs.start_ingestion(shop.tenant.scope, command)
    assert (await ended(shop.stores, shop.tenant.scope, run.id)).counters.rejected == 0


def values(row: Json, part: str = "value") -> dict[str, Decimal | None]:
    return {
        each["metric"]: None if each[part] is None else Decimal(each[part])
        for each in row["values"]
    }
