"""Ten workers, killed at random, and 200 runs of 20 tenants: all right, and nobody starved."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest

from core.commands import CreateTenant, StartIngestion
from core.records.runs import RunStatus
from core.scope import SystemScope, TenantScope
from core.units import DateRange
from jobs.calendars import fill_calendar
from tests.chaos.ground import Platform, started_worker, truth, worker_environment
from tests.support import ended, meta_account, scope_of

SEED = 20261123
WORKERS = 10
TENANTS = 20
ACCOUNTS = {1001: ("EUR", "Europe/Berlin"), 1002: ("USD", "America/New_York")}
RANGE = DateRange(date(2026, 6, 1), date(2026, 9, 8))
"""100 days: for each account five runs of 20 days."""
KILLS = 12

# The turns in the order in which they were taken and given back: who takes one holds the lock of
# take_turn already, and whoever gives one back waits for it here.
JOURNAL = """
CREATE TABLE journal (at serial PRIMARY KEY, run_id uuid NOT NULL, is_taken boolean NOT NULL);
CREATE FUNCTION keep_journal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('take_turn'));
    IF TG_OP = 'DELETE' OR OLD.status = 'picked' AND NEW.status = 'queued' THEN
        INSERT INTO journal (run_id, is_taken) VALUES (OLD.dedupe_key::uuid, false);
    ELSIF OLD.status = 'queued' AND NEW.status = 'picked' THEN
        INSERT INTO journal (run_id, is_taken) VALUES (NEW.dedupe_key::uuid, true);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER journal AFTER UPDATE OR DELETE ON pgqueuer
    FOR EACH ROW EXECUTE FUNCTION keep_journal();
"""


# The calendar of one tenant is everybody's: else each worker would work out that of all.
CALENDAR = """
WITH versions AS (
    INSERT INTO calendar_version
    SELECT (jsonb_populate_record(v, jsonb_build_object('tenant_id', t.tenant_id))).*
    FROM tenant t, calendar_version v WHERE v.tenant_id = $1 AND t.tenant_id <> $1
)
INSERT INTO calendar_day
SELECT (jsonb_populate_record(d, jsonb_build_object('tenant_id', t.tenant_id))).*
FROM tenant t, calendar_day d WHERE d.tenant_id = $1 AND t.tenant_id <> $1
"""


@dataclass(frozen=True)
class Step:
    """A turn that a tenant's run took or gave back."""

    tenant: int
    is_taken: bool


@contextmanager
def crew(platform: Platform, sandbox_url: str) -> Iterator[Crew]:
    # Ten workers on two cores are late with their heartbeats: the default bears that.
    changed = {
        "LIFTOS_WORKER_CONCURRENCY": "2",
        "LIFTOS_WORKER_HEARTBEAT_SECONDS": "6",
        "LIFTOS_INDEX_LOOK_SECONDS": "0",
        "LIFTOS_ANALYSIS_LOOK_SECONDS": "0",
    }
    made = Crew(platform, worker_environment(sandbox_url) | changed)
    try:
        yield made
    finally:
        for process in made.processes:
            process.kill()
            process.wait()


class Crew:
    """Workers; one that was killed is followed by another at once."""

    def __init__(self, platform: Platform, environment: dict[str, str]) -> None:
        self._home = platform.home
        self._environment = environment
        self.processes = [started_worker(self._home, environment) for _ in range(WORKERS)]

    def kill(self, number: int) -> None:
        self.processes[number].kill()
        self.processes[number].wait()
        self.processes[number] = started_worker(self._home, self._environment)


@asynccontextmanager
async def owning(platform: Platform) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    assert platform.logins.owner is not None
    owner = await asyncpg.connect(platform.logins.owner)
    try:
        yield owner
    finally:
        await owner.close()


async def share_calendar(platform: Platform, scope: TenantScope) -> None:
    tenant = await platform.stores.tenants.current(scope)
    await fill_calendar(platform.stores, tenant, tenant.created_at.date())
    async with owning(platform) as owner:
        await owner.execute(CALENDAR, tenant.id)


