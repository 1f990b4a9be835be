"""Rows of a format that is slow to read, kept on disk for the passes after the first."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from connectors.file.rows import NumberText, Refusal, Row

Stored: TypeAlias = tuple[int, list[str | bytes | None], tuple[str, ...] | None, bool]
"""A row as plain values; a number that the file types stands as bytes."""

BATCH_ROWS = 500


def keep_rows(rows: Iterable[Row], path: Path) -> None:
    """Write `rows` to a new file at `path`, which only this program reads back."""
    left = iter(rows)
    with path.open("xb") as file:
        while batch := [_stored(row) for row in islice(left, BATCH_ROWS)]:
            marshal.dump(batch, file)


def kept_rows(path: Path, width: int) -> Iterator[Row]:
    """The rows at `path`; whole ones that are shorter than `width` end in empty cells."""
    with path.open("rb") as file:
        size = path.stat().st_size
        while file.tell() < size:
            yield from (_row(stored, width) for stored in marshal.load(file))  # noqa: S302 - own


def _stored(row: Row) -> Stored:
    cells: list[str | bytes | None] = [
        cell.encode() if type(cell) is NumberText else cell for cell in row.cells
    ]
    return row.number, cells, row.refusal and tuple(row.refusal), row.recoded


def _row(stored: Stored, width: int) -> Row:
    number, raw, refusal, recoded = stored
    cells = [NumberText(cell.decode()) if isinstance(cell, bytes) else cell for cell in raw]
    if refusal is not None:
        return Row(number, cells, Refusal(*refusal), recoded)
    if len(cells) < width:
        cells += [None] * (width - len(cells))
    return Row(number, cells, None, recoded)
