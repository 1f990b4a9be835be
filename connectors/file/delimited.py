"""CSV, TSV and their kin: cells between delimiters, quoted where they hold one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile, islice
from pathlib import Path

from connectors.file.dialect import choose_delimiter
from connectors.file.encodings import choose_encoding
from connectors.file.headers import Vocabulary, find_header
from connectors.file.lines import Lines, RecodedLine, UndecodableLine, decoded_lines
from connectors.file.rows import Refusal, Row, Table
from core.commands import FileOptions

_SAMPLE_LINES = 200
_BAD_QUOTE = Refusal(
    "row",
    "has a quoted cell that does not end where it should",
    'double every " inside a quoted cell and close every quote',
)
_LONG_CELL = Refusal(
    "row",
    f"has a cell of more than {csv.field_size_limit():,} characters",
    "shorten the cell, or leave the column out",
)
_BAD_BYTES = Refusal(
    "row",
    "is neither in the file's encoding nor in Windows-1252",
    "save the file again as UTF-8, or give the encoding it is in",
)


@dataclass(frozen=True, slots=True)
class _Width:
    """How many cells a row may have: all that are titled, at most as many as the header."""

    least: int
    most: int


def open_delimited(path: Path, options: FileOptions, words: Vocabulary) -> Table:
    """The file as a table, its encoding, delimiter and header row found out."""
    encoding = choose_encoding(path, options.encoding)
    sample = list(islice(decoded_lines(path, encoding), _SAMPLE_LINES))
    delimiter = choose_delimiter(sample, options, words)
    top = _records(Lines(decoded_lines(path, encoding)), delimiter, None)
    line, headers = find_header(((row.number, row.cells) for row in top), words)
    titled = [place for place, title in enumerate(headers.titles, start=1) if title]
    width = _Width(least=titled[-1], most=len(headers.titles))

    def read() -> Iterator[Row]:
        rows = _records(Lines(decoded_lines(path, encoding)), delimiter, width)
        return dropwhile(lambda row: row.number <= line, rows)

    return Table("csv", headers, {"encoding": encoding.label, "delimiter": delimiter}, read)


def _records(lines: Lines, delimiter: str, width: _Width | None) -> Iterator[Row]:
    """Every row; blank ones are left out. Without `width` a row may have any number of cells.

    A row that spans lines and does not fit is taken for a quote that was never closed: its first
    line is refused, and reading goes on from the second.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.mark()
        number = lines.number + 1
        cells, refusal = _next_cells(reader, width)
        if cells is None:
            return
        if refusal is not None and len(lines.taken) > 1:
            lines.give_back()
            refusal = _BAD_QUOTE
        elif refusal is _BAD_QUOTE and len(lines.taken[0]) > csv.field_size_limit():
            refusal = _LONG_CELL
        if refusal is not None:
            yield Row(number, [lines.taken[0].rstrip("\r\n")], refusal)
        elif any(cells):
            yield _row(number, cells, lines)


def _next_cells(
    reader: Iterator[list[str]], width: _Width | None
) -> tuple[list[str] | None, Refusal | None]:
    """The cells of the next row, None at the end, and what is wrong with them."""
    try:
        cells = next(reader)
    except StopIteration:
        return None, None
    except csv.Error:
        return [], _BAD_QUOTE
    if width is None or len(cells) == width.most or not any(cells):
        return cells, None
    if len(cells) < width.least or any(cells[width.most :]):
        return cells, Refusal(
            "row",
            f"has {len(cells)} cells where the header has {width.most}",
            "quote cells that hold the delimiter or a line break, and write every cell",
        )
    return (cells + [""] * (width.most - len(cells)))[: width.most], None


def _row(number: int, cells: list[str], lines: Lines) -> Row:
    if len(lines.taken) == 1 and type(lines.taken[0]) is str:
        return Row(number, cells)
    kinds = {type(line) for line in lines.taken}
    if UndecodableLine in kinds:
        return Row(number, cells, _BAD_BYTES)
    return Row(number, cells, None, RecodedLine in kinds)
