"""Entries of many pages on their way in, in a temporary table of the merging connection.

A table under row-level security takes no COPY; a temporary one does, and writes no log.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.records.ingestion import ENTRY_COLUMNS
from core.units import DateRange
from stores.postgres.binary_copy import encode_rows, whole
from stores.postgres.database import Connection
from stores.postgres.months import months_of

STAGED_TYPES = {
    "text": "text",
    "date": "date",
    "integer": "bigint",
    "amount": "bigint",
    "number": "text",
    "json": "jsonb",
    "digest": "uuid",
}
"""The type of a staged column by its kind."""
AMOUNTS = frozenset(column.name for column in ENTRY_COLUMNS if column.kind == "amount")
"""Staged in millionths."""
NUMBERS = frozenset(column.name for column in ENTRY_COLUMNS if column.kind == "number")
"""Staged as text."""
_JSON = frozenset(column.name for column in ENTRY_COLUMNS if column.kind == "json")
_SPREAD = np.uint64(0x9E37_79B9_7F4A_7C15)


@dataclass(frozen=True, slots=True)
class PageRows:
    """A raw page's entries, encoded; `hashes` tell them apart, `dates` None without entries."""

    data: bytes
    hashes: np.ndarray[tuple[int], np.dtype[np.uint64]]
    months: frozenset[date]
    dates: DateRange | None


def page_rows(raw_page_id: UUID, entries: pa.Table) -> PageRows:
    """`entries`, under core.records.ingestion.ENTRY_COLUMNS, ready for `fill_stage`.

    Raises OverflowError for an amount beyond 64 bits of its last place.
    """
    found: Any = pc.min_max(entries["date"]).as_py()
    page = pa.array([raw_page_id.bytes] * entries.num_rows, pa.binary(16))
    return PageRows(
        data=encode_rows(entries.append_column("raw_page_id", page), _JSON),
        hashes=_key_hashes(entries),
        months=months_of(entries),
        dates=DateRange(found["min"], found["max"]) if entries.num_rows else None,
    )


def are_apart(pages: Sequence[PageRows]) -> bool:
    """Whether no entry is on two of the pages. A chance collision of hashes answers no."""
    hashes = np.concatenate([page.hashes for page in pages])
    return bool(np.unique(hashes).size == hashes.size)


async def fill_stage(connection: Connection, pages: Sequence[PageRows]) -> None:
    """Make `stage_entry` hold the pages' rows, until the transaction ends."""
    await connection.execute(_STAGE)
    if any(page.dates for page in pages):
        await connection.copy_to_table(
            "stage_entry",
            source=io.BytesIO(whole([page.data for page in pages])),
            columns=_COLUMNS,
            format="binary",
        )


def _key_hashes(entries: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    digests: Any = entries["digest"].combine_chunks()
    words = np.frombuffer(digests.buffers()[1] or b"", dtype=np.uint64).reshape(-1, 2)
    halves = words[digests.offset :][: len(digests), 0]
    days = entries["date"].combine_chunks().cast(pa.int32()).to_numpy(zero_copy_only=False)
    return halves ^ (days.astype(np.uint64) * _SPREAD)


_COLUMNS = (*(column.name for column in ENTRY_COLUMNS), "raw_page_id")
# A merge of many pages sorts and hashes all of them; a generic plan would not see their number.
_STAGE = (
    "SET LOCAL work_mem = '64MB'; SET LOCAL plan_cache_mode = force_custom_plan; "
    "CREATE TEMPORARY TABLE IF NOT EXISTS stage_entry ("
    + ", ".join(f"{column.name} {STAGED_TYPES[column.kind]}" for column in ENTRY_COLUMNS)
    + ", raw_page_id uuid) ON COMMIT DELETE ROWS"
)
