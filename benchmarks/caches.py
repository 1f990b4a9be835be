"""A day of modules that ask the same again: `python -m benchmarks.caches`.

The model: every tenant has two connections that are read at even intervals; a reading that lands
changes a day of entries. Sessions of a dashboard are spread evenly over the day: each asks for
the entries of 28 days, their sums by week, both of the 28 days before, for comparison (which
`--alone` leaves out), the calendar and the newest insights, then looks into two of the tenant's
campaigns, chosen by Zipf's law. All in the order of the day, by one client without pauses: so it
is known of each request whether it was asked since what it is made of last changed.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from app.embedded import attach
from app.wiring import open_platform
from benchmarks.machine import described
from benchmarks.subscribers import prepare
from benchmarks.webhooks import cpu_seconds, serving
from core.commands import CreateTenant
from core.scope import Permission, Role, SystemScope, TenantScope
from core.settings import Settings
from graph.ids import CAMPAIGN
from jobs.calendars import fill_calendar
from stores.wiring import Stores

T = TypeVar("T")
CAMPAIGNS = 20
DAYS = 60
REPEATED = 500
LAST = date(2025, 11, 20)
WINDOW, BEFORE = (
    {"since": (last - timedelta(days=27)).isoformat(), "until": last.isoformat()}
    for last in (LAST, LAST - timedelta(days=28))
)
HIT = re.compile(
    r'^liftos_core_data_cache_lookups_total\{outcome="(\w+)",tier="l1"\} (\S+)$', re.MULTILINE
)

ENTRIES = """query Entries($dates: DateRangeInput!) {
  marketingEntries(filter: { dates: $dates }, first: 100) {
    nodes { id date channel spend clicks conversions roas calendar { isHoliday } }
  }
}"""
WEEKS = """query Weeks($dates: DateRangeInput!) {
  attributionRows(dates: $dates, grain: WEEK, first: 100) {
    nodes { date channel spend conversions roas isPartial }
  }
}"""
CALENDAR = """query Calendar($dates: DateRangeInput!) {
  calendar(dates: $dates) { date isHoliday isoWeek fiscalQuarter }
}"""
INSIGHTS = "query Insights { insights(first: 10) { nodes { title } } }"
OF_CAMPAIGN = """query OfCampaign($campaign: ID!) {
  marketingEntries(filter: { campaigns: [$campaign] }, first: 30) {
    nodes { date spend clicks campaign { name } }
  }
}"""


@dataclass(slots=True)
class Asker:
    """A tenant, its key, and what it has asked since its data last changed."""

    scope: TenantScope
    key: str
    asked: set[str] = field(default_factory=set)

    def has_asked(self, body: bytes) -> bool:
        """Whether it has; from now on it has."""
        text = body.decode()
        before = text in self.asked
        self.asked.add(text)
        return before

    def changed(self) -> None:
        """Facts of the last day have: what was asked of anything else still holds."""
        self.asked = {each for each in self.asked if holds(each)}


def holds(asked: str) -> bool:
    """Whether what was asked is the same after a landing."""
    is_of_facts = "query Calendar" not in asked and "query Insights" not in asked
    return not is_of_facts or json.loads(asked)["variables"].get("dates") == BEFORE


def main() -> None:
    """Fill tenants, then let their day go by."""
    asked = arguments()
    with tempfile.TemporaryDirectory(prefix="liftos-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with attach(home):
            print(described())
            asyncio.run(prepare(home))
            with serving(home) as (port, api):
                asyncio.run(measure(home, port, api, asked))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tenants", type=int, default=5)
    parser.add_argument("--sessions", type=int, default=100, help="of each tenant")
    parser.add_argument("--alone", action="store_true", help="no sessions compare")
    parser.add_argument("--landings", type=int, default=8, help="of each tenant")
    return parser.parse_args()


async def measure(home: Path, port: int, api: int, asked: argparse.Namespace) -> None:
    """One day."""
    async with open_platform(Settings(home=home)) as platform:
        stores = platform.stores
        askers = [await filled(stores, number) for number in range(asked.tenants)]
        client = http.client.HTTPConnection("127.0.0.1", port)
        times: dict[bool, list[float]] = {True: [], False: []}
        for asker, body in day(askers, asked):
            if body is None:
                await landed(stores, asker)
                continue
            again = asker.has_asked(body)
            times[again].append(ask(client, asker.key, body))
        told("made", times[False])
        told("kept", times[True])
        print(hit_rate(client))
        print(processor_time(client, askers[0].key, api))


def day(askers: Sequence[T], asked: argparse.Namespace) -> Iterator[tuple[T, bytes | None]]:
    """What happens, in order: a request, or None for a reading that lands."""
    chance = random.Random(1)  # noqa: S311 - a model, and the same every time
    moments: list[tuple[float, int, bool]] = []
    for number in range(len(askers)):
        moments += [(chance.random(), number, False) for _ in range(asked.sessions)]
        moments += [((each + 0.5) / asked.landings, number, True) for each in range(asked.landings)]
    for _, number, lands in sorted(moments):
        if lands:
            yield askers[number], None
        else:
            bodies = session(chance, (WINDOW,) if asked.alone else (WINDOW, BEFORE))
            yield from ((askers[number], body) for body in bodies)


def session(chance: random.Random, windows: Sequence[dict[str, str]]) -> Iterator[bytes]:
    """What one session asks."""
    for query in (ENTRIES, WEEKS):
        yield from (written(query, {"dates": dates}) for dates in windows)
    yield written(CALENDAR, {"dates": WINDOW})
    yield written(INSIGHTS, {})
    weights = [1 / (rank + 1) for rank in range(CAMPAIGNS)]
    for number in chance.choices(range(CAMPAIGNS), weights, k=2):
        yield written(OF_CAMPAIGN, {"campaign": CAMPAIGN.encode(UUID(int=number))})


def written(query: str, variables: dict[str, Any]) -> bytes:
    """The body of a request."""
    return json.dumps({"query": query, "variables": variables}).encode()


def ask(client: http.client.HTTPConnection, key: str, body: bytes) -> float:
    """Milliseconds until the answer is there."""
    began = time.perf_counter()
    client.request("POST", "/graphql", body, {"X-API-Key": key, "Content-Type": "application/json"})
    answer = client.getresponse().read()
    took = (time.perf_counter() - began) * 1000
    if b'"errors"' in answer:
        raise SystemExit(answer.decode())
    return took


def told(what: str, times: Sequence[float]) -> None:
    """A line of the report."""
    p95 = statistics.quantiles(times, n=20)[-1]
    print(
        f"{what}: {len(times):,} answers, p50 {statistics.median(times):.2f} ms, p95 {p95:.2f} ms"
    )


def processor_time(client: http.client.HTTPConnection, key: str, api: int) -> str:
    """Of kept answers, in the process that answers: the machine's load does not show in it."""
    body = written(ENTRIES, {"dates": WINDOW})
    ask(client, key, body)
    before = cpu_seconds(api)
    for _ in range(REPEATED):
        ask(client, key, body)
    return f"kept: {(cpu_seconds(api) - before) / REPEATED * 1000:.2f} ms of processor an answer"


