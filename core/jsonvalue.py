"""The type of a JSON value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

JSONValue = None | bool | int | float | str | Sequence["JSONValue"] | Mapping[str, "JSONValue"]
JSONObject = Mapping[str, JSONValue]
