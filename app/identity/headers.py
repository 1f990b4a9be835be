"""Request headers as they came, duplicates kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Headers:
    """Pairs of name and value. Names are compared without case, `_` counting as `-`.

    Some proxies and gateways write `X_Org_Id` for `X-Org-Id`; telling the two apart would let
    one of them slip past a check on the other.
    """

    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, pairs: Iterable[tuple[bytes, bytes]]) -> Headers:
        """The headers of an ASGI scope."""
        return cls(tuple((_folded(n.decode("latin-1")), v.decode("latin-1")) for n, v in pairs))

    @classmethod
    def named(cls, pairs: Iterable[tuple[str, str]]) -> Headers:
        """Headers given as text."""
        return cls(tuple((_folded(name), value) for name, value in pairs))

    def values(self, name: str) -> tuple[str, ...]:
        """Every value sent under `name`, in order."""
        return tuple(value for key, value in self.pairs if key == _folded(name))

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self.pairs)


def _folded(name: str) -> str:
    return name.strip().lower().replace("_", "-")
