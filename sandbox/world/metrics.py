"""The columns of an observation, and the container that carries them."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from sandbox.world.hashing import Ints


class Family(IntEnum):
    """A kind of conversion."""

    PURCHASE = 0
    ADD_TO_CART = 1
    LEAD = 2


class Window(IntEnum):
    """How long after an ad was clicked or seen a conversion still counts for it."""

    VIEW_1D = 0
    CLICK_1D = 1
    CLICK_7D = 2
    CLICK_28D = 3


class Column(IntEnum):
    """Plain columns; one block of windows per family and one of values follow them."""

    SPEND = 0
    IMPRESSIONS = 1
    CLICKS = 2
    LINK_CLICKS = 3
    LANDING_PAGE_VIEWS = 4
    VIDEO_VIEWS = 5
    ENGAGEMENTS = 6
    REACH = 7


COUNTS_FROM: Final = len(Column)
VALUES_FROM: Final = COUNTS_FROM + len(Family) * len(Window)
WIDTH: Final = VALUES_FROM + len(Window)


def count_column(family: Family, window: Window) -> int:
    """The column of a family's conversions in one attribution window."""
    return COUNTS_FROM + family * len(Window) + window


def value_column(window: Window) -> int:
    """The column of purchase value, in minor units, in one attribution window."""
    return VALUES_FROM + window


@dataclass(frozen=True, slots=True)
class Table:
    """Facts in order of day and entity: one row per day (or period) and entity.

    `values` has `WIDTH` columns of whole numbers; money is in minor units. A row exists only
    where something is not zero.
    """

    day: Ints
    entity: Ints
    values: Ints

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.day)


def empty_table() -> Table:
    """A table without rows."""
    none = np.zeros(0, dtype=np.int64)
    return Table(none, none, np.zeros((0, WIDTH), dtype=np.int64))


def stacked(tables: list[Table]) -> Table:
    """Tables one after the other."""
    if not tables:
        return empty_table()
    return Table(
        np.concatenate([table.day for table in tables]),
        np.concatenate([table.entity for table in tables]),
        np.concatenate([table.values for table in tables]),
    )
