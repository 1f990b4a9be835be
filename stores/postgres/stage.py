"""Entries of many pages on their way in, in temporary tables of the merging connection.

A table under row-level security takes no COPY; a temporary one does, and writes no log. Of days
that were read before, most entries say what they said: their keys alone are staged, each with a
digest of what it says, and whole rows only where that is another.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core.digests import DIGEST_BYTES
from core.records.ingestion import ENTRY_COLUMNS
from core.records.runs import RunRecord
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.binary_copy import as_rows, bytes_of, encode, encode_values, whole
from stores.postgres.database import Connection
from stores.postgres.entries import LABELS, METRICS
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
COMPARED = (*METRICS, *(label for label in LABELS if label != "entity_name"))
"""What tells versions of an entry apart. A new name alone is no new version: a campaign that is
renamed would restate all its days. Nor is a check that was not there before."""
_JSON = frozenset(column.name for column in ENTRY_COLUMNS if column.kind == "json")
_SPREAD = np.uint64(0x9E37_79B9_7F4A_7C15)

Places = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PageRows:
    """A raw page's entries, one value for each in the order of the page.

    `rows`: encoded; `keys`: a table of its date, its digest, `content`, a digest of what it says,
    its page's id, and how many records made it; `hashes` tell entries apart. `dates` None without
    entries.
    """

    rows: Any
    keys: pa.Table
    hashes: np.ndarray[tuple[int], np.dtype[np.uint64]]
    months: frozenset[date]
    dates: DateRange | None


@dataclass(frozen=True, slots=True)
class Stage:
    """Pages in temporary tables: whole rows, or, where `is_keys`, what tells which are needed."""

    pages: Sequence[PageRows]
    is_keys: bool = False

    @property
    def dates(self) -> DateRange | None:
        """The days from the first to the last entry's; None without any."""
        return spanned(page.dates for page in self.pages)


def spanned(ranges: Iterable[DateRange | None]) -> DateRange | None:
    """The days from the first to the last of all the ranges that are one."""
    found = [each for each in ranges if each is not None]
    if not found:
        return None
    return DateRange(min(each.since for each in found), max(each.until for each in found))


def page_rows(raw_page_id: UUID, entries: pa.Table) -> PageRows:
    """`rows_of_pages` of one page."""
    (rows,) = rows_of_pages([raw_page_id], [entries])
    return rows


def rows_of_pages(raw_page_ids: Sequence[UUID], pages: Sequence[pa.Table]) -> Sequence[PageRows]:
    """Each page's entries, under core.records.ingestion.ENTRY_COLUMNS, ready to be staged.

    Encoded all at once: for a page alone it costs three times as much. Raises OverflowError for
    an amount beyond 64 bits of its last place.
    """
    counts = [page.num_rows for page in pages]
    entries = pa.concat_tables(pages).combine_chunks()
    said = encode_values(entries.select(COMPARED), _JSON)
    entries = _labelled(entries, said, raw_page_ids, counts)
    rows = as_rows(len(_COLUMNS), encode_values(entries.select(_TOLD), _JSON), said)
    keys = entries.select([*_KEYS, "records"])
    hashes = _key_hashes(entries)
    starts = np.cumsum([0, *counts]).tolist()
    return [
        PageRows(
            rows.slice(start, end - start),
            keys.slice(start, end - start),
            hashes[start:end],
            months_of(page),
            _dates(page),
        )
        for (start, end), page in zip(pairwise(starts), pages, strict=True)
    ]


def are_apart(pages: Sequence[PageRows]) -> bool:
    """Whether no entry is on two of the pages. A chance collision of hashes answers no."""
    hashes = np.concatenate([page.hashes for page in pages])
    return bool(np.unique(hashes).size == hashes.size)


async def stage_pages(
    connection: Connection, scope: TenantScope, run: RunRecord, pages: Sequence[PageRows]
) -> Stage:
    """Stage the keys of pages of days that were read before; of others, all."""
    dates = spanned(page.dates for page in pages)
    if dates is not None and await connection.fetchval(
        _WERE_READ, scope.tenant_id, run.connection_id, dates.since, dates.until
    ):
        await connection.execute(_STAGE)
        await _copy(connection, "stage_key", _keys(pages), (*_KEYS, "place"))
        return Stage(pages, is_keys=True)
    return await fill_stage(connection, pages)


async def fill_stage(connection: Connection, pages: Sequence[PageRows]) -> Stage:
    """Make `stage_entry` hold the pages' rows, until the transaction ends."""
    await connection.execute(_STAGE)
    await _stage_rows(connection, [page.rows for page in pages])
    return Stage(pages)


