"""Keyset paging: arguments to page requests, records to opaque cursors and back.

A cursor is base64url of JSON: the tag of the list's ordering, then the parts of the sort key.
The tag is why a cursor of one ordering is refused by another.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.errors import BadInput
from core.records.pages import PageRequest

T = TypeVar("T")
Part = Callable[[str], str]
"""Puts one part of a sort key into its canonical text; ValueError when it is not one."""

DEFAULT_SIZE = 50
CURSOR_MEND = "pass a cursor that this list answered under the same ordering, or none"


@dataclass(frozen=True, slots=True)
class PageArguments:
    """The four arguments of a Relay list, as the caller gave them."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """One ordering of one list: its tag, its largest page, its sort key."""

    tag: str
    maximum: int
    parts: tuple[Part, ...]
    key: Callable[[T], tuple[str, ...]]

    def cursor(self, record: T) -> str:
        """The opaque cursor of `record`."""
        return self.place(self.key(record))

    def place(self, key: tuple[str, ...]) -> str:
        """The opaque cursor of the record whose sort key is `key`."""
        text = json.dumps([self.tag, *key], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def request(self, arguments: PageArguments) -> PageRequest:
        """What to ask the store for, or BadInput naming the argument at fault."""
        backward = arguments.last is not None or arguments.before is not None
        if backward and (arguments.first is not None or arguments.after is not None):
            raise BadInput(
                "first and after walk forward, last and before backward: not both at once",
                field="last" if arguments.last is not None else "before",
                mend="give first with after, or last with before",
            )
        if backward:
            size = self._size("last", arguments.last)
            return PageRequest(size, self._position("before", arguments.before), backward=True)
        size = self._size("first", arguments.first)
        return PageRequest(size, self._position("after", arguments.after))

    def _size(self, name: str, size: int | None) -> int:
        if size is None:
            return DEFAULT_SIZE
        if 1 <= size <= self.maximum:
            return size
        raise BadInput(
            f"{name} is {size}, but must be between 1 and {self.maximum}",
            field=name,
            mend=f"ask for at most {self.maximum} and follow pageInfo",
        )

    def _position(self, name: str, cursor: str | None) -> tuple[str, ...] | None:
        if cursor is None:
            return None
        tag, *parts = _opened(name, cursor)
        if tag != self.tag or len(parts) != len(self.parts):
            raise BadInput(
                f"{name} is a cursor of another list or ordering", field=name, mend=CURSOR_MEND
            )
        try:
            return tuple(read(part) for read, part in zip(self.parts, parts, strict=True))
        except ValueError as error:
            raise _not_a_cursor(name) from error


def _opened(name: str, cursor: str) -> list[str]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _not_a_cursor(name) from error
    if not isinstance(parts, list) or not parts or not all(isinstance(p, str) for p in parts):
        raise _not_a_cursor(name)
    return parts


def _not_a_cursor(name: str) -> BadInput:
    return BadInput(f"{name} is not a cursor", field=name, mend=CURSOR_MEND)
