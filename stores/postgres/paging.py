"""Keyset pagination: one row more than asked for tells whether there is another page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg

from core.errors import BadInput
from core.records.pages import Page, PageRequest
from stores.postgres.conditions import Conditions

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ordering:
    """The sort key of a list: its columns, how to read each from a cursor, its direction.

    The columns together are unique within the list, so that no row is skipped or repeated.
    """

    columns: tuple[str, ...]
    parsers: tuple[Callable[[str], Any], ...]
    is_descending: bool = False

    def seek(self, where: Conditions, request: PageRequest) -> None:
        """Add to `where` that rows lie beyond the request's cursor."""
        if request.cursor is None:
            return
        values = self._values(request.cursor)
        sign = "<" if self.is_descending != request.backward else ">"
        places = ", ".join("{}" for _ in values)
        where.add(f"({', '.join(self.columns)}) {sign} ({places})", *values)

    def clause(self, request: PageRequest) -> str:
        """ORDER BY and LIMIT of a page, reversed when it is walked backward."""
        return f"ORDER BY {self.keys(request)} LIMIT {request.size + 1}"

    def keys(self, request: PageRequest) -> str:
        """The sort key in the direction in which a page is walked."""
        direction = "DESC" if self.is_descending != request.backward else "ASC"
        return ", ".join(f"{column} {direction}" for column in self.columns)

    def _values(self, cursor: tuple[str, ...]) -> list[Any]:
        try:
            pairs = zip(self.parsers, cursor, strict=True)
            return [parse(part) for parse, part in pairs]
        except ValueError as error:
            raise BadInput(
                "the cursor does not belong to this list",
                field="after",
                mend="use a cursor that this list answered, with the same ordering",
            ) from error


def page_of(
    rows: Sequence[asyncpg.Record], request: PageRequest, convert: Callable[[asyncpg.Record], T]
) -> Page[T]:
    """The page that `rows`, fetched under `Ordering.clause`, make."""
    kept, has_next, has_previous = page_rows(rows, request)
    return Page(tuple(map(convert, kept)), has_next=has_next, has_previous=has_previous)


def page_rows(
    rows: Sequence[asyncpg.Record], request: PageRequest
) -> tuple[Sequence[asyncpg.Record], bool, bool]:
    """Those of `rows` that are the page's, and whether there is a next and a previous one."""
    has_more = len(rows) > request.size
    kept = rows[: request.size]
    came_from = request.cursor is not None
    if request.backward:
        return kept[::-1], came_from, has_more
    return kept, has_more, came_from
