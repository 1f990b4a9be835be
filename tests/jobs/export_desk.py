"""A desk: a tenant whose files are connected, and exports of what they tell."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import pandas as pd

from core.causal import CausalDefinition
from core.commands import ConnectSource, FileOptions, StartIngestion
from core.records.connections import ConnectionRecord, Level, Source
from core.records.exports import ExportRecord, object_path
from core.records.runs import RunError, RunStatus
from core.scope import TenantScope
from core.series import SeriesColumn
from stores.wiring import Stores
from tests.support import RunningWorker, ended, upload

NOWHERE = "http://127.0.0.1:1"


async def connected(
    stores: Stores, scope: TenantScope, level: Level, currency: str = "EUR"
) -> ConnectionRecord:
    """A connection of files."""
    command = ConnectSource(Source.FILE, uuid4().hex, "Files", currency, "Europe/Berlin", level, 0)
    return await stores.connections.create(scope, command)


@dataclass(frozen=True)
class Desk:
    """A tenant whose model's files are connected, and a worker for each thing that is done."""

    stores: Stores
    scope: TenantScope
    worker: RunningWorker
    place: ConnectionRecord

    async def put_in(self, name: str, body: bytes, said: dict[str, str]) -> None:
        """Upload a file of the model; `said` is what its columns are, by header."""
        options = FileOptions(
            series={header: SeriesColumn.of_text(text, header) for header, text in said.items()}
        )
        await self.read(self.place, name, body, options)

    async def read(
        self, place: ConnectionRecord, name: str, body: bytes, options: FileOptions
    ) -> None:
        """Upload a file into a connection, and have it read."""
        kept = await upload(self.stores, self.scope, name, body)
        command = StartIngestion(place.id, upload_id=kept.id, file=options)
        async with self.worker(NOWHERE):
            run = await self.stores.runs.start_ingestion(self.scope, command)
            run = await ended(self.stores, self.scope, run.id)
        assert run.status is RunStatus.SUCCEEDED, run.error

    async def export(
        self, definition: CausalDefinition, as_of: datetime | None = None
    ) -> ExportRecord:
        async with self.worker(NOWHERE):
            export = await self.stores.causal.start(self.scope, definition, as_of)
            run = await ended(self.stores, self.scope, export.run_id)
        assert run.status is RunStatus.SUCCEEDED, run.error
        return (await self.stores.exports.by_ids(self.scope, [export.id]))[export.id]

    async def refused(self, definition: CausalDefinition) -> RunError:
        """Why an export cannot be made."""
        async with self.worker(NOWHERE):
            export = await self.stores.causal.start(self.scope, definition, None)
            run = await ended(self.stores, self.scope, export.run_id)
        assert run.status is RunStatus.FAILED
        assert run.error is not None
        return run.error

    async def wide(self, export: ExportRecord) -> pd.DataFrame:
        """Its wide table."""
        return await self.table(export, "wide")

    async def table(self, export: ExportRecord, name: str) -> pd.DataFrame:
        """One of its tables."""
        place = object_path(export.id, f"{name}.parquet")
        async with self.stores.objects.open(self.scope, place) as found:
            content = b"".join([block async for block in found.read()])
        return pd.read_parquet(io.BytesIO(content))
