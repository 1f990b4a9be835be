"""XLSX workbooks: the cached values of one sheet, never its formulas."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from itertools import islice, repeat
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from connectors.file.formats import unreadable
from connectors.file.headers import HEADER_ROWS, Headers, Vocabulary, find_header, recognised
from connectors.file.kept_rows import keep_rows, kept_rows
from connectors.file.rows import NumberText, Refusal, Row, Table
from core.commands import FileOptions
from core.errors import BadInput

SHARED_TEXT_LIMIT = 64 << 20
"""Bytes of a workbook's shared texts, unpacked: they are the one part that is held whole."""

_BROKEN = (KeyError, ValueError, OSError, SyntaxError, zipfile.BadZipFile, zlib.error)
_EXACT = 10**15
Values = Sequence[Any]


def open_workbook(path: Path, options: FileOptions, words: Vocabulary, spool: Path) -> Table:
    """The sheet asked for, else the first with a known header, else the first with data.

    `spool` does not exist yet; rows are kept there as long as the table is in use.
    """
    _refuse_large(path)
    name, line, headers, epoch = _choose_sheet(path, options, words)
    keep_rows(_rows(path, name, line, headers), spool)

    def read() -> Iterator[Row]:
        return kept_rows(spool, len(headers.keys))

    return Table("xlsx", headers, {"sheet": name}, read, is_typed=True, serial_epoch=epoch)


def _refuse_large(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        texts = [
            m.file_size for m in archive.infolist() if m.filename.endswith("sharedStrings.xml")
        ]
    if sum(texts) > SHARED_TEXT_LIMIT:
        raise BadInput(
            f"the workbook holds more than {SHARED_TEXT_LIMIT >> 20} MiB of text",
            field="file",
            mend="save the sheet as CSV and upload that",
        )


@contextmanager
def _open(path: Path, *, formulas: bool = False) -> Iterator[Any]:
    """The workbook, read as it is iterated over; BadInput where it is broken."""
    with path.open("rb") as file:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of styles and extensions, which hold no data
                book = load_workbook(file, read_only=True, data_only=not formulas, keep_links=False)
            with closing(book):
                yield book
        except _BROKEN as error:
            raise unreadable(f"an XLSX workbook that can be read: {error}") from error


def _choose_sheet(
    path: Path, options: FileOptions, words: Vocabulary
) -> tuple[str, int, Headers, datetime]:
    with _open(path) as book:
        epoch: datetime = book.epoch
        names = [sheet.title for sheet in book.worksheets]
        if options.sheet is not None and options.sheet not in names:
            raise BadInput(
                f"no sheet is called {options.sheet!r}; the workbook has {', '.join(names)}",
                field="sheet",
                mend="give the name of a sheet exactly, or none",
            )
        tops = {
            name: _top(book[name])
            for name in names
            if options.sheet is None or name == options.sheet
        }
    filled = [name for name, top in tops.items() if top]
    if not filled:
        raise BadInput("the workbook is empty", field="file", mend="upload one that holds rows")
    chosen = max(filled, key=lambda name: _has_header(tops[name], words))
    return chosen, *find_header(tops[chosen], words), epoch


def _has_header(top: Sequence[tuple[int, Sequence[str | None]]], words: Vocabulary) -> bool:
    return any(recognised(cells, words) >= 2 for _, cells in top)  # noqa: PLR2004


def _top(sheet: Any) -> list[tuple[int, list[str | None]]]:
    sheet.reset_dimensions()
    rows = enumerate(islice(sheet.iter_rows(values_only=True), HEADER_ROWS), start=1)
    return [(number, [cell_text(v) for v in row]) for number, row in rows if _is_filled(row)]


def _rows(path: Path, name: str, line: int, headers: Headers) -> Iterator[Row]:
    width = len(headers.keys)
    with _open(path) as book:
        for number, (values, formulas) in enumerate(_value_rows(path, book, name), start=1):
            if number <= line or not (_is_filled(values) or _is_filled(formulas)):
                continue
            cells = [cell_text(value) for value in values[:width]]
            cells += [None] * (width - len(cells))
            yield Row(number, cells, _uncached(values, formulas, headers))


def _value_rows(path: Path, book: Any, name: str) -> Iterator[tuple[Values, Values]]:
    """Each row's values beside its formulas; the formulas are read only where there are some."""
    sheet = book[name]
    sheet.reset_dimensions()
    values = sheet.iter_rows(values_only=True)
    if not _has_formulas(path, sheet):
        yield from zip(values, repeat(()))
        return
    with _open(path, formulas=True) as other:
        other[name].reset_dimensions()
        for row, formulas in zip(values, other[name].iter_rows(), strict=True):
            yield row, [cell.value if cell.data_type == "f" else None for cell in formulas]


def _has_formulas(path: Path, sheet: Any) -> bool:
    tail = b""
    with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path) as xml:  # noqa: SLF001
        while chunk := xml.read(1 << 20):
            if b"<f>" in tail + chunk or b"<f " in tail + chunk or b"<f/>" in tail + chunk:
                return True
            tail = chunk[-3:]
    return False


def _is_filled(values: Values) -> bool:
    return any(value is not None and value != "" for value in values)


def _uncached(values: Values, formulas: Values, headers: Headers) -> Refusal | None:
    for value, formula, title in zip(values, formulas, headers.titles, strict=False):
        if formula is not None and value is None:
            return Refusal(
                title,
                "holds a formula whose result was not saved",
                "open and save the workbook in a spreadsheet program, or paste values",
            )
    return None


def cell_text(value: object) -> str | None:
    """A cell's value as text: days as ISO 8601, numbers plain and exact as the file has them."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, datetime) and value.time() == time(0):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number_text(value: float) -> NumberText:
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return NumberText(int(value))
    return NumberText(repr(value))
