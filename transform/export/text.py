"""Tables as CSV and JSON Lines, in one form: numbers shortest, lines ended by LF, UTF-8."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson
import pyarrow as pa

from transform.export.cells import CSV, JSON, cells

_ROWS: Final = 10_000


def csv_lines(table: pa.Table, *, with_header: bool = True) -> Iterator[bytes]:
    """The table as RFC 4180 with LF, of two columns or more.

    Null is empty, a truth 1 or 0, a float as repr writes it.
    """
    if with_header:
        names: Any = pa.array(table.column_names, pa.string())
        yield b",".join(cells(names, CSV)) + b"\n"
    for batch in table.to_batches(max_chunksize=_ROWS):
        if batch.num_rows:
            rows = _rows([cells(column, CSV) for column in batch.columns])
            yield b"\n".join(rows) + b"\n"


def json_lines(table: pa.Table) -> Iterator[bytes]:
    """An object for each row; a date is a text as in CSV."""
    leads = [orjson.dumps(name) + b":" for name in table.column_names]
    for batch in table.to_batches(max_chunksize=_ROWS):
        if batch.num_rows:
            each = zip(batch.columns, leads, strict=True)
            rows = _rows([cells(column, JSON, lead) for column, lead in each])
            yield b"{" + b"}\n{".join(rows) + b"}\n"


def _rows(columns: Sequence[Sequence[bytes]]) -> Iterator[bytes]:
    return map(b",".join, zip(*columns, strict=True))
