"""Reads one uploaded file as raw pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import assert_never

from connectors.base import AccountFacts
from connectors.file.columnar import open_parquet
from connectors.file.delimited import open_delimited
from connectors.file.formats import FileFormat, file_format
from connectors.file.headers import vocabulary
from connectors.file.json_records import open_json, open_ndjson
from connectors.file.pages import file_pages
from connectors.file.probe import probe
from connectors.file.rows import Table
from connectors.file.spreadsheet import open_workbook
from core.commands import FileOptions
from core.errors import BadInput
from core.jsonvalue import JSONObject
from core.records.connections import Level
from core.records.ingestion import RawPage
from core.units import DateRange


class FileConnector:
    """One file as pages of JSON lines: a record each, every value as text, null where empty.

    `level` is the connection's: rows of one entity of that level and day never stand on two
    pages, unless no two rows of the file share them. Every page's request holds the `layout`
    that its normaliser needs. Reading happens in worker threads.
    """

    window_days: int = 1

    def __init__(self, path: Path, filename: str, options: FileOptions, level: Level) -> None:
        self._path = path
        self._filename = filename
        self._options = options
        self._level = level

    async def check(self) -> AccountFacts:
        """A file says nothing of its account; the connection's own settings stand."""
        raise BadInput(
            "a file has no account to ask",
            field="source",
            mend="upload the file; its rows are checked as they are read",
        )

    async def pages(
        self, window: DateRange | None, resume: JSONObject | None
    ) -> AsyncIterator[RawPage]:
        """Every page after `resume`; `window` is None, the file decides what it covers.

        BadInput for a file that cannot be read or can be read in two ways, before any page.
        """
        if window is not None:
            raise BadInput("a file is read whole", field="dates", mend="give no dates")
        reading = _Turns(self._read(resume))
        try:
            while (page := await asyncio.to_thread(reading.next)) is not None:
                yield page
        finally:
            await asyncio.to_thread(reading.close)

    async def aclose(self) -> None:
        """Nothing is held between readings."""

    def _read(self, resume: JSONObject | None) -> Iterator[RawPage]:
        """The pages, with a folder for what does not fit into memory until the last of them."""
        with TemporaryDirectory(prefix="file-") as name:
            folder = Path(name)
            plan = probe(self._open(folder / "rows"), self._options, self._level)
            yield from file_pages(plan, self._filename, resume, folder)

    def _open(self, spool: Path) -> Table:
        kind = file_format(self._path, self._filename)
        words = vocabulary(self._options, self._level)
        match kind:
            case FileFormat.DELIMITED:
                return open_delimited(self._path, self._options, words)
            case FileFormat.JSON:
                return open_json(self._path, self._options, spool)
            case FileFormat.NDJSON:
                return open_ndjson(self._path, self._options, spool)
            case FileFormat.XLSX:
                return open_workbook(self._path, self._options, words, spool)
            case FileFormat.PARQUET:
                return open_parquet(self._path)
            case _:
                assert_never(kind)


class _Turns:
    """An iterator used by one thread at a time; closing waits for a page being read."""

    def __init__(self, pages: Iterator[RawPage]) -> None:
        self._pages = iter(pages)
        self._lock = Lock()

    def next(self) -> RawPage | None:
        """The next page, None after the last."""
        with self._lock:
            return next(self._pages, None)

    def close(self) -> None:
        """Let go of open files and spread rows."""
        with self._lock:
            close = getattr(self._pages, "close", None)
            if close is not None:
                close()
