"""Keyset pages: what a list resolver asks for and what a store answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """At most `size` rows after (or, backward, before) the row whose sort key is `cursor`.

    `cursor` is the sort key's parts in their text form, in the order of the list's ordering.
    `backward` walks from the end; rows are still answered in the list's own order.
    """

    size: int
    cursor: tuple[str, ...] | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page in the list's order, and whether rows lie beyond either end."""

    items: tuple[T, ...]
    has_next: bool
    has_previous: bool


@dataclass(frozen=True, slots=True)
class RunSlice:
    """At most `size` of what is numbered within a run (its steps, its pages), after a number."""

    run_id: UUID
    after: int
    size: int
