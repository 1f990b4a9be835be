"""Entries of many pages on their way in, in a temporary table of the merging connection.

A table under row-level security takes no COPY; a temporary one does, and writes no log.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.records.ingestion import ENTRY_COLUMNS
from core.units import DateRange
from stores.postgres.binary_copy import encode
from stores.postgres.database import Connection

_TYPES = {
    "text": "text",
    "date": "date",
    "integer": "bigint",
    "amount": "bigint",
    "json": "jsonb",
    "digest": "uuid",
}
AMOUNTS = frozenset(column.name for column in ENTRY_COLUMNS if column.kind == "amount")
"""Staged in millionths."""
_JSON = frozenset(column.name for column in ENTRY_COLUMNS if column.kind == "json")
_SPREAD = np.uint64(0x9E37_79B9_7F4A_7C15)


@dataclass(frozen=True, slots=True)
class PageEntries:
    """What a raw page brought, under the columns of core.records.ingestion.ENTRY_COLUMNS."""

    raw_page_id: UUID
    entries: pa.Table


@dataclass(frozen=True, slots=True)
class Stage:
    """Rows encoded for binary COPY, and the days that they lie in; None without rows."""

    columns: tuple[str, ...]
    data: bytes
    dates: DateRange | None


def are_apart(pages: Sequence[PageEntries]) -> bool:
    """Whether no entry is on two of the pages. A chance collision of hashes answers no."""
    hashes = np.concatenate([_key_hashes(page.entries) for page in pages])
    return bool(np.unique(hashes).size == hashes.size)


def staged(pages: Sequence[PageEntries]) -> Stage:
    """The pages' rows, each with its page's id, ready for `fill_stage`."""
    table = pa.concat_tables([_of_page(page) for page in pages]).combine_chunks()
    found: Any = pc.min_max(table["date"]).as_py()
    dates = DateRange(found["min"], found["max"]) if table.num_rows else None
    return Stage(tuple(table.column_names), encode(table, _JSON), dates)


async def fill_stage(connection: Connection, stage: Stage) -> None:
    """Make `stage_entry` hold these rows, until the transaction ends."""
    await connection.execute(_STAGE)
    if stage.dates is not None:
        await connection.copy_to_table(
            "stage_entry",
            source=io.BytesIO(stage.data),
            columns=stage.columns,
            format="binary",
        )


def _of_page(page: PageEntries) -> pa.Table:
    """Typed, so that a page without entries concatenates too."""
    rows = page.entries.num_rows
    column = pa.array([page.raw_page_id.bytes] * rows, pa.binary(16))
    return page.entries.append_column("raw_page_id", column)


def _key_hashes(entries: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    digests: Any = entries["digest"].combine_chunks()
    words = np.frombuffer(digests.buffers()[1] or b"", dtype=np.uint64).reshape(-1, 2)
    halves = words[digests.offset :][: len(digests), 0]
    days = entries["date"].combine_chunks().cast(pa.int32()).to_numpy(zero_copy_only=False)
    return halves ^ (days.astype(np.uint64) * _SPREAD)


# A merge of many pages sorts and hashes all of them; a generic plan would not see their number.
_STAGE = (
    "SET LOCAL work_mem = '64MB'; SET LOCAL plan_cache_mode = force_custom_plan; "
    "CREATE TEMPORARY TABLE IF NOT EXISTS stage_entry ("
    + ", ".join(f"{column.name} {_TYPES[column.kind]}" for column in ENTRY_COLUMNS)
    + ", raw_page_id uuid) ON COMMIT DELETE ROWS"
)
