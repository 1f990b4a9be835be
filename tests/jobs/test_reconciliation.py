"""Runs held against the platform's own totals: through the worker, the platform and back."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.base import AccountFacts
from core.errors import Conflict
from core.jsonvalue import JSONObject
from core.records.connections import ConnectionRecord
from core.records.ingestion import RawPage
from core.records.insights import InsightKind
from core.records.pages import PageRequest
from core.records.receipts import CheckStatus, ReceiptPolicy, TotalCheck
from core.records.runs import RunRecord, RunStatus
from core.scope import TenantScope
from core.units import DateRange
from jobs.reconcile import Reconciliation
from jobs.sources import OpenSource
from resolvers import insights
from stores.postgres.run_work import Claimed
from stores.wiring import Stores
from tests.jobs.by_hand import ByHand, by_hand, page_of
from tests.support import (
    RunningWorker,
    Tenant,
    google_account,
    ingest,
    meta_account,
    start_sandbox,
)

SINCE, UNTIL = "2026-10-01", "2026-10-14"
ALL = {"spend", "impressions", "clicks", "link_clicks", "video_views", "conversions"} | {
    "conversion_value"
}


class Platform:
    """A sandbox of its own, whose rows can be made to go missing."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, name: str, **change: object) -> None:
        body = json.dumps(change).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{name}", body, method="POST")
        with urllib.request.urlopen(request):
            pass

    def truth(self, account: str) -> dict[str, Any]:
        query = f"platform=meta&account={account}&since={SINCE}&until={UNTIL}&level=campaign"
        with urllib.request.urlopen(f"{self.url}/_sandbox/truth?{query}") as answer:
            found: dict[str, Any] = json.load(answer)
            return found


@pytest.fixture(scope="module")
def process() -> Iterator[Platform]:
    started, url = start_sandbox("--seed", "1", "--now", "2026-11-20T12:00:00+00:00")
    yield Platform(url)
    started.kill()
    started.wait()


@pytest.fixture
def platform(process: Platform) -> Iterator[Platform]:
    yield process
    process.control("faults", clear=True)


async def connected(stores: Stores, scope: TenantScope, **changes: object) -> ConnectionRecord:
    return await stores.connections.create(scope, meta_account(**changes))  # type: ignore[arg-type]  # of many types


def checks_of(run: RunRecord) -> dict[str, TotalCheck]:
    assert run.receipt is not None
    return {check.metric: check for check in run.receipt.checks}


async def test_a_run_that_has_everything_matches_in_every_metric(
    stores: Stores, tenant: Tenant, platform: Platform, running_worker: RunningWorker
) -> None:
    connection = await connected(stores, tenant.scope)
    async with running_worker(platform.url):
        run = await ingest(stores, tenant.scope, connection, SINCE, UNTIL)
    found = checks_of(run)
    expected = platform.truth("act_1001")["totals"]
    assert (run.error, run.status) == (None, RunStatus.SUCCEEDED)
    assert {metric for metric, check in found.items() if check.status == "MATCHED"} == ALL
    assert found["reach"].status is CheckStatus.NOT_ASSESSED
    assert found["spend"].ours == found["spend"].theirs == Decimal(expected["spend"])
    assert found["conversions"].theirs == Decimal(expected["purchases"])
    assert (found["spend"].currency, found["clicks"].currency) == ("EUR", None)
    async with stores.database.read(tenant.scope) as database:
        pages = await database.fetch(
            "SELECT reading, fetched, merged_at IS NOT NULL AS merged FROM raw_page ORDER BY number"
        )
    rows = run.counters.fetched
    assert sorted(tuple(page) for page in pages) == [(-1, 0, True), (0, rows, True)]
    assert run.counters.pages == 1


async def test_google_s_rows_add_up_to_google_s_totals(
    stores: Stores, tenant: Tenant, platform: Platform, running_worker: RunningWorker
) -> None:
    connection = await stores.connections.create(tenant.scope, google_account())
    async with running_worker(platform.url):
        run = await ingest(stores, tenant.scope, connection, SINCE, UNTIL)
    found = checks_of(run)
    assert run.status is RunStatus.SUCCEEDED
    assert {m for m, check in found.items() if check.status is CheckStatus.MATCHED} == {
        "spend",
        "impressions",
        "clicks",
        "conversions",
        "conversion_value",
    }
    assert found["video_views"].status is CheckStatus.NOT_ASSESSED


