"""From ads and days up to coarser entities and periods."""

from typing import Final

import numpy as np

from sandbox.world.hashing import Floats, Ints
from sandbox.world.metrics import Column, Table

_OVERLAP: Final = 0.25


def rolled_up(table: Table, entity: Ints, day: Ints) -> Table:
    """Group rows by new day and entity labels (one per row) and add them up.

    Everything is a sum except reach: people seen by two ads or on two days count once.
    """
    if len(table) == 0:
        return table
    order = np.lexsort((entity, day))
    days, entities = day[order], entity[order]
    changes = (np.diff(days) != 0) | (np.diff(entities) != 0)
    starts = np.flatnonzero(np.concatenate([[True], changes]))
    values = np.add.reduceat(table.values[order], starts, axis=0)
    values[:, Column.REACH] = _united_reach(table.values[order, Column.REACH], starts)
    return Table(days[starts], entities[starts], values)


def _united_reach(parts: Ints, starts: Ints) -> Ints:
    """Reach of a union: the more audiences are joined, the more they overlap."""
    total = np.add.reduceat(parts, starts)
    largest = np.maximum.reduceat(parts, starts)
    members: Floats = np.maximum(np.add.reduceat((parts > 0).astype(np.int64), starts), 1)
    kept = 1.0 - _OVERLAP * (1.0 - 1.0 / members)
    return np.maximum(largest, np.rint(total * kept).astype(np.int64))
