"""Reading what control calls send, and refusing what makes no sense."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request

from sandbox.faults import Fault, FaultSettings
from sandbox.settings import Limits


async def change_in(request: Request, allowed: frozenset[str]) -> dict[str, Any]:
    """The JSON object of a POST; a GET changes nothing."""
    if request.method != "POST":
        return {}
    change = orjson.loads(await request.body() or b"{}")
    if not isinstance(change, dict):
        message = "expected a JSON object"
        raise TypeError(message)
    if unknown := sorted(set(change) - allowed):
        message = f"unknown: {', '.join(unknown)}; known: {', '.join(sorted(allowed))}"
        raise ValueError(message)
    return change


def moment(text: str) -> datetime:
    """An ISO 8601 moment; without an offset it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def changed_faults(settings: FaultSettings, change: Mapping[str, Any]) -> FaultSettings:
    """Fault settings with some of them replaced; only `next` starts empty again."""
    queued = tuple(Fault(name) for name in change.get("next", ()))
    rest = {name: value for name, value in change.items() if name != "next"}
    _check_types(settings, rest)
    return replace(settings, **rest, next=queued)


def changed_limits(limits: Limits, change: Mapping[str, Any]) -> Limits:
    """Limits with some of them replaced."""
    _check_types(limits, change)
    return replace(limits, **change)


def names_of(settings: type[FaultSettings | Limits]) -> frozenset[str]:
    """The names that may be changed."""
    return frozenset(field.name for field in fields(settings))


def _check_types(settings: FaultSettings | Limits, change: Mapping[str, Any]) -> None:
    for name, value in change.items():
        expects_flag = isinstance(getattr(settings, name), bool)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if isinstance(value, bool) != expects_flag or not (expects_flag or is_number):
            message = f"{name}: {value!r} is not {'true or false' if expects_flag else 'a number'}"
            raise TypeError(message)
