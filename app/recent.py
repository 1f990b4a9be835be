"""What was just read and is asked for with every request, kept for less than a second."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

FRESH_SECONDS = 0.5
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[V]):
    value: V
    until: float


class Recent(Generic[K, V]):
    """Values for `FRESH_SECONDS`, at most `size` of them."""

    def __init__(self, size: int, now: Callable[[], float]) -> None:
        self._size, self._now = size, now
        self._kept: OrderedDict[K, _Kept[V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The value, if it is fresh."""
        found = self._kept.get(key)
        return None if found is None or found.until <= self._now() else found.value

    def put(self, key: K, value: V, asked_at: float) -> None:
        """Keep a value that was read at `asked_at` or later."""
        self._kept[key] = _Kept(value, asked_at + FRESH_SECONDS)
        self._kept.move_to_end(key)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)