async def stage_changed(
    connection: Connection, scope: TenantScope, stage: Stage, dates: DateRange
) -> Sequence[Places]:
    """Stage whole rows where an entry is not known to be the same; called under the merge lock.

    Answers, page by page, which entries are the same.
    """
    found = await connection.fetchval(_SAME, scope.tenant_id, dates.since, dates.until)
    same = np.zeros(sum(len(page.rows) for page in stage.pages), dtype=bool)
    same[np.frombuffer(found or b"", dtype=">i4")] = True
    by_page = np.split(same, np.cumsum([len(page.rows) for page in stage.pages])[:-1])
    others = [
        page.rows.filter(pa.array(~places))
        for page, places in zip(stage.pages, by_page, strict=True)
    ]
    await _stage_rows(connection, others)
    return by_page


async def _stage_rows(connection: Connection, rows: Sequence[Any]) -> None:
    if any(len(each) for each in rows):
        await _copy(connection, "stage_entry", whole(rows), _COLUMNS)


async def _copy(connection: Connection, table: str, data: bytes, columns: Sequence[str]) -> None:
    await connection.copy_to_table(table, source=io.BytesIO(data), columns=columns, format="binary")


def _keys(pages: Sequence[PageRows]) -> bytes:
    keys = pa.concat_tables([page.keys for page in pages]).select(_KEYS)
    return encode(keys.append_column("place", pa.array(np.arange(len(keys), dtype=np.int32))))


def _labelled(
    entries: pa.Table, said: Any, raw_page_ids: Sequence[UUID], counts: Sequence[int]
) -> pa.Table:
    """`entries` with a digest of what each has `said`, and the page that it is on."""
    pages = pa.array([raw_page_id.bytes for raw_page_id in raw_page_ids], pa.binary(16))
    on = pages.take(pa.array(np.repeat(np.arange(len(counts)), counts), pa.int64()))
    content = pa.array(_digests(said), pa.binary(DIGEST_BYTES))
    return entries.append_column("content", content).append_column("raw_page_id", on)


def _digests(values: Any) -> list[bytes]:
    found: list[bytes] = []
    for chunk in values.chunks:
        data, at = bytes_of(chunk)
        found += [
            hashlib.blake2b(data[start:end], digest_size=DIGEST_BYTES).digest()
            for start, end in pairwise(at)
        ]
    return found


def _dates(entries: pa.Table) -> DateRange | None:
    found: Any = pc.min_max(entries["date"]).as_py()
    return DateRange(found["min"], found["max"]) if entries.num_rows else None


def _key_hashes(entries: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    digests: Any = entries["digest"].combine_chunks()
    words = np.frombuffer(digests.buffers()[1] or b"", dtype=np.uint64).reshape(-1, 2)
    halves = words[digests.offset :][: len(digests), 0]
    days = entries["date"].combine_chunks().cast(pa.int32()).to_numpy(zero_copy_only=False)
    return halves ^ (days.astype(np.uint64) * _SPREAD)


_KEYS = ("date", "digest", "content", "raw_page_id")
_TOLD = (
    *(column.name for column in ENTRY_COLUMNS if column.name not in COMPARED),
    *("content", "raw_page_id"),
)
_COLUMNS = (*_TOLD, *COMPARED)
# A merge of many pages sorts and hashes all of them; a generic plan would not see their number.
_STAGE = (
    "SET LOCAL work_mem = '64MB'; SET LOCAL plan_cache_mode = force_custom_plan; "
    "CREATE TEMPORARY TABLE IF NOT EXISTS stage_entry ("
    + ", ".join(f"{column.name} {STAGED_TYPES[column.kind]}" for column in ENTRY_COLUMNS)
    + ", content uuid, raw_page_id uuid) ON COMMIT DELETE ROWS; "
    "CREATE TEMPORARY TABLE IF NOT EXISTS stage_key (date date, digest uuid, content uuid,"
    " raw_page_id uuid, place int) ON COMMIT DELETE ROWS"
)
_WERE_READ = """
SELECT EXISTS (
    SELECT FROM day_reading
    WHERE tenant_id = $1 AND connection_id = $2 AND date BETWEEN $3 AND $4)
"""
_SAME = """
SELECT string_agg(int4send(k.place), '') FROM stage_key k
JOIN marketing_entry e ON e.tenant_id = $1 AND e.date = k.date AND e.digest = k.digest
    AND e.date BETWEEN $2 AND $3
WHERE e.is_present AND e.content = k.content
"""
