"""Whether servers answer the same: values are compared, not how each of them writes a value."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson

NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}.*", re.ASCII)


class Differs(Exception):
    """Two servers answer one question differently; says where."""


def values(answer: bytes) -> Any:
    """The data of an answer with numbers as numbers and moments in UTC; Differs for errors."""
    told = orjson.loads(answer)
    if told.get("errors") or not isinstance(told.get("data"), dict):
        raise Differs(f"an answer has errors or no data: {answer[:500]!r}")
    return _plain(told["data"])


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if name != "__typename"}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return datetime.fromisoformat(value).astimezone(UTC)
    if isinstance(value, (int, float)) or NUMBER.fullmatch(value):
        return Decimal(str(value))
    return value


def compare(expected: Any, found: Any, place: str = "data") -> None:
    """Differs with the first place where they do."""
    if isinstance(expected, dict) and isinstance(found, dict):
        if expected.keys() != found.keys():
            raise Differs(f"{place}: {sorted(expected)} and {sorted(found)}")
        for name, each in expected.items():
            compare(each, found[name], f"{place}.{name}")
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            raise Differs(f"{place}: {len(expected)} and {len(found)} items")
        for number, (one, other) in enumerate(zip(expected, found, strict=True)):
            compare(one, other, f"{place}[{number}]")
    elif expected != found or type(expected) is not type(found):
        raise Differs(f"{place}: {expected!r} and {found!r}")
