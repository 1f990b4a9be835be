"""An answer's headers as they go out: pairs of bytes, names in lower case.

Starlette's own view of them decodes and searches the whole list for each header that is set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from starlette.types import Message

Pair: TypeAlias = tuple[bytes, bytes]
VARY = b"vary"


def pairs(told: Mapping[str, str]) -> tuple[Pair, ...]:
    """Headers given as text."""
    return tuple(
        (name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in told.items()
    )


def replace(start: Message, told: Iterable[Pair]) -> None:
    """Set each of `told` in the beginning of an answer, whatever it held before."""
    told = tuple(told)
    names = {name for name, _ in told}
    kept = [each for each in start.get("headers", ()) if each[0] not in names]
    start["headers"] = [*kept, *told]


def complete(start: Message, told: Iterable[Pair]) -> None:
    """Set those of `told` that the beginning of an answer does not hold itself."""
    names = {name for name, _ in start["headers"]}
    start["headers"] = [*start["headers"], *(each for each in told if each[0] not in names)]


def vary(start: Message, name: bytes) -> None:
    """Say that the answer depends on the request's header `name` too."""
    told = [value for sent, value in start["headers"] if sent == VARY]
    replace(start, ((VARY, b", ".join([*told, name])),))
