"""Things that were made from texts, kept for those texts that were asked for last."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final, Generic, TypeVar

EACH: Final = 100
"""Characters that a text counts for beside its own: what is made of a short one is not as small."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by their keys, as many as were made from `most_characters` of text together.

    What is made from a text grows with its length, so that the length of texts is what is bounded.
    """

    def __init__(self, most_characters: int) -> None:
        self._most = most_characters
        self._held = 0
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def find(self, key: K) -> V | None:
        """What is kept under a key."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def keep(self, key: K, value: V, characters: int) -> None:
        """Keep it, and let go of those that were not asked for the longest.

        A text over a tenth of the budget is not kept: it would take the place of too many.
        """
        if characters > self._most // 10:
            return
        _, before = self._kept.pop(key, (None, 0))
        self._held += characters + EACH - before
        self._kept[key] = value, characters + EACH
        while self._held > self._most:
            _, (_, gone) = self._kept.popitem(last=False)
            self._held -= gone
