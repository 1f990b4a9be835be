"""Rows that a store writes as JSON text, in a shape that it is given, instead of as records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from core.records.entries import EntryKey


@dataclass(frozen=True, slots=True)
class Value:
    """The value of `column`, in the schema's text form, under `key`."""

    key: str
    column: str


@dataclass(frozen=True, slots=True)
class Literal:
    """The same JSON in every row."""

    key: str
    json: str


@dataclass(frozen=True, slots=True)
class Place:
    """The row's cursor in the list of the tag `tag`."""

    key: str
    tag: str


@dataclass(frozen=True, slots=True)
class Nested:
    """An object of values of the same row."""

    key: str
    members: Shape


@dataclass(frozen=True, slots=True)
class Gap:
    """What is put in afterwards: the same JSON for all rows whose `columns` are the same."""

    key: str
    columns: tuple[str, ...]


Member: TypeAlias = "Value | Literal | Place | Nested | Gap"
Shape: TypeAlias = tuple[Member, ...]
"""The members of an object, in the order in which they are written."""


def columns_of(shape: Shape) -> Iterator[str]:
    """The columns whose values are written, at any depth."""
    for member in shape:
        if isinstance(member, Value):
            yield member.column
        elif isinstance(member, Nested):
            yield from columns_of(member.members)


@dataclass(frozen=True, slots=True)
class Written:
    """`size` rows of one shape, but for what goes into its gaps.

    `form` has a `%b` for each of `columns`, which hold one item a row: text, or what a gap is
    known by, which is a tuple where the gap has several columns. `gaps` are the numbers of such
    columns, in the order of the shape.
    """

    size: int
    form: bytes
    columns: tuple[Sequence[Any], ...]
    gaps: tuple[int, ...]

    def keys(self, gap: int) -> Sequence[Any]:
        """What each row's gap is known by."""
        return self.columns[self.gaps[gap]]

    def texts(self, filling: Sequence[Mapping[Any, bytes]]) -> list[bytes]:
        """The rows as JSON; `filling` has for each gap the JSON of each of its keys."""
        if not self.columns:
            # Nothing of a row is selected but what is the same in all.
            return [self.form % ()] * self.size
        columns = list(self.columns)
        for number, known in zip(self.gaps, filling, strict=True):
            columns[number] = [known[key] for key in columns[number]]
        if self.form == b"%b":
            return list(columns[0])
        return list(map(self.form.__mod__, zip(*columns, strict=True)))


def as_they_are(rows: Sequence[bytes]) -> Written:
    """Rows that are whole already."""
    return Written(len(rows), b"%b", (rows,), ())


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """A page of rows in each of the shapes that were asked for.

    `ends` are the keys of its first and its last row; None where there are none.
    """

    size: int
    has_next: bool
    has_previous: bool
    written: tuple[Written, ...]
    ends: tuple[EntryKey, EntryKey] | None
