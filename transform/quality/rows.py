"""A page's rows as checks look at them: each column once, as an array and where it is known."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core.sources import QualityRules, SourceKind

Mask: TypeAlias = npt.NDArray[np.bool_]
Numbers: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]

_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Expected:
    """What can be expected of a page's rows, all of one source and level.

    `tells`: columns that its rows have. `latest`: the last day that can have happened; None where
    days were held against it before. `is_read`: each row stands once in a reading.
    """

    rules: QualityRules
    tells: AbstractSet[str]
    is_read: bool
    latest: date | None = None

    @classmethod
    def of(
        cls,
        rules: QualityRules,
        kind: SourceKind,
        tells: AbstractSet[str] | None,
        latest: date | None,
    ) -> Expected:
        """What a manifest says, or the page itself where it names what it `tells`."""
        told = frozenset(rules.tells) if tells is None else tells
        return cls(rules, told, kind is not SourceKind.PUSH, latest)

    @property
    def last_day(self) -> int | None:
        """`latest` as days since 1970."""
        return None if self.latest is None else (self.latest - _EPOCH).days


@dataclass(slots=True)
class Rows:
    """The rows of a draft: an entry's columns, and beside them what only checks look at.

    `apart` marks rows that another row of the same key contradicted; `everywhere` all of them.
    """

    table: pa.Table
    expected: Expected
    apart: Mask
    everywhere: Mask = field(init=False, repr=False)
    _columns: dict[str, Any] = field(default_factory=dict, repr=False)
    _masks: dict[str, Mask | None] = field(default_factory=dict, repr=False)
    _numbers: dict[str, Numbers] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.everywhere = np.ones(len(self), dtype=bool)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def column(self, name: str) -> Any:
        """The column, whole."""
        if name not in self._columns:
            self._columns[name] = self.table[name].combine_chunks()
        return self._columns[name]

    def known(self, name: str) -> Mask | None:
        """Where `name` is known; None where it is nowhere."""
        if name not in self._masks:
            self._masks[name] = self._known(name)
        return self._masks[name]

    def known_all(self, *names: str) -> Mask | None:
        """Where all of `names` are known; None where that is nowhere."""
        found = [self.known(name) for name in names]
        masks = [each for each in found if each is not None]
        if not masks or len(masks) < len(found):
            return None
        partly = [each for each in masks if each is not self.everywhere]
        return np.logical_and.reduce(partly) if partly else self.everywhere

    def integers(self, name: str) -> Numbers:
        """The column's whole numbers (amounts in millionths, days since 1970); 0 where unknown."""
        if name not in self._numbers:
            self._numbers[name] = _integers(self.column(name))
        return self._numbers[name]

    def floats(self, name: str) -> Floats:
        """The column as floating point, NaN where unknown."""
        column = self.column(name)
        if pa.types.is_decimal(column.type):
            numbers = self.integers(name) / 1e6
            known = self.known(name)
            return numbers if known is None else np.where(known, numbers, np.nan)
        found: Floats = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
        return found

    def _known(self, name: str) -> Mask | None:
        if name not in self.table.column_names:
            return None
        column = self.column(name)
        if not column.null_count:
            return self.everywhere
        if column.null_count == len(column):
            return None
        found: Mask = column.is_valid().to_numpy(zero_copy_only=False)
        return found


def _integers(column: Any) -> Numbers:
    if pa.types.is_decimal128(column.type):
        # What is stored fits 64 bits of millionths: the low word of each value is all of it.
        words = np.frombuffer(column.buffers()[1] or b"", dtype=np.int64).reshape(-1, 2)
        low = words[column.offset :][: len(column), 0]
        return low if not column.null_count else np.where(np.asarray(column.is_valid()), low, 0)
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    whole = pc.fill_null(column, 0) if column.null_count else column
    found: Numbers = whole.to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
    return found
