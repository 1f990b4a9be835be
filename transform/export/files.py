"""Tables as files; a table's bytes follow from its rows alone, however they came."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import numpy as np
import pyarrow as pa

from core.records.exports import ExportFile, ExportFormat
from transform.export.cells import Column, filled
from transform.export.parquet import parquet_file
from transform.export.text import csv_lines, json_lines

GROUP: Final = 1 << 17
"""Rows of a row group (Parquet) and a record batch (Arrow), whatever the batches they came in."""
_BLOCK: Final = 1 << 20
_MEDIA_TYPES: Final = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "arrow": "application/vnd.apache.arrow.file",
    "json": "application/json",
    "zip": "application/zip",
}
ENDINGS: Final = {
    ExportFormat.PARQUET: "parquet",
    ExportFormat.CSV: "csv",
    ExportFormat.JSONL: "jsonl",
    ExportFormat.ARROW: "arrow",
}
"""Formats that tables are written in, with the ending of their files."""


class Rows(Protocol):
    """Takes the rows of one table."""

    def write_batch(self, batch: pa.RecordBatch) -> None:
        """Append rows."""
        ...


class Regrouped:
    """Takes batches of any size and hands on groups of one size, to every target."""

    def __init__(self, schema: pa.Schema, targets: Sequence[Rows]) -> None:
        self._schema = schema
        self._targets = targets
        self._waiting: list[pa.RecordBatch] = []
        self._count = 0
        self.rows = 0

    def write_batch(self, batch: pa.RecordBatch) -> None:
        """Append rows."""
        self._waiting.append(batch)
        self._count += batch.num_rows
        self.rows += batch.num_rows
        if self._count >= GROUP:
            self._hand_on(self._count % GROUP)

    def end(self) -> None:
        """Hand on what is left; a table without rows has one group without."""
        if self._count or not self.rows:
            self._hand_on(0)

    def _hand_on(self, keep: int) -> None:
        table = pa.Table.from_batches(self._waiting, self._schema).combine_chunks()
        whole = table.num_rows - keep
        for start in range(0, max(whole, 1), GROUP):
            (group,) = table.slice(start, min(GROUP, whole - start)).to_batches() or [
                pa.RecordBatch.from_pylist([], self._schema)
            ]
            for target in self._targets:
                target.write_batch(group)
        self._waiting = table.slice(whole).to_batches()
        self._count = keep


@contextmanager
def table_files(
    folder: Path,
    name: str,
    schema: pa.Schema,
    formats: Sequence[ExportFormat],
    also: Sequence[Rows] = (),
) -> Iterator[Regrouped]:
    """A file for each format; rows that are added go into all of them, and where they go also."""
    with ExitStack() as stack:
        targets = [
            stack.enter_context(_file(folder / f"{name}.{ENDINGS[each]}", schema, each))
            for each in formats
        ]
        rows = Regrouped(schema, (*targets, *also))
        yield rows
        rows.end()


def described(path: Path, rows: int | None) -> ExportFile:
    """What is known of a file that is whole."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    ending = path.suffix.removeprefix(".")
    size = path.stat().st_size
    return ExportFile(path.name, _MEDIA_TYPES[ending], size, digest.hexdigest(), rows)


@contextmanager
def _file(path: Path, schema: pa.Schema, kind: ExportFormat) -> Iterator[Rows]:
    if kind is ExportFormat.PARQUET:
        with parquet_file(path, schema) as rows:
            yield rows
    elif kind is ExportFormat.ARROW:
        options = pa.ipc.IpcWriteOptions(compression=None)
        with pa.ipc.new_file(str(path), schema, options=options) as writer:
            yield _Arrow(writer)
    else:
        with path.open("wb") as file:
            yield _Lines(file, schema, is_csv=kind is ExportFormat.CSV)


class _Arrow:
    """Record batches made anew, so that no byte below a null or behind the end is left over."""

    def __init__(self, writer: Rows) -> None:
        self._writer = writer

    def write_batch(self, batch: pa.RecordBatch) -> None:
        """Append rows."""
        columns = [_anew(column) for column in batch.columns]
        self._writer.write_batch(pa.record_batch(columns, schema=batch.schema))


def _anew(column: Column) -> Column:
    kind = column.type
    if pa.types.is_date32(kind):
        return _anew(column.view(pa.int32())).view(kind)
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        values, nulls = filled(column)
        return pa.array(values, kind, mask=nulls)
    return column.take(np.arange(len(column)))


class RowHash:
    """SHA-256 of a table as CSV, whatever it is written as."""

    def __init__(self, schema: pa.Schema) -> None:
        self._digest = hashlib.sha256()
        self._add(csv_lines(schema.empty_table()))

    def write_batch(self, batch: pa.RecordBatch) -> None:
        """Append rows."""
        self._add(csv_lines(pa.Table.from_batches([batch]), with_header=False))

    @property
    def hex(self) -> str:
        """Of the rows up to here."""
        return self._digest.hexdigest()

    def _add(self, lines: Iterator[bytes]) -> None:
        for each in lines:
            self._digest.update(each)


class _Lines:
    """CSV, or JSON Lines."""

    def __init__(self, file: BinaryIO, schema: pa.Schema, *, is_csv: bool) -> None:
        self._file = file
        self._is_csv = is_csv
        if is_csv:
            file.writelines(csv_lines(schema.empty_table()))

    def write_batch(self, batch: pa.RecordBatch) -> None:
        """Append rows."""
        table = pa.Table.from_batches([batch])
        lines = csv_lines(table, with_header=False) if self._is_csv else json_lines(table)
        self._file.writelines(lines)