async def queue(platform: Platform, number: int) -> tuple[TenantScope, list[UUID]]:
    """A tenant with two accounts and ten queued runs."""
    stores = platform.stores
    named = CreateTenant(slug=f"share-{number}", name="Share")
    scope = scope_of(await stores.tenants.create(SystemScope(reason="chaos"), named))
    runs = []
    for account, (currency, zone) in ACCOUNTS.items():
        command = meta_account(account, currency=currency, time_zone=zone)
        connection = await stores.connections.create(scope, command)
        for start in range(0, RANGE.days, 20):
            since = RANGE.since + timedelta(days=start)
            dates = DateRange(since, since + timedelta(days=19))
            run = await stores.runs.start_ingestion(scope, StartIngestion(connection.id, dates))
            runs.append(run.id)
    return scope, runs


async def journal_of(platform: Platform, tenants: dict[UUID, int]) -> list[Step]:
    async with owning(platform) as owner:
        rows = await owner.fetch("SELECT run_id, is_taken FROM journal ORDER BY at")
    return [Step(tenants[row["run_id"]], row["is_taken"]) for row in rows]


async def check(platform: Platform, scope: TenantScope, runs: Sequence[UUID], url: str) -> None:
    """The tenant has what the platform says, each entry once, and every record is accounted for."""
    found = await platform.stores.runs.by_ids(scope, runs)
    assert [found[run_id].status for run_id in runs] == [RunStatus.SUCCEEDED] * len(runs)
    assert all(run.counters.balances and run.receipt for run in found.values())
    assert sum(run.counters.rejected for run in found.values()) == 0
    expected = [truth(url, RANGE, f"act_{account}") for account in ACCOUNTS]
    rows = sum(len(one["rows"]) for one in expected)
    assert sum(run.counters.created for run in found.values()) == rows
    async with platform.stores.database.read(scope) as connection:
        kept = await connection.fetchrow(
            "SELECT count(*) AS entries, sum(spend) AS spend FROM marketing_entry"
        )
        vintages = await connection.fetchval("SELECT count(*) FROM marketing_entry_vintage")
        unmerged = await connection.fetchval(
            "SELECT count(*) FROM raw_page WHERE merged_at IS NULL"
        )
        gaps = await connection.fetchval(
            "SELECT count(*) FROM (SELECT count(*) - max(sequence) AS gap FROM run_event "
            "GROUP BY run_id) each WHERE gap <> 0"
        )
    assert kept is not None
    assert (kept["entries"], vintages, unmerged, gaps) == (rows, rows, 0, 0)
    assert kept["spend"] == sum(Decimal(one["totals"]["spend"]) for one in expected)


def check_shares(steps: Sequence[Step]) -> None:
    """While a tenant has runs waiting and none at work, no other has two turns."""
    taken = [step.tenant for step in steps if step.is_taken]
    assert sorted(taken[:TENANTS]) == list(range(TENANTS))
    left = Counter(taken)
    held: Counter[int] = Counter()
    passed: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for step in steps:
        if not step.is_taken:
            held[step.tenant] -= 1
            continue
        left[step.tenant] -= 1
        held[step.tenant] += 1
        passed[step.tenant].clear()
        for other in range(TENANTS):
            if held[other] or not left[other]:
                passed[other].clear()
            else:
                passed[other][step.tenant] += 1
                assert passed[other][step.tenant] < 2, (step, other)
    assert +held == Counter()


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_two_hundred_runs_of_twenty_tenants_survive_ten_workers_and_their_kills(
    platform: Platform, sandbox_url: str
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - chaos that can be repeated
    async with owning(platform) as owner:
        await owner.execute(JOURNAL)
    queued = [await queue(platform, number) for number in range(TENANTS)]
    await share_calendar(platform, queued[0][0])
    with crew(platform, sandbox_url) as workers:
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.5, 2.5))
            workers.kill(chance.randrange(WORKERS))
        for scope, runs in queued:
            for run_id in runs:
                await ended(platform.stores, scope, run_id, 300)
    for scope, runs in queued:
        await check(platform, scope, runs, sandbox_url)
    tenants = {run_id: number for number, (_, runs) in enumerate(queued) for run_id in runs}
    check_shares(await journal_of(platform, tenants))
