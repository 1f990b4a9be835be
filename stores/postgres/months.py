"""The monthly partitions that entries need; made outside of a merge, for it takes locks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from stores.postgres.database import Connection


def months_of(entries: Iterable[pa.Table]) -> list[date]:
    """The first days of the months that the entries lie in."""
    found: set[Any] = set()
    for table in entries:
        firsts = pc.floor_temporal(table["date"], unit="month").cast(pa.date32())
        found.update(pc.unique(firsts).to_pylist())
    return sorted(found)


async def ensure_months(connection: Connection, months: Sequence[date]) -> None:
    """Make those partitions that are missing."""
    if await connection.fetchval(_ARE_MISSING, months):
        await connection.execute("SELECT ensure_months($1)", months)


_ARE_MISSING = """
SELECT EXISTS (
    SELECT FROM unnest($1::date[]) m
    WHERE to_regclass('marketing_entry_vintage_' || to_char(m, 'YYYYMM')) IS NULL)
"""
