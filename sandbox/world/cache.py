"""A bounded cache of tables, evicting what was used longest ago."""

from collections import OrderedDict
from collections.abc import Callable, Hashable

from sandbox.world.metrics import Table


class TableCache:
    """Keeps tables while their rows together stay within a budget."""

    def __init__(self, max_rows: int) -> None:
        """Start empty, with room for so many rows."""
        self._max_rows = max_rows
        self._rows = 0
        self._tables: OrderedDict[Hashable, Table] = OrderedDict()

    def get(self, key: Hashable, build: Callable[[], Table]) -> Table:
        """The table for a key, built if it is not there."""
        table = self._tables.get(key)
        if table is None:
            table = build()
            self._tables[key] = table
            self._rows += len(table)
            self._evict()
        else:
            self._tables.move_to_end(key)
        return table

    def __len__(self) -> int:
        """Rows held."""
        return self._rows

    def _evict(self) -> None:
        while self._rows > self._max_rows and len(self._tables) > 1:
            _, oldest = self._tables.popitem(last=False)
            self._rows -= len(oldest)
