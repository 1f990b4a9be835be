"""Attribution rows that the database writes are those of ordinary execution, byte for byte."""

from __future__ import annotations

from typing import Any

import pytest

from core.commands import ConnectSource, FileOptions, StartIngestion
from core.records.attribution import WrittenRows
from core.records.connections import Level, Source
from core.scope import TenantScope
from graph.context import Context
from graph.executor.rendered import encoded
from graph.schema import LiftosSchema
from resolvers.session import Session
from stores.postgres.attribution import AttributionStore
from stores.wiring import Stores
from tests.support import NewTenant, RunningWorker, ended, upload

HEADER = (
    "Date,Campaign ID,Campaign name,Channel,Country,Amount spent,Impressions,Clicks,Conversions,"
    "Conversion value,Reach\n"
)
ROWS = r"""2026-10-01,1,"a ""quoted"" \ name","Paid ""Social"" \n",DE,12.50,1000,10,3,99.90,7
2026-10-01,1,a name,"Paid ""Social"" \n",AT,0.000001,3,7,0.5,,
2026-10-01,2,b,Übersee  🚀%s,DE,0,0,0,0,0,0
2026-10-02,2,b,Übersee  🚀%s,FR,1000000.123456,90071992547,1,1,1,1
2026-10-03,3,c,Display,DE,,,,,,
2026-11-22,3,c,Display,,0.10,100,3,1.25,7.000001,
"""
PLAIN = """until channel source accountId country geo device dateBasis attributionSetting series
  seriesRole currency entries days spend impressions clicks linkClicks reach conversions
  conversionValue value unconverted isMature isPartial quality learnedAt ctr cpc cpm cvr cpa roas"""
CALENDAR = """isoWeek month quarter fiscalYear fiscalQuarter dayOfWeek isWeekend isHoliday
  holidayNames retailEvents events daysInPeriod weekendDays holidays businessDays"""
AROUND = "asOf pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
OCTOBER = 'dates: {since: "2026-09-25", until: "2026-11-30"}, asOf: $asOf'
QUERIES = {
    "everything": f"r: attributionRows({OCTOBER}, by: ALL) {{ {AROUND} nodes {{ {PLAIN} date }} }}",
    "calendar": f"attributionRows({OCTOBER}) {{ nodes {{ {CALENDAR} }} {AROUND} }}",
    "no calendar": f"""attributionRows({OCTOBER}, includeCalendar: false) {{
        nodes {{ date {CALENDAR} }} }}""",
    "weeks": f"""attributionRows({OCTOBER}, grain: WEEK, weekStart: SUNDAY, by: [CAMPAIGN]) {{
        nodes {{ a: isoWeek date b: isHoliday {PLAIN} holidayNames events }} {AROUND} }}""",
    "months": f"attributionRows({OCTOBER}, grain: MONTH, by: []) {{ nodes {{ {PLAIN} }} }}",
    "a currency": f'attributionRows({OCTOBER}, currency: "USD") {{ nodes {{ {PLAIN} }} }}',
    "a quality": f"attributionRows({OCTOBER}, minQuality: 0.5) {{ nodes {{ {PLAIN} }} }}",
    "aliases": f"""attributionRows({OCTOBER}) {{ t: __typename x: asOf
        rows: nodes {{ n: __typename d: date e: date ...F q: quality }}
        p: pageInfo {{ t: __typename m: hasNextPage c: endCursor }} q: pageInfo {{ hasNextPage }}
    }}""",
    "pages": f"""one: attributionRows({OCTOBER}, first: 2) {{ nodes {{ date spend }} {AROUND} }}
        two: attributionRows({OCTOBER}, last: 2) {{ nodes {{ date spend }} {AROUND} }}""",
    "days as they are": f"attributionRows({OCTOBER}, by: ALL) {{ nodes {{ {PLAIN} date }} }}",
    "pages without cursors": f"""one: attributionRows({OCTOBER}, by: ALL, first: 3) {{
            nodes {{ date learnedAt a: learnedAt }} pageInfo {{ hasNextPage hasPreviousPage }} }}
        two: attributionRows({OCTOBER}, by: ALL, last: 3) {{
            nodes {{ learnedAt date }} asOf pageInfo {{ hasNextPage hasPreviousPage }} }}
        none: attributionRows({OCTOBER}, channels: ["none"]) {{ nodes {{ date spend }} }}""",
    "nothing": f"""attributionRows({OCTOBER}, channels: ["none"]) {{
        nodes {{ date spend isoWeek }} {AROUND} }}""",
    "nothing of a row": f"""attributionRows({OCTOBER}) {{
        nodes {{ date @skip(if: true) }} pageInfo {{ hasNextPage }} }}""",
    "orders": f"attributionRows({OCTOBER}, facts: ORDERS) {{ nodes {{ {PLAIN} }} {AROUND} }}",
    "relations": f"""attributionRows({OCTOBER}, by: [CAMPAIGN, CONNECTION]) {{
        nodes {{ isoWeek spend c: campaign {{ id name source }} month connection {{ id name }}
            campaign {{ campaignId }} calendar {{ date isHoliday holidays {{ name }} }} }}
        {AROUND} }}""",
    "relations of weeks": f"""attributionRows({OCTOBER}, grain: WEEK, by: [CONNECTION]) {{
        nodes {{ spend campaign {{ name }} connection {{ id name }}
            calendar {{ date }} month }} }}""",
    "objects": f"""attributionRows({OCTOBER}, by: [CAMPAIGN]) {{
        nodes {{ spend converted(to: "USD") {{ spend }} }} }}""",
    "lists below": f"""attributionRows({OCTOBER}, by: [CAMPAIGN], first: 2) {{
        nodes {{ spend campaign {{ entries(first: 1) {{ nodes {{ date }} }} }} }} }}""",
    "edges": f"attributionRows({OCTOBER}) {{ edges {{ cursor node {{ {PLAIN} }} }} }}",
    "refused": f"attributionRows({OCTOBER}, first: 10001) {{ nodes {{ date }} }}",
    "a cursor of nobody": f'attributionRows({OCTOBER}, after: "x") {{ nodes {{ date }} }}',
}
OBJECTS = {"nothing of a row", "objects", "lists below", "edges", "refused", "a cursor of nobody"}
"""What is answered as objects, or not at all."""
ALL = (
    "[SOURCE, CONNECTION, ACCOUNT, CAMPAIGN, COUNTRY, GEO, DEVICE, DATE_BASIS, ATTRIBUTION_SETTING]"
)
FRAGMENT = (
    "fragment F on AttributionRow { date spend isoWeek ...G } fragment G on AttributionRow { ctr }"
)


