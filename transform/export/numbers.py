"""Exact decimals as the doubles nearest to them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa

_EXACT: Final = 1 << 53
"""Whole numbers up to here, and powers of ten up to 22, are doubles; their quotient is rounded
once, and so is the nearest."""


def doubles(column: pa.Array[Any]) -> pa.Array[Any]:
    """A decimal128 column as float64; null stays null, with zero below it."""
    is_null = np.asarray(column.is_null())
    scale, held = column.type.scale, column.buffers()[1]
    words = np.frombuffer(memoryview(held) if held else b"", np.int64).reshape(-1, 2)
    words = words[column.offset : column.offset + len(column)]
    low = np.where(is_null, 0, words[:, 0])
    is_small = (np.abs(low) <= _EXACT) & (words[:, 1] == low >> 63)
    found = low / 10.0**scale
    for at in np.flatnonzero(~is_small & ~is_null):
        value: Decimal = column[int(at)].as_py()
        found[at] = float(value)
    made: pa.Array[Any] = pa.array(found, mask=is_null)
    return made
