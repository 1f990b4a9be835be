"""A worker without room for the file of its run: the run waits, it does not fail."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from core.commands import ConnectSource, FileOptions, StartIngestion
from core.records.connections import Level, Source
from core.records.runs import RunStatus
from jobs.runner import Runner
from stores.postgres.queue import RunJob
from stores.postgres.queue_worker import TryAgain
from stores.wiring import Stores
from stores.work import work_stores
from tests.support import Tenant, upload, worker_settings

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="no full device on this system")
@pytest.mark.parametrize("where", ["no folder", "no room"])
async def test_a_run_waits_while_its_worker_has_no_room(
    stores: Stores, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str
) -> None:
    command = ConnectSource(Source.FILE, "x", "Files", "EUR", "UTC", Level.CAMPAIGN, 0)
    connection = await stores.connections.create(tenant.scope, command)
    kept = await upload(stores, tenant.scope, "a.csv", b"date,spend\n2026-10-01,1\n")
    run = await stores.runs.start_ingestion(
        tenant.scope, StartIngestion(connection.id, upload_id=kept.id, file=FileOptions())
    )
    runner = Runner(stores, work_stores(stores), worker_settings("http://unused.invalid"))
    if where == "no folder":
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    else:
        (tmp_path / "spool").mkdir()
        (tmp_path / "spool" / "upload").symlink_to(FULL)
        monkeypatch.setattr(tempfile, "mkdtemp", lambda *_, **__: str(tmp_path / "spool"))
    with pytest.raises(TryAgain):
        await runner.handle(RunJob(tenant.scope.tenant_id, run.id))
    found = (await stores.runs.by_ids(tenant.scope, [run.id]))[run.id]
    assert found.status is RunStatus.QUEUED
    events = await stores.runs.events_after(tenant.scope, run.id, 0, 100)
    assert "room" in events[-1].message
    await stores.runs.request_cancel(tenant.scope, run.id)
