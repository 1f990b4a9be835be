"""Takes secrets out of whatever leaves the outbound HTTP layer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from core.jsonvalue import JSONObject, JSONValue

REDACTED: Final = "REDACTED"

SECRET_NAMES: Final = (
    "access_token",
    "appsecret_proof",
    "authorization",
    "client_secret",
    "refresh_token",
    "api_key",
    "private_key",
)
"""Parameters, headers and JSON keys whose values never leave, in lower case."""

ONWARD_LINKS: Final = ("next", "previous")
"""Keys of ready-made URLs to other pages; vendors write the caller's token into them."""

SHORTEST_SECRET: Final = 8
"""Shorter values are not searched for by themselves: they would hit ordinary text."""

_VALUE: Final = rf'((?:=|%3D|\\?"?\s*:\s*\\?"?))(?!{REDACTED})[^&\s"\\,}}]+'
_ASSIGNED: Final = re.compile(rf"({'|'.join(SECRET_NAMES)}){_VALUE}", re.IGNORECASE)
_SCHEME: Final = re.compile(rf"\b(Bearer|Klaviyo-API-Key)(\s+)(?!{REDACTED})[^\s\"'\\]+")
_IN_BODY: Final = (
    *(re.compile(f"({name}){_VALUE}".encode()) for name in SECRET_NAMES),
    re.compile(rb'(Bearer)(\s+)[^\s"\\]{20,}'),
)
"""One pattern a name: a pattern that begins with a literal is searched for 50 times as fast."""


@dataclass(frozen=True, slots=True)
class Redactor:
    """Knows the secrets of one connection by value and every secret by its name."""

    secrets: tuple[str, ...] = field(default=(), repr=False)

    def text(self, text: str) -> str:
        """`text` with the value of every secret replaced, and nothing else changed."""
        for secret in self.secrets:
            if len(secret) >= SHORTEST_SECRET:
                text = text.replace(secret, REDACTED)
        return _ASSIGNED.sub(rf"\1\2{REDACTED}", _SCHEME.sub(rf"\1\2{REDACTED}", text))

    def body(self, body: bytes) -> bytes:
        """A response's bytes, verbatim unless they hold a secret; then only its value goes."""
        for secret in self.secrets:
            if len(secret) >= SHORTEST_SECRET:
                body = body.replace(secret.encode(), REDACTED.encode())
        for pattern in _IN_BODY:
            body = pattern.sub(rf"\1\2{REDACTED}".encode(), body)
        return body

    def value(self, value: JSONValue) -> JSONValue:
        """A JSON value without secrets, to any depth; onward links go as a whole."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return self.mapping(value)
        return value

    def mapping(self, mapping: JSONObject) -> dict[str, JSONValue]:
        """`value` for an object."""
        hidden = (*SECRET_NAMES, *ONWARD_LINKS)
        return {
            key: REDACTED if key.lower() in hidden else self.value(item)
            for key, item in mapping.items()
        }
