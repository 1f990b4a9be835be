"""The type of a JSON value, and reading one without losing digits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

JSONValue = None | bool | int | float | str | Sequence["JSONValue"] | Mapping[str, "JSONValue"]
JSONObject = Mapping[str, JSONValue]

_STORABLE: Final = range(-(2**63), 2**64)
_LONGEST: Final = 20


def exact_json(text: str | bytes) -> Any:
    """The value of JSON text; ValueError when it is none.

    Fractions, and whole numbers beyond 64 bits, are the texts that were sent: no float comes
    between, and what was read can be written again.
    """
    return json.loads(text, parse_float=str, parse_int=_whole)


def _whole(text: str) -> int | str:
    if len(text) > _LONGEST or int(text) not in _STORABLE:
        return text
    return int(text)
