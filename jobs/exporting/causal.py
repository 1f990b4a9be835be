"""Making a causal export."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Final

from analysis.preflight import preflight
from core.causal import CausalDefinition
from core.jsonvalue import JSONObject
from core.records.exports import ExportCheck, ExportFormat, ExportRecord
from core.records.runs import Receipt
from core.units import DateRange
from jobs.exporting.gather import DayRates, Snapshot
from jobs.exporting.making import Making
from jobs.exporting.write import CausalFolder, row_hash
from transform.export.build import Built, Gathered, built
from transform.export.findings import own_findings
from transform.export.manifest import Facts, manifest
from transform.export.tables import wide_frame

_STEPS: Final = ("read", "built", "tables written", "long table written", "bundled")


class CausalExport:
    """One causal export in this worker's hands."""

    def __init__(self, making: Making, record: ExportRecord, path: Path) -> None:
        self._making = making
        self._record = record
        self._definition = CausalDefinition.from_json(record.definition)
        at = making.at
        self._snapshot = Snapshot(at.stores, at.scope, self._definition, record.as_of)
        self._folder = CausalFolder(path, self._definition.formats)

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
        rows = len(made.table.places)
        return await self._making.end(self._folder, content, rows, checks)

    async def _step(self, number: int) -> None:
        await self._making.step(number, len(_STEPS), _STEPS[number - 1])

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


def _checks(made: Built, definition: CausalDefinition) -> tuple[ExportCheck, ...]:
    found = preflight(wide_frame(made.table), made.roles, definition.grain.value)
    return (*own_findings(made, definition), *found)
