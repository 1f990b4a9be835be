"""Parts of what is numbered within a run, of many runs by one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

import asyncpg

from core.records.pages import RunSlice
from core.scope import TenantScope
from stores.postgres.database import Connection

PLACE: Final = "slice"
"""The column that tells the slice that a row is of, counted from 1."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A table of what is numbered within runs, from 1: its columns, `run_id` among them."""

    table: str
    number: str
    columns: str


async def sliced(
    connection: Connection, scope: TenantScope, numbered: Numbered, slices: Sequence[RunSlice]
) -> dict[RunSlice, tuple[asyncpg.Record, ...]]:
    """The rows of each slice that has any, in order; one statement for all of one size."""
    alike: defaultdict[int, list[RunSlice]] = defaultdict(list)
    for each in slices:
        alike[each.size].append(each)
    sql = _SLICES.format(of=numbered)
    found: dict[RunSlice, tuple[asyncpg.Record, ...]] = {}
    for size, asked in alike.items():
        runs, after = [each.run_id for each in asked], [each.after for each in asked]
        rows = await connection.fetch(sql, scope.tenant_id, runs, after, size)
        for place, of_run in groupby(rows, itemgetter(PLACE)):
            found[asked[place - 1]] = tuple(of_run)
    return found


_SLICES = """
SELECT asked.slice, n.*
FROM unnest($2::uuid[], $3::bigint[]) WITH ORDINALITY asked (run_id, after, slice)
CROSS JOIN LATERAL (
    SELECT {of.columns} FROM {of.table} t
    WHERE t.tenant_id = $1 AND t.run_id = asked.run_id AND t.{of.number} > asked.after
    ORDER BY t.{of.number} LIMIT $4
) n ORDER BY asked.slice, n.{of.number}
"""
