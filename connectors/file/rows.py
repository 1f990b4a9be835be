"""What every file format is read as: rows of text, each with its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from connectors.file.headers import Headers
from core.jsonvalue import JSONValue


class NumberText(str):
    """A cell that the file itself types as a number: a point, no groups, nothing to infer."""

    __slots__ = ()


class Refusal(NamedTuple):
    """Why a row cannot be handed on whole; `reason` continues a sentence that `field` begins."""

    field: str
    reason: str
    mend: str


class Row(NamedTuple):
    """One record. `cells` stand in the order of the headers; of a refused row there may be fewer.

    `number` is the line of a text file, the row of a sheet, else a count from 1. `recoded`:
    its bytes were not in the file's encoding and were read as Windows-1252.
    """

    number: int
    cells: Sequence[str | None]
    refusal: Refusal | None = None
    recoded: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A file opened: its headers and a way to read its records again from the top.

    `facts` is what a page's request says of the file. Blank rows are left out by `read`.
    `serial_epoch`: where a number in a date column counts its days from.
    """

    format: str
    headers: Headers
    facts: Mapping[str, JSONValue]
    read: Callable[[], Iterator[Row]]
    is_typed: bool = False
    serial_epoch: datetime | None = None
