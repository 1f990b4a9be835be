"""A JSON record as one level of text."""

from __future__ import annotations

import json
from collections.abc import Iterator

from core.jsonvalue import JSONObject, JSONValue

_LITERALS = {True: "true", False: "false"}


def flat(record: JSONObject) -> dict[str, str | None]:
    """Keys of nested objects joined by dots; arrays as JSON; texts and numbers as written."""
    if all(isinstance(value, str) for value in record.values()):
        return dict(record)  # type: ignore[arg-type]  # just checked
    return dict(_pairs(record, ""))


def _pairs(record: JSONObject, prefix: str) -> Iterator[tuple[str, str | None]]:
    for key, value in record.items():
        if isinstance(value, dict):
            yield from _pairs(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", _text(value)


def _text(value: JSONValue) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return _LITERALS[value]
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
