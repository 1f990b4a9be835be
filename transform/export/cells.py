"""Columns of Arrow as the texts of their cells: numbers in one go, of all else each value once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

Column: TypeAlias = "pa.Array[Any]"
Numbers: TypeAlias = npt.NDArray[Any]

_LEAST, _MOST = 1e-4, 1e16
"""Between these repr and orjson write a float alike; beyond, exponents differ."""
_QUOTED: Final = frozenset('",\r\n')


@dataclass(frozen=True, slots=True)
class Form:
    """How a format writes null, numbers, and one value of any other kind."""

    null: bytes
    numbers: Callable[[Numbers], bytes]
    """All of them, with commas between."""
    value: Callable[[Any], bytes]


def cells(column: Column, form: Form, lead: bytes = b"") -> list[bytes]:
    """The text of every cell, in order, each behind `lead`."""
    kind = column.type
    is_number = pa.types.is_floating(kind) or pa.types.is_integer(kind)
    return (_numbers if is_number else _values)(column, form, lead)


def filled(column: Column) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """A column of numbers or truths with zero for what is null; and what is null."""
    given: Any = column
    zero = False if pa.types.is_boolean(column.type) else 0
    values = pc.fill_null(given, zero).to_numpy(zero_copy_only=False)
    return np.ascontiguousarray(values), given.is_null().to_numpy(zero_copy_only=False)


def _numbers(column: Column, form: Form, lead: bytes) -> list[bytes]:
    if not len(column):
        return []
    values, nulls = filled(column)
    # No number holds a NUL, so it can stand between them whatever `lead` holds.
    found = (lead + form.numbers(values).replace(b",", b"\0" + lead)).split(b"\0")
    for at in np.flatnonzero(nulls).tolist():
        found[at] = lead + form.null
    return found


def _values(column: Column, form: Form, lead: bytes) -> list[bytes]:
    """Days, names and truths repeat: each distinct one is written once."""
    given: Any = column
    coded: Any = pc.dictionary_encode(given)
    texts = [lead + form.value(each) for each in coded.dictionary.to_pylist()]
    which = pc.fill_null(coded.indices, len(texts)).to_pylist()
    texts.append(lead + form.null)
    return [texts[at] for at in which]


def _json_numbers(values: Numbers) -> bytes:
    return orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]


def _csv_numbers(values: Numbers) -> bytes:
    told = _json_numbers(values)
    if values.dtype.kind != "f":
        return told
    sizes = np.abs(values)
    odd = np.flatnonzero(~((sizes == 0) | ((sizes >= _LEAST) & (sizes < _MOST)))).tolist()
    found = told.split(b",") if odd else []
    for at in odd:
        found[at] = repr(float(values[at])).encode()
    return b",".join(found) if odd else told


def _csv_value(value: object) -> bytes:
    if isinstance(value, bool):
        return b"1" if value else b"0"
    text = value.isoformat() if isinstance(value, date) else str(value)
    if _QUOTED.isdisjoint(text):
        return text.encode()
    return b'"%b"' % text.replace('"', '""').encode()


CSV: Final = Form(b"", _csv_numbers, _csv_value)
"""RFC 4180: null is empty, a truth 1 or 0, a float as repr writes it."""
JSON: Final = Form(b"null", _json_numbers, orjson.dumps)
"""A date is a text as in CSV."""
