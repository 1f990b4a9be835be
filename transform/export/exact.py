"""Sums and ranks of columns that come in chunks: exact, whatever the order and however long.

Memory is that of a chunk. Sums are those of math.fsum, ranks those of sorting.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Keys: TypeAlias = npt.NDArray[np.uint64]

_PLACES: Final = 1126
"""Behind the point, in binary: any float is a whole number of units of the last of them."""
_DIGITS: Final = 53
_HALF: Final = 26
_STEP: Final = 16
_SIGN: Final = np.uint64(1 << 63)


def exact_sum(values: Floats) -> int:
    """The sum of finite values, in units of which `rounded` makes a float."""
    if not len(values):
        return 0
    parts, exponents = np.frexp(values)
    whole = np.ldexp(parts, _DIGITS).astype(np.int64)
    lowest = int(exponents.min())
    at = exponents - lowest
    # Halves of less than 27 bits: their sums are exact for as many rows as a chunk can have.
    high = np.bincount(at, weights=whole >> _HALF)
    low = np.bincount(at, weights=whole & ((1 << _HALF) - 1))
    total = 0
    for place in np.flatnonzero((high != 0) | (low != 0)).tolist():
        total += ((int(high[place]) << _HALF) + int(low[place])) << place
    return total << (_PLACES - _DIGITS + lowest)


def rounded(total: int) -> float:
    """The float that is nearest to a sum."""
    return total / (1 << _PLACES)


def ranked(chunks: Callable[[], Iterable[Floats]], ranks: Collection[int]) -> dict[int, float]:
    """The values at these places of all chunks sorted together, counted from 0.

    Finds sixteen bits of them at a time, which takes a look at all chunks each.
    """
    # By rank: the bits that are known, and its rank among the values that begin with them.
    found = dict.fromkeys(ranks, 0)
    left = {rank: rank for rank in ranks}
    for shift in range(64 - _STEP, -1, -_STEP):
        counts = _counted(chunks(), set(found.values()), shift)
        for rank, known in found.items():
            ends = counts[known]
            place = int(np.searchsorted(ends, left[rank], side="right"))
            left[rank] -= int(ends[place - 1]) if place else 0
            found[rank] = (known << _STEP) | place
    return {rank: _value(key) for rank, key in found.items()}


def _counted(
    chunks: Iterable[Floats], beginnings: Collection[int], shift: int
) -> dict[int, npt.NDArray[np.int64]]:
    """How many values that begin so go on with at most each sixteen bits."""
    counts = {known: np.zeros(1 << _STEP, np.int64) for known in beginnings}
    for chunk in chunks:
        keys = _keys(chunk) >> np.uint64(shift)
        following = (keys & np.uint64((1 << _STEP) - 1)).astype(np.int64)
        heads = keys >> np.uint64(_STEP)
        for known in counts:
            after = following[heads == np.uint64(known)]
            counts[known] += np.bincount(after, minlength=1 << _STEP)
    return {known: np.cumsum(count) for known, count in counts.items()}


def _keys(values: Floats) -> Keys:
    """Whole numbers in the order of the values."""
    bits = np.ascontiguousarray(values).view(np.uint64)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


def _value(key: int) -> float:
    bits = np.uint64(key)
    whole = bits ^ _SIGN if bits & _SIGN else ~bits
    return float(np.array([whole], np.uint64).view(np.float64)[0])
