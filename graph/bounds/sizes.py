"""How long lists are and what fields weigh: declared on the field, told in the schema.

The directives are those of the cost specification, https://ibm.github.io/graphql-specs/cost-spec.html,
as Federation 2.9 carries them, so that a gateway in front reckons as we do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import strawberry
from graphql import GraphQLField
from strawberry.federation.schema_directives import Cost as CostDirective
from strawberry.federation.schema_directives import ListSize
from strawberry.types.field import StrawberryField

from core.records.answers import Area
from resolvers.paging import DEFAULT_SIZE

Length = Callable[[object], int | None]
"""How many items a given argument asks for; None where it does not say."""
_DECLARED = "bounds"
DEFINITION = "strawberry-definition"
"""Where a field of the schema keeps what it was made from."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many items a list has.

    `assumed` unless an argument says so: the largest of those in `lengths`, never above `most`,
    since resolvers refuse more. `fields`: the lists inside that are so long, where the field
    itself is a page; empty where it is the list. `is_default`: the argument has `assumed` as its
    default, which must then not be told a second time.
    """

    assumed: int
    most: int
    lengths: Mapping[str, Length] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    is_default: bool = False

    @property
    def directive(self) -> ListSize:
        """As the schema tells it, which knows arguments that are numbers alone."""
        sliced = [name for name, length in self.lengths.items() if length is number]
        return ListSize(
            assumed_size=strawberry.UNSET if self.is_default else self.assumed,
            slicing_arguments=sliced or strawberry.UNSET,
            sized_fields=list(self.fields) or strawberry.UNSET,
            require_one_slicing_argument=False,
        )


@dataclass(frozen=True, slots=True)
class Declared:
    """What was declared of a field.

    A `weight` of None is the default: 1 for an object, 0 for a value. `reads` are the areas that
    its value is made of beside what it is a field of; None where that is not known.
    """

    size: Size | None = None
    weight: int | None = None
    reads: frozenset[Area] | None = None


def number(given: object) -> int | None:
    """The number that an argument is, if it is one."""
    if isinstance(given, bool) or not isinstance(given, int | float) or given != given // 1:
        return None
    return int(given)


def items(given: object) -> int | None:
    """How long a given list is; a single value stands for a list of it."""
    return None if given is None else len(given) if isinstance(given, list) else 1


def days(given: object) -> int | None:
    """How many days a given range spans."""
    if not isinstance(given, Mapping):
        return None
    try:
        since, until = (date.fromisoformat(str(given.get(end))) for end in ("since", "until"))
    except ValueError:
        return None
    return (until - since).days + 1


def about(items: int) -> Size:
    """A list that no argument sizes: what it usually holds at most."""
    return Size(items, items)


def paged(most: int) -> Size:
    """A Relay connection whose pages hold at most `most`."""
    return Size(DEFAULT_SIZE, most, {"first": number, "last": number}, ("edges", "nodes"))


def sliced(default: int, most: int, *fields: str) -> Size:
    """A list of the argument `first`, or an object with such lists."""
    return Size(default, most, {"first": number}, fields, is_default=True)


def sized_by(argument: str, length: Length, most: int, assumed: int = DEFAULT_SIZE) -> Size:
    """A list as long as an argument makes it."""
    return Size(assumed, most, {argument: length})


def bounds(
    size: Size | None = None, weight: int | None = None, reads: Iterable[Area] | None = None
) -> dict[str, Any]:
    """What Strawberry's fields take to carry what is declared of them."""
    directives: list[object] = [] if size is None else [size.directive]
    if weight is not None:
        directives.append(CostDirective(weight=weight))
    told = Declared(size, weight, None if reads is None else frozenset(reads))
    return {"directives": directives, "metadata": {_DECLARED: told}}


def shown(description: str, *, reads: Iterable[Area]) -> Any:
    """A field that is there with its object, but changes with more than its object's others."""
    return strawberry.field(description=description, **bounds(reads=reads))


def listed(description: str, size: int) -> Any:
    """A field that is a list of objects, usually no longer than `size`."""
    return strawberry.field(description=description, **bounds(about(size)))


def declared(definition: GraphQLField) -> Declared:
    """What was declared of a field of the schema."""
    source = (definition.extensions or {}).get(DEFINITION)
    if not isinstance(source, StrawberryField):
        return Declared()
    found = source.metadata.get(_DECLARED)
    told = found if isinstance(found, Declared) else Declared()
    if source.base_resolver or told.reads is not None:
        return told
    # What is not resolved was there with its object.
    return replace(told, reads=frozenset())
