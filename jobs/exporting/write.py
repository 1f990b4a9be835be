"""The files of a bundle on this machine, before they are put away."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from core.causal import CausalDefinition
from core.jsonvalue import JSONObject
from core.legacy_export import LegacyRequest
from core.records.calendar import CalendarDayRecord
from core.records.exports import ExportFile, ExportFormat
from transform.export.build import Built
from transform.export.bundle import write_bundle
from transform.export.files import ENDINGS, described, table_files
from transform.export.holidays import holidays_table
from transform.export.legacy import LEGACY, legacy_file
from transform.export.long import Campaigns
from transform.export.manifest import manifest_text
from transform.export.tables import LONG_SCHEMA, cells_table, wide_table
from transform.export.text import csv_lines

MANIFEST = "manifest.json"
BUNDLE = "bundle.zip"


@dataclass(slots=True)
class Folder:
    """Files of a bundle, in the order in which they were written."""

    path: Path
    definition: CausalDefinition
    files: list[ExportFile] = field(default_factory=list)

    @property
    def formats(self) -> list[ExportFormat]:
        """The formats that tables are written in, each once, in one order."""
        return [each for each in ENDINGS if each in self.definition.formats]

    async def tables(self, made: Built, days: Sequence[CalendarDayRecord]) -> None:
        """The wide table, its cells, and the holidays."""
        await asyncio.to_thread(self._table, "wide", wide_table(made.table))
        await asyncio.to_thread(self._table, "cells", cells_table(made.table))
        await asyncio.to_thread(self._holidays, days)

    async def long(self, batches: AsyncIterator[pa.RecordBatch]) -> None:
        """The long table, in memory that does not grow with its rows."""
        with table_files(self.path, "long", LONG_SCHEMA, self.formats) as rows:
            async for batch in batches:
                await asyncio.to_thread(rows.write_batch, batch)
        await self._named("long", rows.rows)

    async def legacy(
        self, batches: AsyncIterator[pa.RecordBatch], request: LegacyRequest, campaigns: Campaigns
    ) -> None:
        """The predecessor's payload, in memory that does not grow with its rows either."""
        with legacy_file(self.path / LEGACY, request, campaigns) as rows:
            async for batch in batches:
                await asyncio.to_thread(rows.write_batch, batch)
            await asyncio.to_thread(rows.end)
        await self._add(LEGACY, None)

    async def end(self, manifest: JSONObject) -> None:
        """The manifest, and one archive of all."""
        (self.path / MANIFEST).write_bytes(manifest_text(manifest))
        await self._add(MANIFEST, None)
        paths = [self.path / file.name for file in self.files]
        await asyncio.to_thread(write_bundle, self.path / BUNDLE, paths)
        await self._add(BUNDLE, None)

    def _table(self, name: str, table: pa.Table) -> None:
        with table_files(self.path, name, table.schema, self.formats) as rows:
            for batch in table.to_batches():
                rows.write_batch(batch)
        self._describe(name, rows.rows)

    def _holidays(self, days: Sequence[CalendarDayRecord]) -> None:
        table = holidays_table(days)
        with (self.path / "holidays.csv").open("wb") as file:
            file.writelines(csv_lines(table))
        self.files.append(described(self.path / "holidays.csv", table.num_rows))

    async def _named(self, name: str, rows: int) -> None:
        await asyncio.to_thread(self._describe, name, rows)

    def _describe(self, name: str, rows: int) -> None:
        for each in self.formats:
            self.files.append(described(self.path / f"{name}.{ENDINGS[each]}", rows))

    async def _add(self, name: str, rows: int | None) -> None:
        self.files.append(await asyncio.to_thread(described, self.path / name, rows))


def row_hash(made: Built) -> str:
    """Of the wide table, as core.causal.ROW_HASH says."""
    digest = hashlib.sha256()
    for lines in csv_lines(wide_table(made.table)):
        digest.update(lines)
    return digest.hexdigest()
