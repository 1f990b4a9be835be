"""Entities by their keys: each representation is answered in its own place.

The shipped entity resolver lets one strange representation fail them all and leaks Python
errors. Here nothing of a representation is believed but the fields of a key, and what cannot be
answered is an error at its index.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from core.errors import BadInput

C = TypeVar("C")
MAX_ENTITIES = 1_000
MAX_REPRESENTATIONS = 10_000
FIELD = "representations"
MEND = "pass `__typename` and the fields of one of its keys"

Member: TypeAlias = Awaitable[object] | BadInput
"""What the executor puts into one place of the list."""


@dataclass(frozen=True, slots=True)
class EntityKey(Generic[C]):
    """One way of naming the entities of a type.

    `fields` are the outer names that a representation must hold to be named this way. `find`
    takes the context and the representation; None is no such entity, BadInput a key of the wrong
    shape.
    """

    fields: frozenset[str]
    find: Callable[[C, Mapping[str, Any]], Awaitable[object]]


Keys: TypeAlias = Mapping[str, Sequence[EntityKey[C]]]
"""The keys of each type of entities, by its name; the first that fits a representation counts."""


def entities(keys: Keys[C], context: C, representations: Sequence[object]) -> list[Member]:
    """The entity of each representation, to be awaited together so that loaders batch them.

    A gateway sends all keys of a page at once and cannot divide them, so of too many the first
    are answered; far too many are refused altogether, with BadInput.
    """
    if len(representations) > MAX_REPRESENTATIONS:
        raise BadInput(
            f"{FIELD} holds {len(representations)}, but may hold {MAX_ENTITIES}",
            field=FIELD,
            mend="ask several times",
        )
    answered = [_member(keys, context, each) for each in representations[:MAX_ENTITIES]]
    return answered + [_surplus() for _ in representations[MAX_ENTITIES:]]


def _surplus() -> BadInput:
    return BadInput(
        f"only the first {MAX_ENTITIES} {FIELD} are answered",
        field=FIELD,
        mend="page the list that they come from",
    )


def _member(keys: Keys[C], context: C, representation: object) -> Member:
    try:
        if not isinstance(representation, Mapping):
            raise refusal("a representation must be an object")
        return _key(keys, representation).find(context, representation)
    except BadInput as error:
        return error


def _key(keys: Keys[C], representation: Mapping[str, object]) -> EntityKey[C]:
    name = representation.get("__typename")
    known = keys.get(name) if isinstance(name, str) else None
    if known is None:
        raise refusal("__typename does not name an entity of this subgraph")
    for key in known:
        if key.fields <= representation.keys():
            return key
    raise refusal("a representation holds no key of its type")


def refusal(message: str) -> BadInput:
    """What stands in the place of a representation that cannot be read."""
    return BadInput(message, field=FIELD, mend=MEND)
