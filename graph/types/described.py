"""How an enumeration of the records becomes part of the schema."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

E = TypeVar("E", bound=Enum)


def described(
    enum: type[E], about: str, values: Mapping[E, str], name: str | None = None
) -> type[E]:
    """Make `enum` part of the schema; every one of its members must be in `values`."""
    strawberry.enum(enum, name=name, description=about)
    definition: StrawberryEnumDefinition = enum.__strawberry_definition__  # type: ignore[attr-defined]  # set by strawberry.enum
    for member, value in zip(enum, definition.values, strict=True):
        value.description = values[member]
    return enum
