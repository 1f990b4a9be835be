"""Rows that a platform forgets to report, while the account's totals still count them."""

import numpy as np

from sandbox.faults import FaultSettings
from sandbox.world.hashing import key_of
from sandbox.world.metrics import Table
from sandbox.world.records import Level


def reported(table: Table, level: Level, settings: FaultSettings) -> Table:
    """What of a daily table is reported at a level: the same rows whenever it is asked."""
    if not settings.missing_rows or level is Level.ACCOUNT:
        return table
    draws = [
        key_of(settings.seed, "missing", day, entity) / 2.0**64
        for day, entity in zip(table.day.tolist(), table.entity.tolist(), strict=True)
    ]
    kept = np.array(draws, dtype=np.float64) >= settings.missing_rows
    return Table(table.day[kept], table.entity[kept], table.values[kept])
