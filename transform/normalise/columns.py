"""Raw JSON values as typed Arrow columns, exact, and which of them could not be read.

A column is cast as a whole; only one with a value that does not fit is read value by value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core.jsonvalue import JSONValue
from core.units import MONEY_SCALE
from transform.frames import ARROW_TYPES

Mask: TypeAlias = npt.NDArray[np.bool_]
ArrowColumn: TypeAlias = "pa.Array[Any]"

_INTEGER: Final = re.compile(r"-?[0-9]+(?:\.0*)?")
_AMOUNT: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST_DATE: Final = pa.scalar(date.min, pa.date32())
_INTEGER_LIMIT: Final = 2**63
_CASTABLE_DIGITS: Final = 30
_EMPTY: Final = pa.scalar("")
_LIMIT: Final = Decimal(10) ** (20 - MONEY_SCALE)
_STEP: Final = Decimal(1).scaleb(-MONEY_SCALE)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A column, null where a value was absent or could not be read; `unread` marks the latter."""

    values: ArrowColumn
    unread: Mask


def parsed(values: Sequence[JSONValue], kind: str) -> Parsed:
    """`values` as a column of `kind` (a kind of core.records.ingestion.Column)."""
    try:
        column = whole(pa.array(values, pa.string()), kind)
        return Parsed(column, np.zeros(len(values), dtype=bool))
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return _one_by_one(values, kind)


def mapped(texts: ArrowColumn, change: Callable[[str], str]) -> ArrowColumn:
    """`change` of each text, made once for each that is different; null stays null."""
    if texts.null_count == len(texts):
        return texts
    coded = texts.dictionary_encode()
    distinct: list[Any] = coded.dictionary.to_pylist()
    return pa.array([change(text) for text in distinct], pa.string()).take(coded.indices)


def whole(texts: ArrowColumn, kind: str) -> ArrowColumn:
    """`texts` as a column of `kind`.

    Raises pyarrow.ArrowInvalid where one does not fit, and for some that do fit.
    """
    return _WHOLE[kind](texts)


def _one_by_one(values: Sequence[JSONValue], kind: str) -> Parsed:
    read = [None if value is None else _SINGLE[kind](value) for value in values]
    unread = [
        after is None and before is not None for before, after in zip(values, read, strict=True)
    ]
    return Parsed(pa.array(read, ARROW_TYPES[kind]), np.array(unread, dtype=bool))


def _whole_text(texts: ArrowColumn) -> ArrowColumn:
    if pc.any(pc.equal(texts, _EMPTY)).as_py():
        raise pa.ArrowInvalid("empty")
    return texts


def _whole_integer(texts: ArrowColumn) -> ArrowColumn:
    if not pc.all(pc.ascii_is_decimal(texts)).as_py():
        raise pa.ArrowInvalid("not digits")
    return pc.cast(texts, ARROW_TYPES["integer"])


def _whole_amount(texts: ArrowColumn) -> ArrowColumn:
    # Arrow's cast of very long digits is silently wrong: 5,000 nines came out as -1.
    if (pc.max(pc.call_function("utf8_length", [texts])).as_py() or 0) > _CASTABLE_DIGITS:
        raise pa.ArrowInvalid("too many digits")
    return pc.cast(texts, ARROW_TYPES["amount"])


def _whole_date(texts: ArrowColumn) -> ArrowColumn:
    days = pc.cast(texts, ARROW_TYPES["date"])
    if pc.any(pc.less(days, _FIRST_DATE)).as_py():
        raise pa.ArrowInvalid("before the first year")
    return days


def _text(value: JSONValue) -> str | None:
    """Ids are sometimes numbers; an empty text says nothing."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value) or None


def _integer(value: JSONValue) -> int | None:
    text = _number_text(value)
    number = int(Decimal(text)) if _INTEGER.fullmatch(text) else _INTEGER_LIMIT
    return number if abs(number) < _INTEGER_LIMIT else None


def _amount(value: JSONValue) -> Decimal | None:
    """Rounded half-even to the scale; a JSON number counts as the text that it was sent as."""
    text = _number_text(value)
    if not _AMOUNT.fullmatch(text) or abs(number := Decimal(text)) >= _LIMIT:
        return None
    rounded = abs(number).quantize(_STEP, ROUND_HALF_EVEN)
    return rounded if number >= 0 else -rounded


def _date(value: JSONValue) -> date | None:
    try:
        is_iso = isinstance(value, str) and _DATE.fullmatch(value)
        return date.fromisoformat(str(value)) if is_iso else None
    except ValueError:
        return None


def _number_text(value: JSONValue) -> str:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if isinstance(value, str) else str(value) if is_number else ""


_WHOLE: Final[Mapping[str, Callable[[ArrowColumn], ArrowColumn]]] = MappingProxyType(
    {
        "text": _whole_text,
        "integer": _whole_integer,
        "amount": _whole_amount,
        "date": _whole_date,
    }
)
_SINGLE: Final[Mapping[str, Callable[[JSONValue], Any]]] = MappingProxyType(
    {"text": _text, "integer": _integer, "amount": _amount, "date": _date}
)
