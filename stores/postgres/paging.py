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
        direction = "DESC" if self.is_descending != request.backward else "ASC"
        keys = ", ".join(f"{column} {direction}" for column in self.columns)
        return f"ORDER BY {keys} LIMIT {request.size + 1}"

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
    has_more = len(rows) > request.size
    kept = list(rows[: request.size])
    came_from = request.cursor is not None
    if request.backward:
        kept.reverse()
        return Page(tuple(map(convert, kept)), has_next=came_from, has_previous=has_more)
    return Page(tuple(map(convert, kept)), has_next=has_more, has_previous=came_from)
