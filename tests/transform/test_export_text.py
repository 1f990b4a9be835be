"""Cells as text: what is written column by column is what a row at a time would be."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records.exports import ExportFormat
from transform.export import text
from transform.export.files import table_files
from transform.export.text import csv_lines, json_lines

HOSTILE = st.text(st.sampled_from(' ,"\r\n\\;=\t\x00\u2028é𝄞%{}a1'), max_size=6)
ROW = st.tuples(
    st.none() | HOSTILE | st.text(max_size=4),
    st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.floats(0, 1e6),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.booleans(),
    st.none() | st.dates(),
)
COLUMNS: dict[str, pa.DataType] = {
    'na"me, %s': pa.string(),
    "float": pa.float64(),
    "whole": pa.int64(),
    "truth": pa.bool_(),
    "day": pa.date32(),
}
SCHEMA = pa.schema(COLUMNS)


def table(rows: list[tuple[Any, ...]]) -> pa.Table:
    """These rows."""
    columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
    arrays = [pa.array(each, kind.type) for each, kind in zip(columns, SCHEMA, strict=True)]
    return pa.table(arrays, schema=SCHEMA)


def csv_cell(value: object) -> str:
    """One cell as its format says."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def csv_row(row: Any) -> bytes:
    """One row by the standard library, which quotes CR only where lines end with it."""
    told = io.StringIO()
    csv.writer(told, lineterminator="\r\n").writerow(map(csv_cell, row))
    return told.getvalue().removesuffix("\r\n").encode() + b"\n"


@given(st.lists(ROW, max_size=12))
def test_csv_is_as_row_by_row(rows: list[tuple[Any, ...]]) -> None:
    expected = b"".join(map(csv_row, [SCHEMA.names, *rows]))
    assert b"".join(csv_lines(table(rows))) == expected


@given(st.lists(ROW, max_size=12))
def test_json_lines_are_as_row_by_row(rows: list[tuple[Any, ...]]) -> None:
    made = [dict(zip(SCHEMA.names, row, strict=True)) for row in rows]
    expected = b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in made)
    found = b"".join(json_lines(table(rows)))
    assert found == expected
    assert [json.loads(line)["float"] for line in found.splitlines()] == [row[1] for row in rows]


def test_rows_that_are_written_in_pieces_are_one_text(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = table([("a", 1.5, 1, True, date(2026, 1, 1)), (None,) * 5, ("b", -0.0, 2, False, None)])
    whole = b"".join(csv_lines(rows)), b"".join(json_lines(rows))
    monkeypatch.setattr(text, "_ROWS", 2)
    assert (b"".join(csv_lines(rows)), b"".join(json_lines(rows))) == whole
    assert whole[0] == (
        b'"na""me, %s",float,whole,truth,day\na,1.5,1,1,2026-01-01\n,,,,\nb,-0.0,2,0,\n'
    )


@given(st.lists(ROW, min_size=1, max_size=12), st.integers(0, 11), st.integers(0, 9))
def test_arrow_keeps_nothing_of_where_its_rows_lay(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]], start: int, null: int
) -> None:
    """Slices, and bytes below what is null, leave no trace."""
    cut = rows[start % len(rows) :]
    covered = [(row[0], None if at == null else row[1], *row[2:]) for at, row in enumerate(cut)]
    below = pa.array([1.0 if row[1] is None else row[1] for row in covered], pa.float64())
    mask = pa.array([row[1] is not None for row in covered], pa.bool_()).buffers()[1]
    hidden = pa.Array.from_buffers(pa.float64(), len(covered), [mask, below.buffers()[1]])
    given_rows = table(rows).slice(start % len(rows)).set_column(1, SCHEMA.field(1), hidden)
    folder = tmp_path_factory.mktemp("arrow")
    assert arrow(folder, "hidden", given_rows) == arrow(folder, "plain", table(covered))


def arrow(folder: Path, name: str, rows: pa.Table) -> bytes:
    """The bytes of a table's Arrow file."""
    with table_files(folder, name, SCHEMA, [ExportFormat.ARROW]) as target:
        for batch in rows.to_batches():
            target.write_batch(batch)
    return (folder / f"{name}.arrow").read_bytes()
