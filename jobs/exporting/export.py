"""The run of an export. Every step is safe to repeat: the same moment gives the same bytes."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import aclosing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from analysis.preflight import preflight
from core.causal import CausalDefinition
from core.jsonvalue import JSONObject
from core.records.exports import ExportCheck, ExportFormat, ExportRecord, object_path
from core.records.runs import Receipt
from core.units import DateRange
from jobs.assignments import Assignment
from jobs.exporting.gather import DayRates, Snapshot
from jobs.exporting.write import Folder, row_hash
from stores.postgres.export_work import MadeExport
from stores.postgres.run_work import RunStep
from transform.export.build import Built, Gathered, built
from transform.export.findings import own_findings
from transform.export.manifest import Facts, manifest
from transform.export.tables import wide_frame

_STEPS: Final = ("read", "built", "tables written", "long table written", "bundled")


async def export(at: Assignment) -> Receipt:
    """Make the export of a run, whatever was done of it before."""
    record = await at.work.exports.of_run(at.scope, at.claimed)
    with _workplace(at.run.id) as path:
        return await _Export(at, record, path).made()


class _Export:
    """One export in this worker's hands."""

    def __init__(self, at: Assignment, record: ExportRecord, path: Path) -> None:
        self._at = at
        self._record = record
        self._definition = CausalDefinition.from_json(record.definition)
        self._snapshot = Snapshot(at.stores, at.scope, self._definition, record.as_of)
        self._folder = Folder(path, self._definition)
        kept = at.run.checkpoint or {}
        self._done = int(str(kept.get("steps", 0)))

    async def made(self) -> Receipt:
        """Read, build, write, put away, and end the run."""
        rates = await self._snapshot.rates()
        gathered = await self._snapshot.gathered(rates)
        await self._step(1)
        made = await asyncio.to_thread(built, self._definition, gathered)
        checks = await asyncio.to_thread(_checks, made, self._definition)
        await self._step(2)
        await self._folder.tables(made, gathered.days)
        await self._step(3)
        await self._long(made)
        await self._step(4)
        content = await self._manifest(made, gathered, rates, checks)
        await self._folder.end(content)
        await self._step(5)
        await self._put_away()
        return await self._at.work.exports.finish(
            self._at.scope,
            self._at.claimed,
            self._record,
            MadeExport(
                files=self._folder.files,
                checks=checks,
                manifest=content,
                row_hash=str(content["row_hash"]),
                rows=len(made.table.places),
                lifetime=timedelta(days=self._at.settings.export_retention_days),
            ),
        )

    async def _step(self, number: int) -> None:
        """Tell of a step that no earlier attempt took.

        An attempt that gets no further than one before it has not got on: a run that kills its
        worker again and again at one place is parked.
        """
        if number > self._done:
            step = RunStep({"steps": number}, number / (len(_STEPS) + 1), _STEPS[number - 1])
            await self._at.work.runs.advance(self._at.scope, self._at.claimed, step)

    async def _long(self, made: Built) -> None:
        periods = made.grid.periods
        dates = DateRange(periods[0].since, periods[-1].until)
        campaigns = await self._snapshot.campaigns(dates)
        async with aclosing(self._snapshot.long(dates, campaigns)) as batches:
            await self._folder.long(batches)
        if ExportFormat.LEGACY in self._definition.formats:
            request = await self._snapshot.legacy_request(dates)
            async with aclosing(self._snapshot.legacy(dates)) as batches:
                await self._folder.legacy(batches, request, campaigns)

    async def _manifest(
        self,
        made: Built,
        gathered: Gathered,
        rates: DayRates,
        checks: tuple[ExportCheck, ...],
    ) -> JSONObject:
        facts = Facts(
            as_of=self._record.as_of,
            coverage=gathered.coverage,
            media=gathered.media,
            kpi=gathered.kpi,
            series=gathered.series,
            rates=rates.told,
            checks=checks,
            exclusions=(*made.exclusions, *await self._snapshot.exclusions(gathered)),
            row_hash=await asyncio.to_thread(row_hash, made),
        )
        return manifest(self._definition, made, facts, tuple(self._folder.files))

    async def _put_away(self) -> None:
        for file in self._folder.files:
            name = object_path(self._record.id, file.name)
            path = self._folder.path / file.name
            await self._at.stores.objects.put(self._at.scope, name, path, sha256=file.sha256)


def _checks(made: Built, definition: CausalDefinition) -> tuple[ExportCheck, ...]:
    found = preflight(wide_frame(made.table), made.roles, definition.grain.value)
    return (*own_findings(made, definition), *found)


@contextmanager
def _workplace(run_id: UUID) -> Iterator[Path]:
    """A folder of this attempt's own; what attempts that were killed left behind goes.

    That of one that was taken for dead and still writes stays: neither spoils the other's files.
    """
    prefix = f"liftos-export-{run_id}-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(FileNotFoundError), _held(left) as is_free:
            if is_free:
                shutil.rmtree(left, ignore_errors=True)
    path = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        with _held(path):
            yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Hold a folder until the block or the process ends; False where another holds it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            is_free = False
        else:
            is_free = True
        yield is_free
    finally:
        os.close(descriptor)