@pytest.fixture(scope="module")
async def asked(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker
) -> tuple[TenantScope, str]:
    """A tenant with hostile names, and a moment when all of it was known."""
    tenant = await new_tenant(calendar=True)
    async with running_worker("http://unused.invalid"):
        command = ConnectSource(
            Source.FILE, "files", "Files", "EUR", "Europe/Berlin", Level.CAMPAIGN, look_back_days=0
        )
        made = await stores.connections.create(tenant.scope, command)
        uploaded = await upload(stores, tenant.scope, "a.csv", (HEADER + ROWS).encode())
        start = StartIngestion(made.id, upload_id=uploaded.id, file=FileOptions())
        run = await stores.runs.start_ingestion(tenant.scope, start)
        done = await ended(stores, tenant.scope, run.id)
        assert (done.error, done.counters.rejected) == (None, 0)
    async with stores.database.read(tenant.scope) as connection:
        moment = await connection.fetchval("SELECT clock_timestamp()")
    return tenant.scope, moment.isoformat()


@pytest.mark.parametrize("sums", [False, True], ids=["entries", "sums"])
@pytest.mark.parametrize("name", QUERIES)
async def test_the_answer_is_the_ordinary_one(
    schema: LiftosSchema,
    stores: Stores,
    asked: tuple[TenantScope, str],
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    sums: bool,
) -> None:
    scope, moment = asked
    pages: list[bool] = []
    write = AttributionStore.written

    async def told(*given: Any, tells_ends: bool) -> WrittenRows:
        pages.append(tells_ends)
        return await write(*given, tells_ends=tells_ends)

    monkeypatch.setattr(AttributionStore, "written", told)
    await prepared(stores, scope, sums=sums)
    text = QUERIES[name].replace("ALL", ALL)
    document = f"query ($asOf: DateTime) {{ {text} }} {FRAGMENT if '...F' in text else ''}"
    answers = []
    for renders in (False, True):
        context = Context(Session.open(scope, stores), "request-1")
        context.renders = renders
        result = await schema.execute(document, {"asOf": moment}, context)
        errors = [error.formatted for error in result.errors or ()]
        answers.append((encoded(result.data), errors))
    assert answers[0] == answers[1]
    assert bool(pages) is (name not in OBJECTS)


async def prepared(stores: Stores, scope: TenantScope, *, sums: bool) -> None:
    """Every day read from sums, or none."""
    if sums:
        await stores.attribution_days.fold(scope, again=True)
        return
    async with stores.database.write(scope) as connection:
        await connection.execute("UPDATE attribution_day SET formula = 'former'")
