"""Runs of kind ANALYSIS, worked on in this process, over a file of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import numpy as np

from core.commands import ConnectSource, FileOptions, FileReading, StartIngestion
from core.records.connections import ConnectionRecord, Level, Source
from core.records.findings import Effect, EffectUnit, Finding, Subject, SubjectLevel
from core.records.insights import InsightFilter, InsightKind, InsightRecord, InsightSeverity
from core.records.pages import PageRequest
from core.records.runs import Receipt, RunStatus
from core.scope import TenantScope
from core.settings import Settings
from core.units import DateRange
from graph.context import Context
from graph.schema import build_schema
from jobs.analysing.analyse import analyse
from jobs.assignments import Assignment
from resolvers.session import Session
from stores.postgres.analysis_work import Judging, Telling
from stores.postgres.run_work import Claimed, RunStep
from stores.wiring import Stores
from stores.work import work_stores
from tests.support import RunningWorker, ended, upload

SCHEMA = build_schema()
FIRST = date(2026, 3, 2)
DAYS = 84
LAST = FIRST + timedelta(days=DAYS - 1)
ODD = LAST - timedelta(days=9)
"""The day on which something happens."""


def account(currency: str = "EUR") -> ConnectSource:
    return ConnectSource(
        source=Source.FILE,
        account_id=f"shop {currency}",
        name="Days",
        currency=currency,
        time_zone="UTC",
        level=Level.CAMPAIGN,
        look_back_days=0,
    )


def csv(campaigns: dict[str, float], odd: dict[str, float] | None = None) -> str:
    """A day a line and campaign; on ODD those of `odd` spend so many times what they would."""
    lines = ["date,channel,campaign,spend,impressions,clicks"]
    for number, (name, usual) in enumerate(campaigns.items()):
        noise = np.random.default_rng(number).normal(0, 0.05, DAYS)
        for ahead in range(DAYS):
            day = FIRST + timedelta(days=ahead)
            times = (odd or {}).get(name, 1.0) if day == ODD else 1.0
            spend = usual * times * float(np.exp(noise[ahead]))
            counts = f"{round(usual * 100 * times)},{round(usual * 5 * times)}"
            lines.append(f"{day},Paid Search,{name},{spend:.2f},{counts}")
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Desk:
    """A tenant with a FILE connection; worker and API are those of the suite."""

    stores: Stores
    scope: TenantScope
    connection: ConnectionRecord
    worker: RunningWorker
    address: str

    async def load(self, text: str) -> datetime:
        """Read a file whole; the moment as of which that was known."""
        uploaded = await upload(self.stores, self.scope, "days.csv", text.encode())
        options = FileOptions(columns={}, reading=FileReading.COMPLETE)
        command = StartIngestion(self.connection.id, upload_id=uploaded.id, file=options)
        run = await self.stores.runs.start_ingestion(self.scope, command)
        async with self.worker(self.address):
            found = await ended(self.stores, self.scope, run.id)
        assert found.status is RunStatus.SUCCEEDED, found.error
        assert found.receipt is not None
        return found.receipt.as_of

    async def claimed(self) -> Claimed:
        run = await self.stores.analyses.request(self.scope)
        claimed = await work_stores(self.stores).runs.claim(self.scope, run.id)
        assert claimed is not None
        return claimed

    def assignment(self, claimed: Claimed, *, gives_way: bool = False) -> Assignment:
        async def asked() -> bool:
            return gives_way

        work = work_stores(self.stores)
        return Assignment(self.stores, work, Settings(), self.scope, claimed, asked)

    async def analysed(self) -> Receipt:
        return await analyse(self.assignment(await self.claimed()))

    async def told(
        self, kind: InsightKind, as_of: datetime | None = None
    ) -> tuple[InsightRecord, ...]:
        asked = InsightFilter(kinds=(kind,))
        found = await self.stores.insights.page(self.scope, PageRequest(100), asked, as_of)
        return tuple(found.items)

    async def ask(self, query: str, **given: Any) -> dict[str, Any]:
        context = Context(Session.open(self.scope, self.stores), "request-1")
        result = await SCHEMA.execute(query, given, context)
        assert result.errors is None, result.errors
        return result.data or {}


FOUND: Final = Finding(
    kind=InsightKind.ANOMALY,
    subject=Subject(SubjectLevel.TENANT),
    metric="spend",
    currency="EUR",
    window=DateRange(date(2026, 10, 6), date(2026, 10, 7)),
    observed=40.0,
    expected=100.0,
    effect=Effect(-0.6, -0.7, -0.5, EffectUnit.SHARE),
    method="one-step-ahead error",
    n=60,
    p=0.001,
    q=0.01,
)
"""A finding as an analysis tells it."""


async def told(stores: Stores, scope: TenantScope, finding: Finding) -> InsightRecord:
    """The insight of a finding that a run of its own tells, of an incident of its own."""
    await tell(stores, scope, finding)
    newest = await stores.insights.page(scope, PageRequest(1), InsightFilter(kinds=(finding.kind,)))
    return newest.items[0]


async def tell(stores: Stores, scope: TenantScope, *findings: Finding) -> None:
    """Have one run tell of findings, each of an incident of its own."""
    telling = [
        Telling(each, InsightSeverity.HIGH, uuid4(), incident_id=uuid4()) for each in findings
    ]
    await run_analysis(stores, scope, telling)


async def run_analysis(
    stores: Stores, scope: TenantScope, telling: Sequence[Telling], judging: Sequence[Judging] = ()
) -> None:
    """Have one run tell and judge."""
    work, asked = work_stores(stores), await stores.analyses.request(scope)
    claimed = await work.runs.claim(scope, asked.id)
    assert claimed is not None
    footing = await work.analyses.footing(scope)
    await work.analyses.tell(scope, claimed, telling, judging, RunStep({}, 1.0, "told"))
    await work.analyses.finish(scope, claimed, footing, "rules of tests")
