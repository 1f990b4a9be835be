"""Real files through the real door: no false alarm; corrupted, the dimension of the fault falls.

The files are a real account's (shared/data/SOURCES.md), read by an exporter from Meta.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from core.commands import FileOptions, FileReading, StartIngestion
from core.quality import Dimension
from core.records.connections import Level
from core.records.health import Health, HealthFilter
from core.records.runs import RunStatus
from core.units import DateRange
from resolvers import health
from resolvers.session import Session
from stores.wiring import Stores
from tests.jobs.test_real_files import FOLDER, Account, account
from tests.support import NewTenant, RunningWorker, ended, upload

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="the recorded files of shared/data are not on this machine"
)

Rows = list[dict[str, str]]

WHOLE = DateRange(date(2023, 2, 1), date(2026, 6, 2))
LEVELS = {
    "query_5_insights__rec2026-03-06_v23.csv": (Level.CAMPAIGN, 93),
    "query_20_insights__rec2026-03-06_v23.csv": (Level.AD, 36),
    "query_25_insights__rec2026-03-06_v23.csv": (Level.CAMPAIGN, 91),
    "query_42_insights__rec2026-03-06_v23.csv": (Level.CAMPAIGN, 93),
    "query_118_insights__rec2026-03-06_v23.csv": (Level.CAMPAIGN, 93),
    "query_182_adset_daily__rec2026-03-06_v23.csv": (Level.AD_SET, 1365),
    "query_182_adset_daily__rec2026-06-02_v25.csv": (Level.AD_SET, 2709),
}
"""Every file, its level, and how many entries it makes."""


def rows_of(name: str) -> Rows:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def with_rates() -> Rows:
    """Query 118 has the platform's rates and no campaigns; 42 has the campaigns of its rows."""
    named = rows_of("query_42_insights__rec2026-03-06_v23.csv")
    rated = rows_of("query_118_insights__rec2026-03-06_v23.csv")
    for left, right in zip(named, rated, strict=True):
        for field in ("date_start", "impressions", "clicks", "reach", "spend"):
            assert left[field] == right[field]
    wanted = ("campaign_id", "campaign_name")
    return [
        row | {key: name[key] for key in wanted} for row, name in zip(rated, named, strict=True)
    ]


def written(rows: Rows) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


async def load(stores: Stores, at: Account, body: bytes) -> Health:
    uploaded = await upload(stores, at.tenant.scope, "real.csv", body)
    options = FileOptions(reading=FileReading.PARTIAL)
    command = StartIngestion(at.connection.id, upload_id=uploaded.id, file=options)
    run = await stores.runs.start_ingestion(at.tenant.scope, command)
    run = await ended(stores, at.tenant.scope, run.id)
    assert run.status is RunStatus.SUCCEEDED, run.error
    session = Session.open(at.tenant.scope, stores)
    return (await health.health(session, HealthFilter(WHOLE))).whole


async def test_no_real_file_raises_an_alarm(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker
) -> None:
    async with running_worker("http://unused.invalid"):
        for name, (level, entries) in LEVELS.items():
            at = await account(stores, new_tenant, level)
            rows = with_rates() if "_118_" in name else rows_of(name)
            whole = await load(stores, at, written(rows))
            assert (whole.entries, whole.unassessed, whole.rejected) == (entries, 0, 0), name
            assert whole.vector.score == 1.0, name
            assert whole.worst_decile == 1.0, name
            assert all(each.failed == 0 for each in whole.checks), name
            if "_118_" in name:
                rates = {c.check.id: c.applied for c in whole.checks if "AGREES" in c.check.id}
                # Two days have no click, and no CPC either.
                assert rates == {"CTR_AGREES": 93, "CPC_AGREES": 91, "CPM_AGREES": 93}


def blank(field: str) -> Callable[[dict[str, str]], object]:
    return lambda row: row.update({field: ""})


def times(field: str, factor: float) -> Callable[[dict[str, str]], object]:
    return lambda row: row.update({field: str(float(row[field] or 1) * factor)})


def more_than(part: str, whole: str) -> Callable[[dict[str, str]], object]:
    return lambda row: row.update({part: str(int(row[whole]) + 1)})


CORRUPTIONS: dict[str, tuple[Callable[[dict[str, str]], object], Dimension]] = {
    "a name is lost": (blank("campaign_name"), Dimension.COMPLETENESS),
    "spend is lost": (blank("spend"), Dimension.COMPLETENESS),
    "impressions are lost": (blank("impressions"), Dimension.COMPLETENESS),
    "clicks are lost": (blank("clicks"), Dimension.COMPLETENESS),
    "a letter is lost": (
        lambda row: row.update(campaign_name=f"{row['campaign_name']}\ufffd"),
        Dimension.VALIDITY,
    ),
    "a day of long ago": (lambda row: row.update(date_start="1999-05-01", date_stop="1999-05-01"),
                          Dimension.VALIDITY),
    "reach beyond impressions": (more_than("reach", "impressions"), Dimension.CONSISTENCY),
    "another CTR": (times("ctr", 1.02), Dimension.CONSISTENCY),
    "another CPC": (times("cpc", 0.5), Dimension.CONSISTENCY),
    "another CPM": (times("cpm", 1.02), Dimension.CONSISTENCY),
}  # fmt: skip


async def test_each_corruption_lowers_its_dimension_alone(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker
) -> None:
    async with running_worker("http://unused.invalid"):
        for name, (corrupt, dimension) in CORRUPTIONS.items():
            at = await account(stores, new_tenant, Level.CAMPAIGN)
            rows = with_rates()
            corrupt(rows[10])
            whole = await load(stores, at, written(rows))
            if "long ago" in name:
                session = Session.open(at.tenant.scope, stores)
                day = date(1999, 5, 1)
                where = HealthFilter(DateRange(day, day + timedelta(days=1)))
                whole = (await health.health(session, where)).whole
            fallen = {each for each, share in whole.vector.shares.items() if share < 1}
            assert fallen == {dimension}, name
            assert whole.rejected == 0, name


REFUSED: dict[str, tuple[Callable[[dict[str, str]], object], str]] = {
    "negative": (lambda row: row.update(impressions="-5"), "VALUE_POSSIBLE"),
    "no number": (lambda row: row.update(spend="NaN"), "VALUE_POSSIBLE"),
    "absurd": (lambda row: row.update(clicks="9" * 14), "VALUE_POSSIBLE"),
    "no day": (lambda row: row.update(date_start="2026-02-30"), "DATE_KNOWN"),
    "a day to come": (
        lambda row: row.update(date_start="2031-01-01", date_stop="2031-01-01"),
        "DATE_KNOWN",
    ),
    "another account": (lambda row: row.update(account_id="999"), "ACCOUNT_KNOWN"),
}


async def test_what_cannot_be_is_refused_with_its_check_and_no_score(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker
) -> None:
    async with running_worker("http://unused.invalid"):
        for name, (corrupt, check) in REFUSED.items():
            at = await account(stores, new_tenant, Level.CAMPAIGN)
            rows = with_rates()
            corrupt(rows[10])
            whole = await load(stores, at, written(rows))
            assert (whole.entries, whole.records, whole.rejected) == (92, 93, 1), name
            assert whole.vector.score == 1.0, name
            async with stores.database.read(at.tenant.scope) as connection:
                found = await connection.fetchval("SELECT check_id FROM rejected_record")
            assert found == check, name
