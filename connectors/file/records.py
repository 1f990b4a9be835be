"""Rows as lines of JSON, the form in which a page carries them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import orjson

from connectors.file.rows import NumberText, Refusal, Row, Table
from core.file_layout import CELLS, REFUSED, ROW, FileLayout, number_columns

_UNSTORABLE = Refusal(
    "row",
    "holds a character that cannot be stored: NUL or half a surrogate pair",
    "remove it from the text",
)
_NUL = b"\\u0000"


def renderer(table: Table, layout: FileLayout) -> Callable[[Row], bytes]:
    """Turns a row into one JSON object: every cell as text, null where it is empty."""
    keys, places = table.headers.keys, _commas(table, layout)
    if places:
        return lambda row: _line(_with_commas(row, places), keys)
    return lambda row: _line(row, keys)


def _line(row: Row, keys: Sequence[str]) -> bytes:
    if row.refusal is not None:
        return _refused(row, row.refusal)
    cells = [cell or None for cell in row.cells] if "" in row.cells else row.cells
    record: dict[str, object] = {ROW: row.number, **dict(zip(keys, cells, strict=True))}
    try:
        # A copy: orjson leaves the kilobytes that it wrote into behind its result.
        line = bytes(memoryview(orjson.dumps(record)))
    except orjson.JSONEncodeError:
        return _refused(row, _UNSTORABLE)
    return _refused(row, _UNSTORABLE) if _NUL in line else line


def _refused(row: Row, refusal: Refusal) -> bytes:
    cells = [_storable(cell) for cell in row.cells]
    return orjson.dumps({ROW: row.number, REFUSED: refusal._asdict(), CELLS: cells})


def _storable(cell: str | None) -> str | None:
    if cell is None:
        return None
    return cell.encode(errors="replace").decode().replace("\x00", "\ufffd")


def _commas(table: Table, layout: FileLayout) -> list[int]:
    """Columns whose typed numbers are written with a comma, since the file's texts are."""
    if not table.is_typed or layout.decimal_separator == ".":
        return []
    return [table.headers.keys.index(key) for key, _ in number_columns(layout)]


def _with_commas(row: Row, places: Sequence[int]) -> Row:
    cells = list(row.cells)
    for place in places if row.refusal is None else ():
        cell = cells[place]
        cells[place] = cell.replace(".", ",") if type(cell) is NumberText else cell
    return row._replace(cells=cells)
