"""Days that a workbook keeps as numbers, turned into text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from openpyxl.utils.datetime import from_excel

from connectors.file.rows import NumberText, Row, Table
from core.file_layout import FileLayout

_SERIALS = (1.0, 2_958_466.0)
"""From the first day that Excel knows to the end of its last, in the year 9999."""


def with_days(table: Table, layout: FileLayout) -> Iterator[Row]:
    """The table's rows; a number in a date column of a workbook becomes the day it counts to."""
    epoch = table.serial_epoch
    if epoch is None:
        return table.read()
    fields = [layout.columns[f] for f in ("date", "date_stop") if f in layout.columns]
    places = {table.headers.keys.index(key) for key in fields}
    return (_dated(row, places, epoch) for row in table.read())


def _dated(row: Row, places: set[int], epoch: datetime) -> Row:
    if not any(type(row.cells[place]) is NumberText for place in places):
        return row
    cells = list(row.cells)
    for place in places:
        cells[place] = _day(cells[place], epoch)
    return row._replace(cells=cells)


def _day(cell: str | None, epoch: datetime) -> str | None:
    if type(cell) is not NumberText or not _SERIALS[0] <= float(cell) < _SERIALS[1]:
        return cell
    moment = from_excel(float(cell), epoch)
    return moment.date().isoformat() if isinstance(moment, datetime) else cell
