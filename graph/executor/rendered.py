"""A value that needs no completion: the JSON of a field, as it will stand in the answer."""

from __future__ import annotations

import orjson


class Rendered:
    """What a field answers whose resolver did all that ordinary completion would do.

    `body` is what orjson would write of the completed value. `objects` counts the objects of the
    schema in it, the value itself among them if it is one; what lies in a scalar that is JSON does
    not count. `keys` are the response keys in it, at any depth, and `opaque` those of them whose
    values are such scalars: a Selection has both.
    """

    # No dataclass: orjson would write its fields.
    __slots__ = ("body", "keys", "objects", "opaque")

    def __init__(
        self,
        body: bytes,
        objects: int,
        keys: frozenset[str] = frozenset(),
        opaque: frozenset[str] = frozenset(),
    ) -> None:
        self.body = body
        self.objects = objects
        self.keys = keys
        self.opaque = opaque

    @property
    def is_object(self) -> bool:
        """Whether it is an object, and neither a list nor null."""
        return self.body.startswith(b"{")

    @property
    def value(self) -> object:
        """The completed value itself."""
        found: object = orjson.loads(self.body)
        return found


def fragment(value: object) -> orjson.Fragment:
    """How orjson writes a Rendered: as its `default`."""
    if isinstance(value, Rendered):
        return orjson.Fragment(value.body)
    raise TypeError(f"{type(value).__name__} is no part of an answer")


def encoded(content: object) -> bytes:
    """`content` as JSON, in which values may be Rendered."""
    return orjson.dumps(content, default=fragment)
