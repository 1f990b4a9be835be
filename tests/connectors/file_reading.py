"""Reads files as the worker does: connector, then normaliser with the layout of each page."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest

from connectors.file.connector import FileConnector
from connectors.registry import normalise_page
from core.commands import FileOptions
from core.errors import BadInput
from core.jsonvalue import JSONObject
from core.records.connections import Level, Source
from core.records.ingestion import RawPage, Rejection
from transform.frames import NormalisedPage
from transform.normalise.context import PageContext

HEADER = "date,campaign_id,spend,impressions"


def read_pages(
    path: Path,
    options: FileOptions | None = None,
    level: Level = Level.CAMPAIGN,
    resume: JSONObject | None = None,
    filename: str | None = None,
) -> list[RawPage]:
    connector = FileConnector(path, filename or path.name, options or FileOptions(), level)

    async def pages() -> list[RawPage]:
        return [page async for page in connector.pages(None, resume)]

    return asyncio.run(pages())


def read_text(
    folder: Path,
    text: str | bytes,
    options: FileOptions | None = None,
    name: str = "upload.csv",
    level: Level = Level.CAMPAIGN,
) -> list[RawPage]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_pages(path, options, level)


def refusal(
    folder: Path, text: str | bytes, options: FileOptions | None = None, name: str = "upload.csv"
) -> BadInput:
    """The error that keeps a file out."""
    with pytest.raises(BadInput) as caught:
        read_text(folder, text, options, name)
    assert caught.value.mend
    return caught.value


def records(pages: Sequence[RawPage]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for page in pages for line in page.body.split(b"\n")]


def normalise(
    pages: Sequence[RawPage],
    level: Level = Level.CAMPAIGN,
    currency: str = "EUR",
    account_id: str = "1001",
) -> list[NormalisedPage]:
    made = []
    for page in pages:
        layout: Any = page.request["layout"]
        layout = orjson.loads(orjson.dumps(layout))
        context = PageContext(account_id, currency, "Europe/Berlin", level, layout)
        made.append(normalise_page(Source.FILE, page.stream, page.media_type, page.body, context))
        assert made[-1].fetched == page.request["rows"]
        assert made[-1].fetched == _records(made[-1]) + len(made[-1].rejections)
    return made


def _records(page: NormalisedPage) -> int:
    return sum(entry["records"] for entry in page.entries.to_pylist())


def entries_of(pages: Sequence[NormalisedPage]) -> list[dict[str, Any]]:
    return pa.concat_tables([page.entries for page in pages]).to_pylist()


def rejections_of(pages: Sequence[NormalisedPage]) -> list[Rejection]:
    return [rejection for page in pages for rejection in page.rejections]


def entries(
    folder: Path, text: str | bytes, options: FileOptions | None = None, name: str = "upload.csv"
) -> list[dict[str, Any]]:
    """The entries of a file of which nothing is refused."""
    made = normalise(read_text(folder, text, options, name))
    assert not rejections_of(made)
    return entries_of(made)


def rejected(
    folder: Path,
    text: str | bytes,
    options: FileOptions | None = None,
    name: str = "upload.csv",
    **context: Any,
) -> list[Rejection]:
    return rejections_of(normalise(read_text(folder, text, options, name), **context))
