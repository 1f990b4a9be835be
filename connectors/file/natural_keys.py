"""A 64-bit digest for the natural key of each row; rows of one key always share it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from pandas.util import hash_array

from connectors.file.mapping import entity_column
from connectors.file.rows import Row
from core.file_days import day_numbers
from core.file_fields import BREAKDOWN_FIELDS
from core.file_layout import FileLayout
from core.records.connections import Level

Digests: TypeAlias = npt.NDArray[np.uint64]

KNOWN_DAYS = 100_000


class Day(NamedTuple):
    """A day by its numbers in the order they stand in, and in any order."""

    exact: str
    loose: str


@dataclass(slots=True)
class KeyMaker:
    """Digests of rows; `places`: columns of date, entity, attribution setting, breakdowns.

    Until all days were seen their order is unknown: then one day written both year-first and
    otherwise has two exact digests, but always one loose one, which it shares with other days.
    """

    places: tuple[int, ...]
    date_format: str | None
    orders_known: set[bool] = field(default_factory=set)
    _days: dict[str, Day] = field(default_factory=dict)

    def exact(self, rows: Sequence[Row]) -> Digests:
        """One digest a row, right as long as `orders_known` has one member. Rows are whole."""
        return self._digests(rows, [day.exact for day in self._days_of(rows)])

    def loose(self, rows: Sequence[Row]) -> Digests:
        """One digest a row, always right: rows of one key share it. Rows are whole."""
        return self._digests(rows, [day.loose for day in self._days_of(rows)])

    def _digests(self, rows: Sequence[Row], days: Sequence[str]) -> Digests:
        columns = [[(row.cells[place] or "").strip() for row in rows] for place in self.places[1:]]
        texts = ["\x1f".join(parts) for parts in zip(days, *columns, strict=True)]
        return hash_array(np.array(texts, dtype=object), categorize=False)

    def _days_of(self, rows: Sequence[Row]) -> list[Day]:
        if len(self._days) > KNOWN_DAYS:
            self._days.clear()
        place, known = self.places[0], self._days
        texts = [row.cells[place] or "" for row in rows]
        known.update({text: self._day(text) for text in set(texts) - known.keys()})
        return [known[text] for text in texts]

    def _day(self, text: str) -> Day:
        found = day_numbers(text.strip(), self.date_format)
        if found is None:
            return Day(text, text)
        self.orders_known.add(found[1])
        exact, loose = found[0], sorted(found[0])
        return Day("/".join(map(str, exact)), "/".join(map(str, loose)))


def key_maker(layout: FileLayout, keys: Sequence[str], level: Level) -> KeyMaker:
    """A maker for the records of a file whose columns are called `keys`."""
    told_apart = () if level is Level.ORDER else BREAKDOWN_FIELDS
    columns = (
        layout.columns["date"],
        entity_column(layout.columns, level),
        layout.columns.get("attribution_setting"),
        *(layout.columns.get(field) for field in told_apart),
    )
    return KeyMaker(tuple(keys.index(c) for c in columns if c is not None), layout.date_format)


class RepeatFinder:
    """Whether any digest occurs twice, in memory of 8 bytes a row up to a limit.

    Past the limit the answer is that one may: the reader then keeps keys together, which is
    right either way and only slower.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: list[Digests] = []
        self._count = 0
        self.is_settled = False

    def see(self, digests: Digests) -> None:
        """Take in more digests."""
        self._count += len(digests)
        self._seen.append(np.sort(digests))
        if self._count > self._limit or _has_repeat(self._seen[-1]):
            self._seen.clear()
            self.is_settled = True

    def found(self) -> bool:
        """Whether a digest occurred, or may have occurred, twice."""
        return self.is_settled or (
            bool(self._seen) and _has_repeat(np.sort(np.concatenate(self._seen)))
        )


def _has_repeat(ordered: Digests) -> bool:
    return bool((ordered[1:] == ordered[:-1]).any())