async def test_rows_that_are_missing_keep_the_run_from_being_complete_until_they_are_there(
    stores: Stores, tenant: Tenant, platform: Platform, running_worker: RunningWorker
) -> None:
    connection = await connected(stores, tenant.scope)
    platform.control("faults", missing_rows=0.05)
    async with running_worker(platform.url):
        short = await ingest(stores, tenant.scope, connection, SINCE, UNTIL)
        elsewhere = await ingest(stores, tenant.scope, connection, "2026-09-01", "2026-09-01")
        platform.control("faults", missing_rows=0)
        whole = await ingest(stores, tenant.scope, connection, SINCE, UNTIL)
    expected = platform.truth("act_1001")
    check = checks_of(short)["spend"]
    missing = len(expected["rows"]) - short.counters.fetched
    assert missing > 0
    assert (short.status, short.error) == (RunStatus.INCOMPLETE, None)
    assert (check.status, check.theirs) == (
        CheckStatus.MISMATCHED,
        Decimal(expected["totals"]["spend"]),
    )
    assert check.gap is not None
    assert check.gap == sum((gap.theirs or 0) - (gap.ours or 0) for gap in check.gaps)
    assert 1 <= check.gap_days <= missing
    assert check.reason is not None
    assert check.reason.startswith(f"{check.gap.normalize():,f} EUR short of the platform's")
    # Those days did not trouble the run of another day, and are together again after the third.
    assert elsewhere.status is RunStatus.SUCCEEDED
    assert whole.status is RunStatus.SUCCEEDED
    async with stores.database.read(tenant.scope) as database:
        assert await database.fetchval("SELECT count(*) FROM open_gap") == 0
        again = await database.fetchval(
            "SELECT count(*) FROM total_question WHERE run_id = $1", elsewhere.id
        )
    assert again == 2
    events = await stores.runs.events_after(tenant.scope, short.id, 0, 100)
    assert (events[-1].kind, events[-1].status) == ("INCOMPLETE", RunStatus.INCOMPLETE)
    assert f"spend: {check.reason}" in events[-1].message


async def test_a_gap_is_told_as_an_insight(
    stores: Stores, tenant: Tenant, platform: Platform, running_worker: RunningWorker
) -> None:
    connection = await connected(stores, tenant.scope)
    platform.control("faults", missing_rows=0.05)
    async with running_worker(platform.url):
        run = await ingest(stores, tenant.scope, connection, SINCE, UNTIL)
    found = (await stores.insights.page(tenant.scope, PageRequest(50))).items
    (told,) = [insight for insight in found if insight.metric == "spend"]
    check = checks_of(run)["spend"]
    assert (told.kind, told.currency, told.run_id) == (InsightKind.TOTAL_GAP, "EUR", run.id)
    assert (told.before, told.after) == (check.theirs, check.ours)
    assert insights.title(told).startswith("Spend ")
    assert insights.title(told).endswith(" EUR short of the platform's")
    with pytest.raises(Conflict):
        await stores.runs.retry(tenant.scope, run.id)


async def test_a_wide_tolerance_forgives(
    stores: Stores, tenant: Tenant, platform: Platform, running_worker: RunningWorker
) -> None:
    connection = await connected(stores, tenant.scope)
    await stores.policies.put(tenant.scope, connection.id, ReceiptPolicy(tolerance=Decimal(1)))
    platform.control("faults", missing_rows=0.05)
    async with running_worker(platform.url):
        run = await ingest(stores, tenant.scope, connection, SINCE, UNTIL)
    assert run.status is RunStatus.SUCCEEDED
    assert checks_of(run)["spend"].gap != 0


