"""Small changes at random to what was sensible, the same ones for the same seed."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tests.conformance.attack.corpus import TEXTS, VALUES

PIECES = [*'{}()[]:!$@&|=,#"\\', "...", '"""', "on", "query", "fragment", "null", "\x00", "\ufeff"]


class Mutator:
    """Changes texts, bytes and JSON values."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def text(self, text: str) -> str:
        """The text with a few pieces cut, doubled, moved or put in."""
        for _ in range(self._random.randint(0, 4)):
            start, end = sorted(self._random.randint(0, len(text)) for _ in range(2))
            end = min(end, start + self._random.choice((1, 5, 50)))
            piece = self._random.choice(
                ("", text[start:end] * 2, self._random.choice(PIECES), self._random.choice(TEXTS))
            )
            text = text[:start] + piece + text[end:]
        return text

    def data(self, data: bytes) -> bytes:
        """The bytes with a few of them changed or cut."""
        changed = bytearray(data)
        for _ in range(self._random.randint(0, 3)):
            place = self._random.randint(0, len(changed))
            changed[place : place + self._random.choice((0, 1, 9))] = self._random.choice(
                (b"", b"\xff", b"\x00", b'"', b"{", b"\\u", self._random.randbytes(3))
            )
        return bytes(changed)

    def value(self, value: Any) -> Any:
        """The JSON value with something in it replaced."""
        if self._random.random() < 0.3:
            return self._random.choice(VALUES)
        if isinstance(value, dict) and value:
            name = self._random.choice(list(value))
            return {**value, self._name(name): self.value(value[name])}
        if isinstance(value, list) and value:
            place = self._random.randrange(len(value))
            return [*value[:place], self.value(value[place]), *value[place + 1 :]]
        return value

    def body(self, value: Any) -> bytes:
        """A JSON body, sometimes no longer one."""
        written = json.dumps(value, ensure_ascii=self._random.random() < 0.5).encode(
            "utf-8", "surrogatepass"
        )
        return self.data(written) if self._random.random() < 0.2 else written

    def _name(self, name: str) -> str:
        return self._random.choice((name, name, name, self._random.choice(TEXTS)))
