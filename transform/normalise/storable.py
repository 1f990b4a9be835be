"""What the store cannot hold is refused record by record, before one value fails its page."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from core.quality import CriticalCheck
from core.units import EVER
from transform.normalise.columns import ArrowColumn
from transform.normalise.plain import PlainReading
from transform.normalise.reading import Reading, mask

MOST_COUNTED: Final = 10**12
"""Nine million rows of the largest count still add up in 64 bits."""
LARGEST_AMOUNT: Final = Decimal(9 * 10**12)
"""Amounts travel to the store as 64-bit integers in millionths."""
NUL: Final = r"\x00"

_JSON: Final = "actions"
_ESCAPED_NUL: Final = r"(^|[^\\])(\\\\)*\\u0000"
_BACKSLASH_U: Final = rb"\u0000"
_NOT_A_RECORD: Final = "position"


def refuse_unstorable(columns: Mapping[str, ArrowColumn], reading: Reading | PlainReading) -> None:
    """Refuse records with a day, a number or a text that no table here can keep."""
    for field, column in columns.items():
        if pa.types.is_date32(column.type):
            reason = f"lies outside {EVER.since} to {EVER.until}"
            _refuse_beyond(reading, field, column, (EVER.since, EVER.until), reason)
        elif pa.types.is_decimal128(column.type):
            reason = f"is larger than {LARGEST_AMOUNT:,}"
            _refuse_beyond(reading, field, column, (-LARGEST_AMOUNT, LARGEST_AMOUNT), reason)
        elif pa.types.is_int64(column.type) and field != _NOT_A_RECORD:
            reason = f"is larger than {MOST_COUNTED:,}"
            _refuse_beyond(reading, field, column, (-MOST_COUNTED, MOST_COUNTED), reason)
        elif pa.types.is_string(column.type):
            _refuse_nul(reading, field, column)


def _refuse_beyond(
    reading: Reading | PlainReading,
    field: str,
    column: ArrowColumn,
    limits: tuple[Any, Any],
    reason: str,
) -> None:
    found: Any = pc.min_max(column).as_py()
    if found["min"] is None or (found["min"] >= limits[0] and found["max"] <= limits[1]):
        return
    low, high = (pa.scalar(limit, column.type) for limit in limits)
    beyond = pc.or_(pc.less(column, low), pc.greater(column, high))
    is_date = pa.types.is_date32(column.type)
    check = CriticalCheck.DATE_KNOWN if is_date else CriticalCheck.VALUE_POSSIBLE
    reading.refuse(mask(beyond), field, reason, check=check)


def _refuse_nul(reading: Reading | PlainReading, field: str, column: ArrowColumn) -> None:
    pattern, told_by = (_ESCAPED_NUL, _BACKSLASH_U) if field == _JSON else (NUL, b"\x00")
    if told_by not in _letters(column):
        return
    found = pc.match_substring_regex(column, pattern)
    if pc.any(found).as_py():
        reading.refuse(mask(found), field, "holds a NUL character")


def _letters(column: Any) -> bytes:
    """The texts one after the other: looked through much faster than text by text."""
    letters = column.buffers()[2]
    return letters.to_pybytes() if letters else b""
