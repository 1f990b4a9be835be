"""What a client may say on a socket: the messages of graphql-transport-ws, read strictly.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import orjson

from app.http.graphql_requests import Asked, asked_in
from core.errors import BadInput

JSONObject: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ConnectionInit:
    """Asks to be let in; credentials are in `payload` or came with the handshake."""

    payload: JSONObject


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Asks for an operation of whatever kind, under an id of the client's choice."""

    id: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class Complete:
    """Has heard enough of an operation."""

    id: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Wants a pong with the same payload."""

    payload: JSONObject | None


@dataclass(frozen=True, slots=True)
class Pong:
    """Is still there."""


Said: TypeAlias = ConnectionInit | Subscribe | Complete | Ping | Pong


def message_in(text: str) -> Said:
    """The message in a frame; BadInput for anything that the protocol does not know."""
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadInput("a message is JSON in UTF-8") from None
    kind = fields.get("type") if isinstance(fields, dict) else None
    if not isinstance(kind, str):
        raise BadInput("a message is an object with a type")
    if kind not in READERS:
        raise BadInput(f"there is no message of the type {kind[:40]}")
    return READERS[kind](fields)


def _payload(fields: JSONObject) -> JSONObject | None:
    payload = fields.get("payload")
    if payload is None or isinstance(payload, dict):
        return payload
    raise BadInput("a payload is an object")


def _id(fields: JSONObject) -> str:
    found = fields.get("id")
    if isinstance(found, str) and found:
        return found
    raise BadInput("an operation's message has an id, a text that is not empty")


def _pong(fields: JSONObject) -> Pong:
    _payload(fields)
    return Pong()


READERS: Mapping[str, Callable[[JSONObject], Said]] = {
    "connection_init": lambda fields: ConnectionInit(_payload(fields) or {}),
    "subscribe": lambda fields: Subscribe(_id(fields), asked_in(fields.get("payload"))),
    "complete": lambda fields: Complete(_id(fields)),
    "ping": lambda fields: Ping(_payload(fields)),
    "pong": _pong,
}
