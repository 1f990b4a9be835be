"""Wide files: each row is told in many series, and every series of it is an entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.file.normalise.identity import series_identity
from connectors.file.normalise.numbers import read_exact
from connectors.file.normalise.records import FileRecords, mapped
from connectors.file.normalise.repeats import natural_keys, refuse_contradictions
from connectors.file.series import after
from core.file_amounts import stands_for
from core.file_layout import LaidSeries
from core.series import ColumnRole
from transform.frames import ARROW_TYPES, NormalisedPage
from transform.normalise.channels import UNASSIGNED
from transform.normalise.columns import ArrowColumn, parsed
from transform.normalise.context import PageContext
from transform.normalise.entries import stacked_page
from transform.normalise.reading import mask

_COUNTED: Final[Mapping[ColumnRole, str]] = {
    ColumnRole.IMPRESSIONS: "impressions",
    ColumnRole.CLICKS: "clicks",
}
_IN_CURRENCY: Final = "upload amounts of another currency to a connection of its own"


def series_page(page: FileRecords, context: PageContext) -> NormalisedPage:
    """The entries of a page: for each row one of each series that it has a number for.

    By name, for a layout that was kept has lost the order of its columns.
    """
    shared = series_identity(page, context)
    stacks = [
        stack
        for key, laid in sorted(page.layout.series.items())
        for stack in (
            _factors(page, key, laid)
            if laid.role is ColumnRole.FACTOR
            else [_stack(page, key, laid, context)]
        )
    ]
    known = reduce(np.logical_or, (mask(stack["value"].is_valid()) for stack in stacks))
    page.refuse(~known, "date", "stands on a row without a single number")
    everything = {**shared, "entity_id": _all(page, "")}
    refuse_contradictions(page, natural_keys(everything, page.reading.accepted), "date")
    shared |= {"covers_days": _covered(page, shared["date"]), "campaign_id": _none(page, "text")}
    return stacked_page(shared, stacks, page.reading)


def _stack(
    page: FileRecords, key: str, laid: LaidSeries, context: PageContext
) -> dict[str, ArrowColumn]:
    """One column of numbers as entries; rows whose cell is no number of its role are refused."""
    numbers = read_exact(page.column(key), page.layout.decimal_separator)
    page.refuse_each(numbers.unread, key, "is not a number")
    strange = mapped(
        numbers.currencies, lambda sign: _is_strange(sign, laid.role, context.currency), pa.bool_()
    )
    page.refuse_each(mask(strange), key, f"is not in {context.currency}", _IN_CURRENCY)
    if laid.role.is_never_negative:
        negative = mapped(numbers.values, _is_negative, pa.bool_())
        page.refuse_each(mask(negative), key, "is negative")
    values = numbers.values
    return {
        **_named(page, key, key, laid),
        "value": values,
        "spend": _amounts(values) if laid.role is ColumnRole.SPEND else _none(page, "amount"),
        **{
            name: _whole(values) if laid.role is role else _none(page, "integer")
            for role, name in _COUNTED.items()
        },
    }


def _factors(page: FileRecords, key: str, laid: LaidSeries) -> Iterator[dict[str, ArrowColumn]]:
    """A control of ones and zeros for each text of a column."""
    cells = page.column(key)
    for text in laid.values:
        is_it = pc.equal(cells, pa.scalar(text)).fill_null(False)  # noqa: FBT003 - a value
        yield {
            **_named(page, f"{key}_{text}", f"{key}: {text}", laid),
            "value": pc.if_else(is_it, pa.scalar("1"), pa.scalar("0")),
            "spend": _none(page, "amount"),
            **{name: _none(page, "integer") for name in _COUNTED.values()},
        }


def _named(page: FileRecords, id_: str, name: str, laid: LaidSeries) -> dict[str, ArrowColumn]:
    return {
        "entity_id": _all(page, id_),
        "entity_name": _all(page, name),
        "series_role": _all(page, laid.role.series.value),
        "channel": _all(page, laid.channel or UNASSIGNED),
        "platform_channel": _none(page, "text"),
    }


def _all(page: FileRecords, text: str) -> ArrowColumn:
    return pa.repeat(pa.scalar(text, pa.string()), len(page))


def _none(page: FileRecords, kind: str) -> ArrowColumn:
    nulls: ArrowColumn = pa.array([None] * len(page), ARROW_TYPES[kind])
    return nulls


def _is_strange(sign: str, role: ColumnRole, currency: str) -> bool:
    return not (role.is_money and stands_for(sign, currency))


def _is_negative(text: str) -> bool:
    return text.startswith("-") and Decimal(text) < 0


def _amounts(values: ArrowColumn) -> ArrowColumn:
    """Rounded half-even to the scale of amounts."""
    return parsed(values.to_pylist(), "amount").values


def _whole(values: ArrowColumn) -> ArrowColumn:
    """Whole numbers; null where one has a fraction, which no count of impressions can keep."""
    return mapped(values, _count, pa.int64())


def _count(text: str) -> int | None:
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else None


def _covered(page: FileRecords, days: ArrowColumn) -> ArrowColumn:
    """How many days each row covers; null for one."""
    step = page.layout.period_days or 0, page.layout.period_months or 0
    if step == (1, 0):
        return _none(page, "integer")
    found: list[date | None] = days.to_pylist()
    lengths = {day: (after(day, step) - day).days for day in set(found) if day is not None}
    return pa.array([None if day is None else lengths[day] for day in found], pa.int64())
