"""kill -9 of the worker at every step of an export: the next goes on, to the same bytes."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path

import pytest

from core.causal import CausalDefinition, CausalKpi, KpiKind, KpiMeasure
from core.commands import CreateTenant, StartIngestion
from core.periods import Grain
from core.records.exports import ExportFormat, ExportRecord, ExportState
from core.records.runs import RunEventKind, RunStatus
from core.scope import SystemScope, TenantScope
from core.units import DateRange
from tests.chaos.ground import Platform, Revived, worker_environment
from tests.support import ended, meta_account, scope_of

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

DATES = DateRange(date(2026, 7, 1), date(2026, 10, 31))
DEFINITION = CausalDefinition(
    DATES,
    CausalKpi(KpiKind.CONVERSIONS, KpiMeasure.COUNT),
    "EUR",
    grain=Grain.DAY,
    formats=tuple(each for each in ExportFormat if each is not ExportFormat.LEGACY),
)
STEPS = range(5)
"""After its start and after each step but the last, with which all is put away."""


@pytest.fixture
async def worker(platform: Platform, sandbox_url: str) -> AsyncIterator[Revived]:
    async with Revived(platform.home, worker_environment(sandbox_url)).running() as made:
        yield made


@pytest.fixture
async def scope(platform: Platform, worker: Revived) -> TenantScope:
    del worker
    stores = platform.stores
    command = CreateTenant(slug="export-kills", name="Exports")
    scope = scope_of(await stores.tenants.create(SystemScope(reason="chaos"), command))
    account = await stores.connections.create(scope, meta_account())
    started = await stores.runs.start_ingestion(scope, StartIngestion(account.id, dates=DATES))
    assert (await ended(stores, scope, started.id, 120)).status is RunStatus.SUCCEEDED
    return scope


async def started(
    platform: Platform, scope: TenantScope, as_of: datetime | None = None
) -> ExportRecord:
    return await platform.stores.causal.start(scope, DEFINITION, as_of)


async def found(platform: Platform, scope: TenantScope, export: ExportRecord) -> ExportRecord:
    return (await platform.stores.exports.by_ids(scope, [export.id]))[export.id]


async def reached(platform: Platform, scope: TenantScope, export: ExportRecord, step: int) -> None:
    """Wait until so many steps were taken; 0: until it was begun."""
    kinds: list[RunEventKind] = []
    while RunEventKind.STARTED not in kinds or kinds.count(RunEventKind.STEP_COMPLETED) < step:
        await asyncio.sleep(0.002)
        events = await platform.stores.runs.events_after(scope, export.run_id, 0, 100)
        kinds = [event.kind for event in events]


def files(platform: Platform, export: ExportRecord) -> dict[str, str]:
    """What can be seen of an export in the folder of objects: checksums by name."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in Path(platform.home, "objects").rglob(f"*{export.id}/*")
        if path.is_file()
    }


async def test_an_export_survives_kills_at_each_step(
    platform: Platform, worker: Revived, scope: TenantScope
) -> None:
    whole = await started(platform, scope)
    run = await ended(platform.stores, scope, whole.run_id, 60)
    assert run.status is RunStatus.SUCCEEDED, run.error
    whole = await found(platform, scope, whole)
    expected = {file.name: file.sha256 for file in whole.files}
    assert files(platform, whole) == expected

    again = await started(platform, scope, whole.as_of)
    for step in STEPS:
        await reached(platform, scope, again, step)
        worker.kill()
        record = await found(platform, scope, again)
        assert files(platform, again).items() <= expected.items()
        assert record.state is ExportState.READY or record.files == ()
    run = await ended(platform.stores, scope, again.run_id, 90)
    assert run.status is RunStatus.SUCCEEDED, run.error
    record = await found(platform, scope, again)
    assert (record.files, record.manifest) == (whole.files, whole.manifest)
    assert files(platform, again) == expected
