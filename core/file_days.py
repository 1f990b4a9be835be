"""How days are written in files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

ORDERS: Mapping[str, tuple[int, int, int]] = MappingProxyType(
    {"DMY": (2, 1, 0), "MDY": (2, 0, 1), "YMD": (0, 1, 2)}
)
"""Where year, month and day stand among the three numbers of a day."""

_TIME = r"(?:[T\s,]+\d{1,2}:\d{2}.*)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_NUMBERS = re.compile(rf"(\d{{1,2}})([-/. ])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_WORDS = re.compile(rf"(?:\w+,\s*)?(\w+)\.?[\s-]+(\w+)\.?,?[\s-]+(\d{{4}}){_TIME}")
_MONTHS: Mapping[str, int] = MappingProxyType(
    {
        name: month
        for month, names in enumerate(
            (
                "jan january januar janvier",
                "feb february februar fevrier",
                "mar march marz mars",
                "apr april avril",
                "may mai",
                "jun june juni juin",
                "jul july juli juillet",
                "aug august aout",
                "sep sept september septembre",
                "oct october okt oktober octobre",
                "nov november novembre",
                "dec december dez dezember decembre",
            ),
            start=1,
        )
        for name in names.split()
    }
)
_CENTURY = 2000
_YEAR_CODE = re.compile("%[YyGcx]")
_PROBE = date(2024, 12, 31)
_ACCENTS = str.maketrans("\u00e9\u00e4\u00fb", "eau")


def parse_day(text: str, order: str | None, date_format: str | None) -> date | None:
    """The day that `text` names, or None; a time of day beside it is dropped, never shifted.

    Year-first days are always read, unless `date_format` (strptime) is itself year-first.
    """
    text = text.strip()
    if date_format is not None:
        day = _by_format(text, date_format)
        if day is not None or date_format.startswith("%Y"):
            return day
        return _year_first(text)
    return _year_first(text) or _by_words(text) or _by_order(text, order)


def three_numbers(text: str) -> tuple[tuple[int, int, int], str, bool] | None:
    """The numbers of a day that is not year-first, their separator, whether the year is short."""
    match = _NUMBERS.fullmatch(text.strip())
    if match is None:
        return None
    numbers = int(match[1]), int(match[3]), int(match[4])
    return numbers, match[2], len(match[4]) == 2  # noqa: PLR2004 - two digits


def ordered_day(numbers: tuple[int, int, int], order: str) -> date | None:
    """The day that three numbers name in `order`; years below 100 are of this century."""
    year, month, day = (numbers[place] for place in ORDERS[order])
    return _day(year + _CENTURY if year < 100 else year, month, day)  # noqa: PLR2004


def day_numbers(text: str, date_format: str | None) -> tuple[tuple[int, int, int], bool] | None:
    """The numbers of a day as written, years by two digits, and whether their order is known."""
    day = parse_day(text, None, date_format)
    if day is not None:
        return (day.year % 100, day.month, day.day), True
    found = three_numbers(text)
    if found is None:
        return None
    first, second, year = found[0]
    return (first, second, year % 100), False


def _year_first(text: str) -> date | None:
    match = _YEAR_FIRST.fullmatch(text)
    if match is not None:
        return _day(int(match[1]), int(match[3]), int(match[4]))
    match = _COMPACT.fullmatch(text)
    return None if match is None else _day(int(match[1]), int(match[2]), int(match[3]))


def _by_order(text: str, order: str | None) -> date | None:
    found = three_numbers(text)
    return None if found is None or order is None else ordered_day(found[0], order)


def names_whole_day(date_format: str) -> bool:
    """Whether a strptime format tells day, month and year."""
    # Without a year strptime supposes one, and from Python 3.13 on complains of it.
    if _YEAR_CODE.search(date_format) is None:
        return False
    return _by_format(_PROBE.strftime(date_format), date_format) == _PROBE


def _by_words(text: str) -> date | None:
    match = _WORDS.fullmatch(text)
    if match is None:
        return None
    first, second, year = match[1], match[2], int(match[3])
    word, number = (second, first) if first.isdigit() else (first, second)
    month = _MONTHS.get(_plain(word))
    return _day(year, month, int(number)) if month and number.isdigit() else None


def _by_format(text: str, date_format: str) -> date | None:
    try:
        return datetime.strptime(text, date_format).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _plain(word: str) -> str:
    return word.casefold().translate(_ACCENTS)
