"""Columns of numbers in a file, and what the predecessor's payload tells of them.

The same statistics as core.legacy_statistics makes of lists, in memory that does not grow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement
from math import sqrt
from typing import Any, BinaryIO, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from core.legacy_statistics import QUANTILES, neighbours, pearson
from transform.export.exact import Floats, exact_sum, ranked, rounded

CHUNK: Final = 1 << 16
"""Rows that are looked at together."""

Pair: TypeAlias = tuple[str, str]
Described: TypeAlias = dict[str, float | None]
_FLOAT: Final = np.dtype(np.float64).itemsize


class Spool:
    """Rows of numbers by name; None is unknown. Each row is marked or not."""

    def __init__(self, file: BinaryIO, names: Sequence[str]) -> None:
        self._file = file
        self._names = tuple(names)
        self.rows = 0

    def append(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows: a number for each name, and the mark."""
        self._file.write(np.array(rows, np.float64).tobytes())
        self.rows += len(rows)

    def marked(self) -> int:
        """How many rows are marked."""
        return sum(int(chunk[:, -1].sum()) for chunk in self._chunks())

    def missing(self) -> dict[str, int]:
        """How many rows do not know each number."""
        unknown = np.zeros(len(self._names), np.int64)
        for chunk in self._chunks():
            unknown += np.isnan(chunk[:, :-1]).sum(axis=0)
        return dict(zip(self._names, unknown.tolist(), strict=True))

    def described(self, name: str) -> Described:
        """As core.legacy_statistics.described."""
        count = sum(len(known) for known in self._known(name))
        if not count:
            return {"count": 0, **dict.fromkeys(("mean", "std", "min", *QUANTILES, "max"))}
        mean = rounded(sum(exact_sum(known) for known in self._known(name))) / count
        spread = sum(exact_sum((known - mean) * (known - mean)) for known in self._known(name))
        places = {key: neighbours(count, share) for key, share in QUANTILES.items()}
        ranks = {0, count - 1}.union(*((below, above) for below, above, _ in places.values()))
        at = ranked(lambda: self._known(name), ranks)
        return {
            "count": count,
            "mean": mean,
            "std": sqrt(rounded(spread) / (count - 1)) if count > 1 else None,
            "min": at[0],
            **{
                key: at[below] + (at[above] - at[below]) * part
                for key, (below, above, part) in places.items()
            },
            "max": at[count - 1],
        }

    def correlations(self) -> dict[str, dict[str, float | None]]:
        """As core.legacy_statistics.correlations, of the rows that are marked."""
        pairs = list(combinations_with_replacement(self._names, 2))
        means = self._means(pairs)
        sums = self._moments(means)
        told = {
            pair: pearson(*map(rounded, sums[pair])) if pair in sums else None for pair in pairs
        }
        return {
            one: {other: told.get((one, other), told.get((other, one))) for other in self._names}
            for one in self._names
        }

    def _means(self, pairs: Sequence[Pair]) -> dict[Pair, tuple[float, float]]:
        """Of both numbers, over the rows that know both; without pairs that too few rows know."""
        totals = {pair: [0, 0, 0] for pair in pairs}
        for columns in self._marked_columns():
            kept: dict[tuple[str, bytes], int] = {}
            for pair, total in totals.items():
                both = _both(columns, pair)
                mask = both.tobytes()
                for place, name in enumerate(pair):
                    if (name, mask) not in kept:
                        kept[name, mask] = exact_sum(columns[name][both])
                    total[place] += kept[name, mask]
                total[2] += int(both.sum())
        return {
            pair: (rounded(one) / count, rounded(other) / count)
            for pair, (one, other, count) in totals.items()
            if count > 1
        }

    def _moments(self, means: Mapping[Pair, tuple[float, float]]) -> dict[Pair, list[int]]:
        """Exact sums about the means: both squares and the product."""
        sums = {pair: [0, 0, 0] for pair in means}
        for columns in self._marked_columns():
            kept: dict[tuple[str, bytes, float], int] = {}
            for pair, total in sums.items():
                both = _both(columns, pair)
                apart = [
                    columns[name][both] - mean for name, mean in zip(pair, means[pair], strict=True)
                ]
                for place, name in enumerate(pair):
                    key = name, both.tobytes(), means[pair][place]
                    if key not in kept:
                        kept[key] = exact_sum(apart[place] * apart[place])
                    total[place] += kept[key]
                total[2] += exact_sum(apart[0] * apart[1])
        return sums

    def _known(self, name: str) -> Iterator[Floats]:
        place = self._names.index(name)
        for chunk in self._chunks():
            yield chunk[~np.isnan(chunk[:, place]), place]

    def _marked_columns(self) -> Iterator[dict[str, Floats]]:
        for chunk in self._chunks():
            marked = chunk[chunk[:, -1] == 1]
            yield {name: marked[:, place].copy() for place, name in enumerate(self._names)}

    def _chunks(self) -> Iterator[Floats]:
        width = len(self._names) + 1
        self._file.seek(0)
        while data := self._file.read(CHUNK * width * _FLOAT):
            yield np.frombuffer(data, np.float64).reshape(-1, width)


def _both(columns: Mapping[str, Floats], pair: Pair) -> npt.NDArray[np.bool_]:
    one, other = pair
    return ~(np.isnan(columns[one]) | np.isnan(columns[other]))
