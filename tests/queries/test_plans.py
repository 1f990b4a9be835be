"""A million entries of twenty tenants: what is read for an answer does not grow with them.

Every statement of the golden operations, and of some that reach further, both as Postgres plans
it for its values and as it plans it for any: the plan that a prepared statement is kept with.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from tests.queries.golden import SIZE, document, names, summary
from tests.queries.ground import Ground, Statement, opened_ground, own_services
from tests.queries.plans import Plan, planned
from tests.support import Services, Tenant

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

TENANTS = 20
BULK = Path(__file__).with_name("bulk.sql")
WHOLE = 2000
"""Rows of the largest relation that may be read whole."""

READ_AT_MOST = 600
READ_FOR_EACH = 40
"""Rows that may be looked at for an answer of no rows, and more for each that it has."""

HUNDRED = " ".join(
    f'{{__typename: "MarketingEntry", id: "$MarketingEntry {day} {day} {1 + n % 66}"}}'
    for n in range(100)
    for day in (f"2024-05-{1 + n % 28:02}",)
)
FURTHER = {
    "long ago": """{ marketingEntries(first: 50, filter: {
        dates: {since: "2024-01-10", until: "2024-01-20"}}) { nodes { date spend } } }""",
    "a long page": """{ marketingEntries(first: 1000) {
        nodes { date spend calendar { isoWeek } } } }""",
    "of a campaign, as of a moment": """{ marketingEntries(
        first: 20, asOf: "2025-11-05T00:00:00Z", filter: {
        dates: {since: "2024-03-01", until: "2024-03-31"}, channels: ["Display"],
        campaigns: ["$Campaign bulk campaign 7"]}) { nodes { date spend } } }""",
    "of a campaign": """{ marketingEntries(first: 20, filter: {
        campaigns: ["$Campaign bulk campaign 7"]}) { nodes { date spend } } }""",
    "counted by account": """{ marketingEntries(first: 20, filter: {
        dates: {since: "2024-03-01", until: "2024-03-31"}, accounts: ["account 1"]}) {
        totalCount nodes { date spend } } }""",
    "campaigns": """{ campaigns(first: 50) { nodes {
        name firstDate lastDate entries(first: 10) { nodes { date spend } } } } }""",
    "a year by month": """{ attributionRows(
        dates: {since: "2024-01-01", until: "2024-12-31"}, grain: MONTH, first: 100) {
        nodes { date channel spend conversions roas } } }""",
    "as of long ago": """{ attributionRows(dates: {since: "2024-01-01", until: "2024-01-31"},
        asOf: "2024-06-01T00:00:00Z", first: 100) { nodes { date channel spend } } }""",
    "ten thousand rows": """{ attributionRows(
        dates: {since: "2023-11-01", until: "2025-10-31"}, by: [CAMPAIGN], first: 10000) {
        nodes { date channel spend impressions clicks conversions roas } } }""",
    "a hundred entities": f"""{{ _entities(representations: [{HUNDRED}]) {{
        ... on MarketingEntry {{ id spend calendar {{ isoWeek }} campaign {{ name }} }} }} }}""",
    "runs of a connection": """{ runs(connections: ["$ConnectedSource connection 2"], first: 50) {
        nodes { status events(first: 5) { message } pages(first: 5) { number } } } }""",
    "failed": """{ runs(statuses: [FAILED], first: 20) { nodes { status } } }""",
    "refused of a run": """{ rejectedRecords(runId: "$Run bulk run 7", first: 20) {
        nodes { field } } }""",
    "events": """{ events(after: 2500, first: 100) { sequence kind } }""",
}
"""Operations beside the golden ones: deep, wide and far back."""

DEEP = """{ marketingEntries(first: 50, after: "%s") { nodes { date spend } } }"""
FAR_BACK = """{ marketingEntries(first: 1, filter: {
    dates: {since: "2024-02-01", until: "2024-02-10"}}) { pageInfo { endCursor } } }"""

ENTRIES = "day_reading, marketing_entry, connection"
ENTRIES_AS_OF = "day_reading, marketing_entry, marketing_entry_vintage, connection"
VERSIONS = "marketing_entry, marketing_entry_vintage"
SUMS = "day_reading, attribution_day, connection, attribution_sum"
FACTS = "connection, freshness_goal, day_reading, day_reconciliation, raw_page, run"
LEDGER = "insight, insight_verdict, insight_version"
ALL = 50_000
"""Entries of the tenant."""

MORE = {
    ("attribution_by_day", SUMS): (6_000, "sums of the days that a page reaches into"),
    ("attribution_by_week_as_of", ENTRIES_AS_OF): (4_000, "entries of a week, summed"),
    ("attribution_converted", ENTRIES_AS_OF): (2_000, "entries of some days, summed"),
    ("attribution_converted", ENTRIES): (2_000, "entries of some days, summed"),
    ("a year by month", "attribution_day"): (3_000, "the days of a year and connection"),
    ("a year by month", "attribution_sum"): (6_000, "sums of half a year, summed"),
    ("ten thousand rows", "attribution_day"): (3_000, "the days of two years and connection"),
    ("ten thousand rows", "attribution_sum"): (40_000, "the sums of ten thousand rows, one value"),
    ("as of long ago", ENTRIES_AS_OF): (10_000, "entries of a month, summed"),
    ("backfill_quote", "day_reading, run"): (8_000, "every reading of a connection"),
    ("connections_with_health", FACTS): (3_000, "readings of four weeks"),
    ("connections_with_health", ENTRIES): (4_000, "entries of four weeks, counted by checks"),
    ("data_health", FACTS): (3_000, "readings of a fortnight"),
    ("data_health", ENTRIES_AS_OF): (3_000, "entries of a fortnight, counted by checks"),
    ("entries_as_of", f"count of {VERSIONS}"): (3 * ALL, "every entry, counted"),
    ("entries_by_name", "marketing_entry"): (5_000, "entries whose names are other ones"),
    ("entries_by_name", "count of marketing_entry"): (ALL, "every entry, counted"),
    ("explain", "count of marketing_entry"): (ALL, "every entry, counted"),
    ("explain", f"count of {ENTRIES}"): (2 * ALL, "every entry, and when its day was read"),
    ("insights", "insight"): (1_000, "insights of other days than those asked"),
    ("insights_with_their_outcomes", LEDGER): (2_000, "every insight, counted by kind"),
    ("marketing_summary", ENTRIES_AS_OF): (2_000, "entries of some days, summed"),
    ("performance_by_campaign", ENTRIES_AS_OF): (2_000, "entries of some days, summed"),
    ("performance_by_week_as_of", ENTRIES_AS_OF): (4_000, "entries of a month, summed"),
    ("performance_by_week_as_of", "marketing_entry"): (
        2_000,
        "entries of a month, for their currencies",
    ),
    ("performance_in_total", ENTRIES_AS_OF): (5_000, "entries of a month, summed"),
    ("performance_in_total", "marketing_entry"): (
        2_000,
        "entries of a month, for their currencies",
    ),
    ("rejected_records", "rejected_record"): (3_000, "records of two connections, by age"),
    ("surfacing_insights", ENTRIES_AS_OF): (2_000, "entries of some days, summed"),
    ("of a campaign, as of a moment", VERSIONS): (5_000, "what was another's at the moment"),
    ("counted by account", "count of marketing_entry"): (5_000, "entries of a month, counted"),
}
"""Statements that read more than others may, by operation and tables: how much, and what."""


@dataclass
class Million:
    """A ground with a million entries."""

    ground: Ground
    tenant: Tenant
    rows: Mapping[str, int]

    def faults(self, name: str, statement: Statement, plan: Plan) -> Iterator[str]:
        """What is wrong with the plan of a statement."""
        tables = summary(statement).partition(" ")[2]
        if statement.sql.startswith("SELECT count(*)"):
            tables = f"count of {tables}"
        most = READ_AT_MOST + READ_FOR_EACH * plan.returned
        most, _ = MORE.get((name, tables), (most, ""))
        if plan.read > most:
            yield f"{name}: {tables} reads {plan.read} rows for {plan.returned}, at most {most}"
        for relation in sorted(plan.whole):
            if self.rows.get(relation, 0) > WHOLE:
                yield f"{name}: {tables} reads {relation} whole"


@pytest.fixture(scope="module")
def million_services() -> Iterator[Services]:
    with own_services() as services:
        yield services


@pytest.fixture(scope="module")
async def million(million_services: Services) -> AsyncIterator[Million]:
    async with opened_ground(million_services) as ground:
        tenant = await ground.seeded(SIZE)
        assert million_services.logins.owner is not None
        yield Million(ground, tenant, await filled(million_services.logins.owner, ground, tenant))


async def filled(url: str, ground: Ground, tenant: Tenant) -> Mapping[str, int]:
    """Rows by relation, partitions apart, once the bulk is in and the tenant's sums are made."""
    owner = await asyncpg.connect(url)
    await owner.execute("SELECT set_config('bulk.tenants', $1, false)", str(TENANTS))
    await owner.execute(BULK.read_text(encoding="utf-8"))
    while await ground.stores.attribution_days.fold(tenant.scope):
        pass
    await owner.execute("ANALYZE attribution_day, attribution_sum")
    rows = await owner.fetch("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'")
    await owner.close()
    return {row["relname"]: round(row["reltuples"]) for row in rows}


@pytest.mark.parametrize("name", [*names(), *FURTHER, "deep"])
async def test_what_is_read_is_of_the_order_of_what_is_answered(
    million: Million, name: str
) -> None:
    faults: list[str] = []
    asked = await million.ground.ask(million.tenant, await operation(million, name))
    for statement in filter(can_be_explained, asked.statements):
        for is_kept in (False, True):
            async with million.ground.stores.database.read(million.tenant.scope) as connection:
                plan = await planned(connection, statement, is_kept=is_kept)
            faults += million.faults(name, statement, plan)
    assert faults == []


async def operation(million: Million, name: str) -> str:
    if name != "deep":
        return FURTHER.get(name) or document(name)
    told = (await million.ground.ask(million.tenant, FAR_BACK)).data
    cursor: str = told["marketingEntries"]["pageInfo"]["endCursor"]
    return DEEP % cursor


def can_be_explained(statement: Statement) -> bool:
    """Whether it reads: what writes, and what locks, is no matter of plans."""
    return statement.sql.lstrip().startswith(("SELECT", "WITH")) and not (
        {"pg_advisory_xact_lock_shared", "record_audit"} & set(re.findall(r"\w+", statement.sql))
    )
