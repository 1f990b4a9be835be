"""What making an export of any kind has in common: its steps, and its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from core.jsonvalue import JSONObject
from core.records.exports import ExportCheck, ExportRecord, object_path
from core.records.runs import Receipt
from jobs.assignments import Assignment
from jobs.exporting.folder import Folder
from stores.postgres.export_work import MadeExport
from stores.postgres.run_work import RunStep


class Making:
    """One export in this worker's hands."""

    def __init__(self, at: Assignment, record: ExportRecord) -> None:
        self.at = at
        self._record = record
        kept = at.run.checkpoint or {}
        self._done = int(str(kept.get("steps", 0)))

    async def step(self, number: int, steps: int, message: str) -> None:
        """Tell of a step, of so many, that no earlier attempt took.

        An attempt that gets no further than one before it has not got on: a run that kills its
        worker again and again at one place is parked.
        """
        if number > self._done:
            step = RunStep({"steps": number}, number / (steps + 1), message)
            await self.at.work.runs.advance(self.at.scope, self.at.claimed, step)

    async def end(
        self, folder: Folder, manifest: JSONObject, rows: int, checks: Sequence[ExportCheck] = ()
    ) -> Receipt:
        """Put the files away, and end the run; `rows` are those of the main table."""
        for file in folder.files:
            name = object_path(self._record.id, file.name)
            path = folder.path / file.name
            await self.at.stores.objects.put(self.at.scope, name, path, sha256=file.sha256)
        made = MadeExport(
            files=folder.files,
            checks=checks,
            manifest=manifest,
            row_hash=str(manifest["row_hash"]),
            rows=rows,
            lifetime=timedelta(days=self.at.settings.export_retention_days),
        )
        return await self.at.work.exports.finish(self.at.scope, self.at.claimed, self._record, made)
