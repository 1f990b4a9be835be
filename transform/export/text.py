"""Tables as CSV and JSON Lines, in one form: numbers shortest, lines ended by LF, UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import orjson
import pyarrow as pa

_ROWS = 10_000


def csv_lines(table: pa.Table, *, with_header: bool = True) -> Iterator[bytes]:
    """The table as RFC 4180 with LF; null is empty, a truth 1 or 0, a float as repr writes it."""
    if with_header:
        yield _csv([table.column_names])
    for batch in table.to_batches(max_chunksize=_ROWS):
        columns = [map(_text, column.to_pylist()) for column in batch.columns]
        yield _csv(zip(*columns, strict=True))


def json_lines(table: pa.Table) -> Iterator[bytes]:
    """An object for each row; a date is a text as in CSV."""
    for batch in table.to_batches(max_chunksize=_ROWS):
        rows = (orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in batch.to_pylist())
        yield b"".join(rows)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    return repr(value) if isinstance(value, float) else str(value)


def _csv(rows: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
