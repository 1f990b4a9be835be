"""From headers to a layout: which column is which field, before any value is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.file.headers import Headers, map_columns, node_column, vocabulary
from connectors.file.series import series_layout
from core.commands import FileOptions
from core.errors import BadInput
from core.file_days import names_whole_day
from core.file_fields import (
    ENTITY_FIELDS,
    MONEY_FIELDS,
    NUMBER_FIELDS,
    is_send_date,
    split_currency,
)
from core.file_layout import FileLayout
from core.records.connections import Level
from core.records.entries import DateBasis


def first_layout(
    headers: Headers, first: Mapping[str, str | None], options: FileOptions, level: Level
) -> FileLayout:
    """The columns of a file whose first record is `first`; orders and marks as far as asked for.

    BadInput when there is no date, no metric, or nothing that names an entity of `level`.
    """
    words = vocabulary(options, level)
    if level is Level.SERIES:
        return replace(series_layout(headers, options, words), **_marks(options))
    columns = map_columns(headers, words)
    for field, key in node_column(headers, first).items():
        columns.setdefault(field, key)
    columns = _consistent(columns)
    _require(columns, level)
    titles = dict(zip(headers.keys, headers.titles, strict=True))
    return FileLayout(
        columns=columns,
        date_basis=_date_basis(titles[columns["date"]], level),
        **_marks(options),
        header_currency=_header_currency(columns, titles),
    )


def _date_basis(header: str, level: Level) -> DateBasis:
    if level is Level.ORDER:
        return DateBasis.EVENT
    return DateBasis.SEND if is_send_date(header) else DateBasis.DELIVERY


def _marks(options: FileOptions) -> dict[str, Any]:
    return {
        "date_format": _date_format(options.date_format),
        "decimal_separator": _decimal_separator(options.decimal_separator),
    }


def entity_column(columns: Mapping[str, str], level: Level) -> str | None:
    """The column that tells entities of `level` apart: their id, or their name without one.

    None at account level, for a connection has one account, and of series, which a row has many of.
    """
    if level in {Level.ACCOUNT, Level.SERIES}:
        return None
    return next((columns[field] for field in ENTITY_FIELDS[level] if field in columns), None)


def _consistent(columns: Mapping[str, str]) -> dict[str, str]:
    """Without parts of a long layout that lack the other, and without a second spend."""
    dropped = {"spend_micros"} if "spend" in columns else set()
    if not {"action_type", "value"} <= columns.keys():
        dropped |= {"action_type", "value", "action_field"}
    return {field: key for field, key in columns.items() if field not in dropped}


def _require(columns: Mapping[str, str], level: Level) -> None:
    if "date" not in columns:
        raise _missing("date", "no column holds the date")
    if level is not Level.ACCOUNT and entity_column(columns, level) is None:
        name = level.lower().replace("_", " ")
        raise _missing(ENTITY_FIELDS[level][0], f"no column holds the id or the name of the {name}")
    if level is not Level.ORDER and not any(field in columns for field in NUMBER_FIELDS):
        raise _missing("spend", "no column holds a metric such as spend, impressions or clicks")


def _missing(field: str, reason: str) -> BadInput:
    return BadInput(
        reason,
        field=f"columns.{field}",
        mend=f'add one, or map it in columns: {{"{field}": "<header>"}}',
    )


def _date_format(text: str | None) -> str | None:
    if text is None or names_whole_day(text):
        return text
    raise BadInput(
        f"{text!r} is not a date format with day, month and year",
        field="dateFormat",
        mend="give a strptime format such as %d/%m/%Y",
    )


def _decimal_separator(text: str | None) -> str:
    if text in {None, ".", ","}:
        return text or "."
    raise BadInput(
        f"{text!r} is not a decimal separator", field="decimalSeparator", mend='give "." or ","'
    )


def _header_currency(columns: Mapping[str, str], titles: Mapping[str, str]) -> str | None:
    named = {split_currency(titles[columns[f]])[1] for f in MONEY_FIELDS if f in columns} - {None}
    if len(named) > 1:
        raise BadInput(
            f"the amounts are in more than one currency: {', '.join(sorted(map(str, named)))}",
            field="columns",
            mend="map only the amounts of one currency in columns",
        )
    return next(iter(named), None)