async def test_days_that_are_not_over_and_sources_without_totals_are_not_assessed(
    stores: Stores, tenant: Tenant, platform: Platform, running_worker: RunningWorker
) -> None:
    connection = await connected(stores, tenant.scope)
    async with running_worker(platform.url):
        run = await ingest(stores, tenant.scope, connection, "2099-01-01", "2099-01-02")
    assert run.status is RunStatus.SUCCEEDED
    assert {check.reason for check in checks_of(run).values()} == {
        "none of the days was over when it was read"
    }


@dataclass
class Tells:
    """A connector of totals alone."""

    totals: RawPage
    window_days = 1

    async def check(self) -> AccountFacts:
        raise NotImplementedError

    async def pages(
        self, window: DateRange | None, resume: JSONObject | None
    ) -> AsyncIterator[RawPage]:
        del window, resume
        yield page_of({})

    async def account_totals(
        self, dates: DateRange, resume: JSONObject | None
    ) -> AsyncIterator[RawPage]:
        del dates, resume
        yield self.totals

    async def aclose(self) -> None:
        """Nothing is open."""


async def asked(at: ByHand, claimed: Claimed, totals: RawPage) -> None:
    """Have the run told these totals of its days."""
    source = OpenSource(at.connection, Tells(totals), is_whole=True)
    reconciliation = Reconciliation(at.stores, at.work, at.scope, claimed, source)
    await reconciliation.ask(0, claimed.run.dates)


async def test_totals_that_cannot_be_read_leave_the_run_done_and_unassessed(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    claimed = await at.begun(SINCE, SINCE)
    page = page_of({("1", SINCE): "10"})
    await at.merge(claimed, await at.land(claimed, page), page)
    await asked(at, claimed, page_of({("1", SINCE): "much"}))
    await at.complete(claimed)
    receipt = await at.finish(claimed)
    assert receipt.is_complete
    assert {check.reason for check in receipt.checks} == {
        "the platform's totals: spend is not a number"
    }


@pytest.mark.parametrize("decide", ["accept", "reject"])
async def test_days_that_were_read_again_are_not_held_against_totals_of_before(
    stores: Stores, tenant: Tenant, decide: str
) -> None:
    at = await by_hand(stores, tenant.scope)
    days = DateRange(date(2026, 5, 1), date(2026, 5, 2))
    await stores.policies.put(at.scope, at.connection.id, ReceiptPolicy(shrink_entries=1))
    one = {("1", f"{days.since}"): "10", ("2", f"{days.since}"): "10"}
    await at.read(f"{days.since}", f"{days.since}", [one])
    claimed = await at.begun(f"{days.since}", f"{days.until}")
    page = page_of({("1", f"{days.since}"): "10", ("1", f"{days.until}"): "10"})
    await at.merge(claimed, await at.land(claimed, page), page)
    told = {("", f"{days.since}"): "10", ("", f"{days.until}"): "10"}
    totals = page_of(told, campaign_id=None, campaign_name=None)
    await asked(at, claimed, totals)
    await at.complete(claimed)
    await at.finish(claimed)
    await at.read(f"{days.until}", f"{days.until}", [{("1", f"{days.until}"): "90"}])
    run = await getattr(stores.shrinks, decide)(at.scope, claimed.run.id)
    gaps = {f"{gap.date}" for check in checks_of(run).values() for gap in check.gaps}
    assert gaps == (set() if decide == "accept" else {f"{days.since}"})
    assert await at.count("open_gap") == len(gaps) * 2


async def test_every_day_that_is_apart_is_asked_about_again(stores: Stores, tenant: Tenant) -> None:
    at = await by_hand(stores, tenant.scope)
    since, until = date(2026, 5, 1), date(2026, 6, 9)
    days = [f"{day}" for day in DateRange(since, until)]
    claimed = await at.begun(days[0], days[-1])
    page = page_of({("1", day): "10" for day in days})
    await at.merge(claimed, await at.land(claimed, page), page)
    told = page_of({("", day): "90" for day in days}, campaign_id=None, campaign_name=None)
    await asked(at, claimed, told)
    await at.complete(claimed)
    receipt = await at.finish(claimed)
    (spend,) = [check for check in receipt.checks if check.metric == "spend"]
    assert (spend.gap_days, len(spend.gaps)) == (40, 31)
    assert len(await at.work.totals.open_days(at.scope, at.connection.id)) == 40
