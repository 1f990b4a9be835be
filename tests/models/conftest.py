"""Each model's file, uploaded, exported and fetched, once for all tests of the folder."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from core.causal import CausalDefinition
from core.commands import ConnectSource, FileOptions, StartIngestion
from core.records.connections import Level, Source
from core.records.exports import ExportRecord, object_path
from core.records.runs import RunStatus
from core.scope import TenantScope
from core.series import SeriesColumn
from stores.wiring import Stores
from tests.models.files import ModelFile
from tests.support import SHARED_DATA, NewTenant, RunningWorker, ended, upload

Bundles = Callable[[ModelFile], Awaitable[Path]]


@pytest.fixture(scope="session")
def bundles(
    stores: Stores,
    new_tenant: NewTenant,
    running_worker: RunningWorker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Bundles:
    """The bundle.zip of a file's export."""
    if not SHARED_DATA.exists():
        pytest.skip("the recorded files of shared/data are not on this machine")
    made: dict[str, Path] = {}

    async def of(model: ModelFile) -> Path:
        if model.path not in made:
            scope = (await new_tenant(calendar=True)).scope
            async with running_worker("http://unused.invalid"):
                await uploaded(stores, scope, model)
                export = await exported(stores, scope, model)
            place = object_path(export.id, "bundle.zip")
            async with stores.objects.open(scope, place) as found:
                content = b"".join([block async for block in found.read()])
            made[model.path] = tmp_path_factory.mktemp("bundle") / "bundle.zip"
            made[model.path].write_bytes(content)
        return made[model.path]

    return of


async def uploaded(stores: Stores, scope: TenantScope, model: ModelFile) -> None:
    command = ConnectSource(
        source=Source.FILE,
        account_id="brand",
        name="Brand",
        currency="EUR",
        time_zone="Europe/Berlin",
        level=Level.SERIES,
        look_back_days=0,
    )
    connection = await stores.connections.create(scope, command)
    body = (SHARED_DATA / model.path).read_bytes()
    file = await upload(stores, scope, "model.csv", body)
    series = {header: SeriesColumn.of_text(role, "series") for header, role in model.said.items()}
    ingestion = StartIngestion(connection.id, upload_id=file.id, file=FileOptions(series=series))
    started = await stores.runs.start_ingestion(scope, ingestion)
    run = await ended(stores, scope, started.id)
    assert run.status is RunStatus.SUCCEEDED, run.error


async def exported(stores: Stores, scope: TenantScope, model: ModelFile) -> ExportRecord:
    definition = CausalDefinition(model.dates, model.kpi, "EUR", grain=model.grain, geo=model.geo)
    export = await stores.causal.start(scope, definition, None)
    run = await ended(stores, scope, export.run_id)
    assert run.status is RunStatus.SUCCEEDED, run.error
    return export
