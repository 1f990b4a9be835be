"""The monthly partitions that entries need; made outside of a merge, for it takes locks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from stores.postgres.database import Connection


def months_of(entries: pa.Table) -> frozenset[date]:
    """The first days of the months that the entries lie in."""
    found: Any = pc.unique(pc.floor_temporal(entries["date"], unit="month").cast(pa.date32()))
    return frozenset(found.to_pylist())


async def ensure_months(connection: Connection, months: Collection[date]) -> None:
    """Make those partitions that are missing."""
    if await connection.fetchval(_ARE_MISSING, sorted(months)):
        await connection.execute("SELECT ensure_months($1)", sorted(months))


_ARE_MISSING = """
SELECT EXISTS (
    SELECT FROM unnest($1::date[]) m
    WHERE to_regclass('marketing_entry_vintage_' || to_char(m, 'YYYYMM')) IS NULL)
"""
