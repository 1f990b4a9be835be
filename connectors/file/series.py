"""Wide files: which column is which series, and how long a row covers."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from types import MappingProxyType

from connectors.file.headers import Headers, Vocabulary, listed, map_columns
from connectors.file.rows import Row
from core.commands import FileOptions
from core.errors import BadInput
from core.file_amounts import is_blank
from core.file_days import parse_day
from core.file_layout import FileLayout, LaidSeries
from core.series import ColumnRole, Period, detected, with_channel

FACTOR_LIMIT = 100
"""How many texts a FACTOR may have: each becomes a series."""

_YEAR = 12
_LONGEST_DAYS = 27
"""Longer steps are of months."""

_DAYS: Mapping[Period, int] = MappingProxyType({Period.DAY: 1, Period.WEEK: 7})
_MONTHS: Mapping[Period, int] = MappingProxyType(
    {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: _YEAR}
)
_MEND = "add the missing rows, or say in period how long a row covers: DAY, WEEK, MONTH, \u2026"


def series_layout(headers: Headers, options: FileOptions, words: Vocabulary) -> FileLayout:
    """The columns of a wide file.

    BadInput without a date, without a series, or for a header that the file lacks.
    """
    columns = map_columns(headers, words)
    if "date" not in columns:
        raise BadInput(
            f"no column holds the date; the file has {listed(headers.titles)}",
            field="columns.date",
            mend='map it in columns: {"date": "<header>"}',
        )
    series = _series(headers, options, set(columns.values()))
    if not series:
        raise BadInput(
            f"no column is known as a series; the file has {listed(headers.titles)}",
            field="series",
            mend="say what its columns are, such as SPEND of the channel tv for the header tv_S",
        )
    used = {*columns.values(), *series}
    passed_over = tuple(key for key in headers.keys if key not in used)
    return FileLayout(columns=columns, series=series, passed_over=passed_over)


def _series(headers: Headers, options: FileOptions, taken: set[str]) -> dict[str, LaidSeries]:
    for header in options.series:
        if header not in headers.keys:
            raise BadInput(
                f"no column is called {header!r}; the file has {listed(headers.titles)}",
                field=f"series.{header}",
                mend="give a header exactly as it stands in the file",
            )
    found = {}
    for key in headers.keys:
        column = options.series.get(key) or (None if key in taken else detected(key))
        if column is not None and column.role is not ColumnRole.IGNORE:
            column = with_channel(key, column)
            found[key] = LaidSeries(column.role, column.channel)
    return found


@dataclass(slots=True)
class WideEvidence:
    """What the rows of a wide file say: the texts of its factors, and on which days rows begin."""

    layout: FileLayout
    keys: Sequence[str]
    factors: dict[str, set[str]] = field(default_factory=dict)
    first_rows: dict[str, int] = field(default_factory=dict)

    def see(self, rows: Sequence[Row]) -> None:
        """Take in more rows; they are whole."""
        place = self.keys.index(self.layout.columns["date"])
        for row in rows:
            self.first_rows.setdefault((row.cells[place] or "").strip(), row.number)
        for key, each in self.layout.series.items():
            if each.role is ColumnRole.FACTOR:
                self._see_factor(key, rows)

    def _see_factor(self, key: str, rows: Sequence[Row]) -> None:
        place, texts = self.keys.index(key), self.factors.setdefault(key, set())
        texts.update(text for row in rows if not is_blank(text := (row.cells[place] or "").strip()))
        if len(texts) > FACTOR_LIMIT:
            raise BadInput(
                f"{key} holds more than {FACTOR_LIMIT} different texts",
                field=f"series.{key}",
                mend="a FACTOR has few; leave the column out with IGNORE, or give it another role",
            )

    def decided(self, layout: FileLayout, period: Period | None) -> FileLayout:
        """`layout` with what was seen. BadInput for rows that follow in no regular step."""
        series = {
            key: replace(each, values=tuple(sorted(self.factors.get(key, ()))))
            for key, each in layout.series.items()
        }
        days = self._days(layout)
        step = (_DAYS.get(period, 0), _MONTHS.get(period, 0)) if period else _step(list(days))
        self._refuse_irregular(days, step, may_skip=period is not None)
        return replace(
            layout, series=series, period_days=step[0] or None, period_months=step[1] or None
        )

    def _days(self, layout: FileLayout) -> dict[date, int]:
        """Every day on which a row begins, in order, and the first row that does."""
        found: dict[date, int] = {}
        for text, row in self.first_rows.items():
            day = parse_day(text, layout.date_order, layout.date_format)
            if day is not None:
                found.setdefault(day, row)
        return dict(sorted(found.items()))

    def _refuse_irregular(
        self, days: Mapping[date, int], step: tuple[int, int], *, may_skip: bool
    ) -> None:
        for earlier, later in pairwise(days):
            due = after(earlier, step)
            if later < due or (later > due and not may_skip):
                raise BadInput(
                    f"row {days[later]} begins on {later}, where one that follows {earlier} "
                    f"is due on {due}: the rows are in no regular step",
                    field="period",
                    mend=_MEND if not may_skip else "give the period that a row really covers",
                )


def after(day: date, step: tuple[int, int]) -> date:
    """`day` and so many days and months later; the last day of a month that has no such day."""
    days, months = step
    count = day.year * _YEAR + day.month - 1 + months
    year, month = divmod(count, _YEAR)
    last = calendar.monthrange(year, month + 1)[1]
    moved = day.replace(year=year, month=month + 1, day=min(day.day, last))
    return date.fromordinal(moved.toordinal() + days)


def _step(days: Sequence[date]) -> tuple[int, int]:
    """The step of the first two days; a day for one alone."""
    if len(days) < len(("one", "other")):
        return 1, 0
    first, second = days[:2]
    length = (second - first).days
    if length <= _LONGEST_DAYS:
        return length, 0
    months = (second.year - first.year) * _YEAR + second.month - first.month
    return (0, months) if after(first, (0, months)) == second else (length, 0)
