"""Parquet files: typed columns, read a batch of rows at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.file.formats import unreadable
from connectors.file.headers import headers_of
from connectors.file.rows import NumberText, Row, Table

_BATCH_ROWS = 8192


def open_parquet(path: Path) -> Table:
    """The file as a table; nested columns become JSON text."""
    try:
        with pq.ParquetFile(path) as file:
            headers = headers_of(file.schema_arrow.names)
    except (pa.ArrowException, OSError) as error:
        raise unreadable(f"a Parquet file that can be read: {error}") from error
    return Table("parquet", headers, {}, lambda: _rows(path), is_typed=True)


def _rows(path: Path) -> Iterator[Row]:
    number = 0
    with pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False) as file:
        for batch in _batches(file):
            for cells in zip(*(_texts(column) for column in batch.columns), strict=True):
                number += 1
                if any(cell is not None for cell in cells):
                    yield Row(number, cells)


def _batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    try:
        yield from file.iter_batches(batch_size=_BATCH_ROWS)
    except (pa.ArrowException, OSError) as error:
        raise unreadable(f"a Parquet file that can be read: {error}") from error


def _texts(column: Any) -> Sequence[str | None]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _texts(column.dictionary_decode())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return [None if v is None else v.decode(errors="replace") for v in column.to_pylist()]
    if pa.types.is_nested(kind):
        return [None if v is None else json.dumps(v, default=str) for v in column.to_pylist()]
    if pa.types.is_timestamp(kind):
        return [None if v is None else _moment(v) for v in column.to_pylist()]
    texts = pc.cast(column, pa.string()).to_pylist()
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return [None if t is None else NumberText(t) for t in texts] if is_number else texts


def _moment(value: Any) -> str:
    """A timestamp as written in its own zone; its date alone at midnight."""
    text: str = value.isoformat()
    return text[:10] if text[10:19] == "T00:00:00" else text