def hit_rate(client: http.client.HTTPConnection) -> str:
    """As the process itself has counted."""
    client.request("GET", "/metrics")
    counted = {
        outcome: float(value)
        for outcome, value in HIT.findall(client.getresponse().read().decode())
    }
    return f"hit rate of L1: {counted['hit'] / sum(counted.values()):.1%}"


async def filled(stores: Stores, number: int) -> Asker:
    """A tenant with two connections, and entries of its campaigns."""
    made = CreateTenant(slug=f"bench-{number}", name="Bench", tier="ENTERPRISE")
    tenant = await stores.tenants.create(SystemScope(reason="benchmark"), made)
    scope = TenantScope(tenant.id, actor="cli", permissions=frozenset(Permission))
    _, key = await stores.keys.create(scope, "bench", frozenset({Role.ANALYST}))
    await fill_calendar(stores, tenant, LAST)
    months = [LAST - timedelta(days=each) for each in range(DAYS)]
    async with stores.database.write(scope) as connection:
        await connection.execute("SELECT ensure_months($1)", months)
        for statement in _FILL:
            await connection.execute(statement)
        await connection.execute(_ENTRIES, LAST, CAMPAIGNS, DAYS)
    return Asker(scope, key)


async def landed(stores: Stores, asker: Asker) -> None:
    """A reading has brought other numbers of a day."""
    async with stores.database.write(asker.scope) as connection:
        await connection.execute(
            "UPDATE marketing_entry SET clicks = clicks + 1 WHERE tenant_id = $1 AND date = $2",
            asker.scope.tenant_id,
            LAST,
        )
    asker.changed()


_ID = "lpad(to_hex({}), 32, '0')::uuid"
_FILL = (
    f"""
    INSERT INTO connection (tenant_id, id, source, account_id, name, currency, time_zone, level,
        look_back_days, file_mapping)
    SELECT current_tenant(), {_ID.format("n")}, 'META_ADS', 'account ' || n, 'Account ' || n, 'EUR',
           'Europe/Berlin', 'CAMPAIGN', 7, '{{}}' FROM generate_series(0, 1) n""",
    f"""
    INSERT INTO campaign (tenant_id, digest, source, account_id, campaign_id, name, changed_at)
    SELECT current_tenant(), {_ID.format("n")}, 'META_ADS', 'account ' || n % 2, 'c' || n,
           'Campaign ' || n, now() FROM generate_series(0, {CAMPAIGNS - 1}) n""",
)
_ENTRIES = f"""
INSERT INTO marketing_entry (tenant_id, date, digest, source, connection_id, account_id, level,
    entity_id, campaign, date_basis, attribution_setting, channel, currency, spend, impressions,
    clicks, conversions, is_present, learned_at, first_learned_at, vintage_count, run_id,
    raw_page_id, raw_position, checks_applied, checks_failed)
SELECT current_tenant(), $1::date - day, md5(n || ' ' || day)::uuid, 'META_ADS',
       {_ID.format("n % 2")}, 'account ' || n % 2, 'CAMPAIGN', 'c' || n, {_ID.format("n")},
       'DELIVERY', '7d_click', 'Paid Social', 'EUR', n + 0.25, 1000, 100, 1, true, now(), now(), 1,
       {_ID.format("0")}, {_ID.format("0")}, 0, 0, 0
FROM generate_series(0, $2::int - 1) n CROSS JOIN generate_series(0, $3::int - 1) day
"""

if __name__ == "__main__":
    main()
