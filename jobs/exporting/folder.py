"""The files of a bundle on this machine, before they are put away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.jsonvalue import JSONObject
from core.records.exports import ExportFile, ExportFormat
from transform.export.bundle import write_bundle
from transform.export.files import ENDINGS, described
from transform.export.manifest import manifest_text

MANIFEST = "manifest.json"
BUNDLE = "bundle.zip"


@dataclass(slots=True)
class Folder:
    """Files of a bundle, in the order in which they were written."""

    path: Path
    formats: Sequence[ExportFormat]
    files: list[ExportFile] = field(default_factory=list)

    @property
    def table_formats(self) -> list[ExportFormat]:
        """The formats that tables are written in, each once, in one order."""
        return [each for each in ENDINGS if each in self.formats]

    def describe(self, name: str, rows: int) -> None:
        """Name the files of a table that was written."""
        for each in self.table_formats:
            self.files.append(described(self.path / f"{name}.{ENDINGS[each]}", rows))

    async def named(self, name: str, rows: int) -> None:
        """The same, beside the loop."""
        await asyncio.to_thread(self.describe, name, rows)

    async def add(self, name: str, rows: int | None) -> None:
        """Name a file that was written."""
        self.files.append(await asyncio.to_thread(described, self.path / name, rows))

    async def end(self, manifest: JSONObject) -> None:
        """The manifest, and one archive of all."""
        (self.path / MANIFEST).write_bytes(manifest_text(manifest))
        await self.add(MANIFEST, None)
        paths = [self.path / file.name for file in self.files]
        await asyncio.to_thread(write_bundle, self.path / BUNDLE, paths)
        await self.add(BUNDLE, None)
