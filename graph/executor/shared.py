"""Values that many operations answer with at the same time, rendered once for all of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from graph.executor.rendered import Rendered
from graph.executor.selection import Selection

MOST_SELECTIONS: Final = 16
"""Of one value, for which it is kept rendered."""

Source = TypeVar("Source")


class Shared:
    """A value that its field may answer in place of the value itself.

    `rendered` holds what it came to, by what was selected of it, where that follows from the
    value alone: from its attributes, and no resolver.
    """

    __slots__ = ("rendered", "value")

    def __init__(self, value: object) -> None:
        self.value = value
        self.rendered: dict[Selection, Rendered] = {}

    def keep(self, selection: Selection, rendered: Rendered) -> None:
        """Keep it for others who select the same, unless many select otherwise."""
        if len(self.rendered) < MOST_SELECTIONS:
            self.rendered[selection] = rendered


class SharedValues(Generic[Source]):
    """What was made of the `most` sources that were asked for last, by the source itself.

    Two sources that are equal are two: whoever reads together has the same.
    """

    def __init__(self, make: Callable[[Source], Any], most: int) -> None:
        self.make = make
        self._most = most
        self._made: OrderedDict[int, tuple[Source, Shared]] = OrderedDict()

    def of(self, source: Source) -> Shared:
        """The shared value that was, or is now, made of `source`."""
        # Held, so that its id is nobody else's.
        found = self._made.get(id(source))
        if found is None:
            found = self._made[id(source)] = source, Shared(self.make(source))
            if len(self._made) > self._most:
                self._made.popitem(last=False)
        return found[1]
