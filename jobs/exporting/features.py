"""Making an export of features: moment by moment, as the online store answers each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack, aclosing
from datetime import datetime
from pathlib import Path
from typing import Final

from core.errors import BadInput, Bug
from core.feature_exports import MAX_ROWS, FeatureDefinition
from core.records.exports import ExportRecord
from core.records.features import FeatureViewRecord
from core.records.runs import Receipt
from jobs.exporting.folder import Folder
from jobs.exporting.making import Making
from transform.export.features import Counted, FeatureTables, Vectors, feature_manifest
from transform.export.files import Regrouped, RowHash, table_files

BATCH: Final = 1_000
"""Entities that one statement works out."""
_PARTS: Final = 10
"""Steps that the run tells of while rows are written."""


class FeatureExport:
    """One export of features in this worker's hands. Memory does not grow with its rows."""

    def __init__(self, making: Making, record: ExportRecord, path: Path) -> None:
        self._making = making
        self._record = record
        self._at = making.at
        self._definition = FeatureDefinition.from_json(record.definition)
        self._folder = Folder(path, self._definition.formats)

    async def made(self) -> Receipt:
        """Read, write, put away, and end the run."""
        of = await self._view()
        entities = self._definition.entities or await self._known(of)
        counted = Counted(len(entities), len(self._definition.moments))
        _require_room(counted)
        tables = FeatureTables(of, self._record)
        row_hash = await self._written(tables, entities, counted)
        manifest = feature_manifest(
            tables, self._definition, counted, row_hash, tuple(self._folder.files)
        )
        await self._folder.end(manifest)
        await self._step(_PARTS + 1, "bundled")
        return await self._making.end(self._folder, manifest, counted.rows)

    async def _view(self) -> FeatureViewRecord:
        key = self._definition.view
        found = await self._at.stores.features.by_keys(self._at.scope, [key])
        if key not in found:
            raise Bug("the view of an export is gone")
        return found[key]

    async def _known(self, of: FeatureViewRecord) -> Sequence[str]:
        """All entities that there were, where none are named."""
        dates, as_of = self._definition.dates, self._record.as_of
        exports = self._at.stores.feature_exports
        return await exports.entities(self._at.scope, of.view, dates, as_of)

    async def _written(
        self, tables: FeatureTables, entities: Sequence[str], counted: Counted
    ) -> str:
        """Both tables; answers the hash of the rows."""
        row_hash = RowHash(tables.features)
        formats = self._folder.table_formats
        with ExitStack() as stack:
            rows, gaps = (
                stack.enter_context(table_files(self._folder.path, name, schema, formats, also))
                for name, schema, also in (
                    ("features", tables.features, (row_hash,)),
                    ("missing", tables.missing, ()),
                )
            )
            async with aclosing(self._vectors(tables.of, entities)) as batches:
                async for vectors in batches:
                    await asyncio.to_thread(_write, tables, vectors, rows, gaps, counted)
        await self._folder.named("features", rows.rows)
        await self._folder.named("missing", gaps.rows)
        return row_hash.hex

    async def _vectors(
        self, of: FeatureViewRecord, entities: Sequence[str]
    ) -> AsyncGenerator[Vectors]:
        """Features of all entities, moment by moment."""
        moments = len(self._definition.moments)
        for number, moment in enumerate(self._definition.moments, 1):
            for start in range(0, len(entities), BATCH):
                yield await self._told(of, entities[start : start + BATCH], moment)
            part = number * _PARTS // moments
            if part > (number - 1) * _PARTS // moments:
                await self._step(part, f"{number:,} of {moments:,} moments written")

    async def _told(
        self, of: FeatureViewRecord, entities: Sequence[str], moment: datetime
    ) -> Vectors:
        values = self._at.stores.feature_values
        found = await values.values(self._at.scope, of.view, entities, moment)
        return {entity: found[entity] for entity in entities}

    async def _step(self, number: int, message: str) -> None:
        await self._making.step(number, _PARTS + 1, message)


def _write(
    tables: FeatureTables, vectors: Vectors, rows: Regrouped, gaps: Regrouped, counted: Counted
) -> None:
    missing = tables.gaps(vectors)
    rows.write_batch(tables.rows(vectors))
    gaps.write_batch(missing)
    counted.add(missing, len(vectors))


def _require_room(counted: Counted) -> None:
    rows = counted.entities * counted.moments
    if rows > MAX_ROWS:
        raise BadInput(
            f"{counted.entities:,} entities at {counted.moments:,} moments are {rows:,} rows, but "
            f"an export of features has at most {MAX_ROWS:,}",
            field="entities",
            mend="name entities, or take fewer moments",
        )
