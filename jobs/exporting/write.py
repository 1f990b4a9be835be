"""The files of a causal export on this machine, before they are put away."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence

import pyarrow as pa

from core.legacy_export import LegacyRequest
from core.records.calendar import CalendarDayRecord
from jobs.exporting.folder import Folder
from transform.export.build import Built
from transform.export.files import described, table_files
from transform.export.holidays import holidays_table
from transform.export.legacy import LEGACY, legacy_file
from transform.export.long import Campaigns
from transform.export.tables import LONG_SCHEMA, cells_table, wide_table
from transform.export.text import csv_lines


class CausalFolder(Folder):
    """Those of a causal export."""

    async def tables(self, made: Built, days: Sequence[CalendarDayRecord]) -> None:
        """The wide table, its cells, and the holidays."""
        await asyncio.to_thread(self._table, "wide", wide_table(made.table))
        await asyncio.to_thread(self._table, "cells", cells_table(made.table))
        await asyncio.to_thread(self._holidays, days)

    async def long(self, batches: AsyncIterator[pa.RecordBatch]) -> None:
        """The long table, in memory that does not grow with its rows."""
        with table_files(self.path, "long", LONG_SCHEMA, self.table_formats) as rows:
            async for batch in batches:
                await asyncio.to_thread(rows.write_batch, batch)
        await self.named("long", rows.rows)

    async def legacy(
        self, batches: AsyncIterator[pa.RecordBatch], request: LegacyRequest, campaigns: Campaigns
    ) -> None:
        """The predecessor's payload, in memory that does not grow with its rows either."""
        with legacy_file(self.path / LEGACY, request, campaigns) as rows:
            async for batch in batches:
                await asyncio.to_thread(rows.write_batch, batch)
            await asyncio.to_thread(rows.end)
        await self.add(LEGACY, None)

    def _table(self, name: str, table: pa.Table) -> None:
        with table_files(self.path, name, table.schema, self.table_formats) as rows:
            for batch in table.to_batches():
                rows.write_batch(batch)
        self.describe(name, rows.rows)

    def _holidays(self, days: Sequence[CalendarDayRecord]) -> None:
        table = holidays_table(days)
        with (self.path / "holidays.csv").open("wb") as file:
            file.writelines(csv_lines(table))
        self.files.append(described(self.path / "holidays.csv", table.num_rows))


def row_hash(made: Built) -> str:
    """Of the wide table, as core.causal.ROW_HASH says."""
    digest = hashlib.sha256()
    for lines in csv_lines(wide_table(made.table)):
        digest.update(lines)
    return digest.hexdigest()
