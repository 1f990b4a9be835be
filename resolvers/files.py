"""How a file is to be read: what the caller said about it, checked."""

from __future__ import annotations

import codecs

from core.commands import FileOptions
from core.errors import BadInput
from core.file_days import names_whole_day
from core.file_fields import FILE_FIELDS
from core.file_orders import ORDER_FIELDS
from core.records.connections import Level
from core.series import SeriesColumn
from resolvers.text import clean

FIELDS = frozenset(FILE_FIELDS) | frozenset(ORDER_FIELDS)
"""Fields of an entry that a header may be mapped to."""


def columns(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Field to header, each field and header named once and known."""
    mapped: dict[str, str] = {}
    for index, (field, header) in enumerate(pairs):
        place = f"columns.{index}"
        _check_field(field, mapped, place)
        mapped[field] = clean(header, f"{place}.header")
    return mapped


def series(pairs: list[tuple[str, SeriesColumn]]) -> dict[str, SeriesColumn]:
    """Header to what its column is, each header named once."""
    said: dict[str, SeriesColumn] = {}
    for index, (header, column) in enumerate(pairs):
        place = f"series.{index}"
        name = clean(header, f"{place}.header")
        if name in said:
            raise BadInput(
                f"{name!r} is said to be two things",
                field=f"{place}.header",
                mend="say once what a column is",
            )
        channel = None if column.channel is None else clean(column.channel, f"{place}.channel")
        said[name] = SeriesColumn(column.role, channel)
    return said


def check_level(options: FileOptions, level: Level) -> FileOptions:
    """`options`, or BadInput where they tell of series and the connection's rows are none."""
    told = "series" if options.series else "period" if options.period else None
    if told is not None and level is not Level.SERIES:
        raise BadInput(
            f"{told} is of wide files, and the connection's rows are of level {level}",
            field=told,
            mend="connect a source FILE of level SERIES for them",
        )
    return options


def _check_field(field: str, mapped: dict[str, str], place: str) -> None:
    if field not in FIELDS:
        raise BadInput(
            f"{field!r} is not a field of an entry",
            field=f"{place}.field",
            mend=f"use one of {', '.join(sorted(FIELDS))}",
        )
    if field in mapped:
        raise BadInput(
            f"{field!r} is mapped twice", field=f"{place}.field", mend="map each field once"
        )


def check_options(options: FileOptions) -> FileOptions:
    """`options`, or BadInput naming the one that cannot be."""
    if options.date_format is not None:
        _check_date_format(options.date_format)
    if options.decimal_separator not in (None, ".", ","):
        raise _bad("decimalSeparator", options.decimal_separator, 'use "." or ","')
    if options.delimiter is not None and len(options.delimiter) != 1:
        raise _bad("delimiter", options.delimiter, "use one character")
    if options.encoding is not None:
        _check_encoding(options.encoding)
    if options.sheet is not None:
        clean(options.sheet, "sheet")
    return options


def _check_date_format(text: str) -> None:
    if not names_whole_day(text):
        raise _bad(
            "dateFormat", text, "name day, month and year in strptime codes, such as %d/%m/%Y"
        )


def _check_encoding(name: str) -> None:
    try:
        codecs.lookup(name)
    except (LookupError, ValueError) as error:
        raise _bad("encoding", name, "use a name such as utf-8 or windows-1252") from error


def _bad(field: str, value: str | None, mend: str) -> BadInput:
    return BadInput(f"{field} cannot be {value!r}", field=field, mend=mend)
