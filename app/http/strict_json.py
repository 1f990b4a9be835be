"""JSON in UTF-8 as RFC 8259 has it, without what two readers may understand differently.

No byte order mark, no NaN, no lone surrogates, no numbers beyond a double, no name twice in one
object: a proxy that looks at the first of two would let through what we read in the second.
"""

from __future__ import annotations

import json

import orjson

from core.errors import BadInput

LONGEST_SHOWN = 64


def strict_json(body: bytes, what: str) -> object:
    """The value in `body`; BadInput, which says that `what` is at fault, for anything else."""
    try:
        found: object = orjson.loads(body)
        json.loads(body, object_pairs_hook=_refuse_repeats)
    except orjson.JSONDecodeError:
        raise BadInput(f"{what} is not JSON in UTF-8", mend="send one JSON value") from None
    except RecursionError:
        raise BadInput(f"{what} is nested too deep", mend="nest it less deep") from None
    except _Repeated as repeated:
        raise BadInput(
            f"an object in {what} has the same name twice",
            field=repeated.name[:LONGEST_SHOWN],
            mend="give each name once",
        ) from None
    return found


class _Repeated(Exception):
    """A name that stands twice in one object."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _refuse_repeats(pairs: list[tuple[str, object]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise _Repeated(name)
        seen.add(name)
