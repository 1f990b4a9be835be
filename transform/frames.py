"""Column contracts of the frames that cross a floor, and the digests that name their rows."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core.digests import BETWEEN, CAMPAIGN, DIGEST_BYTES, MISSING, digest, joined
from core.errors import Bug
from core.records.drift import Drift
from core.records.ingestion import CAMPAIGN_COLUMNS, ENTRY_COLUMNS, Column, Rejection
from core.units import MONEY_SCALE

Ints: TypeAlias = npt.NDArray[np.int64]

ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "date": pa.date32(),
    "integer": pa.int64(),
    "amount": pa.decimal128(20, MONEY_SCALE),
    "number": pa.string(),
    "json": pa.string(),
    "digest": pa.binary(DIGEST_BYTES),
    "truth": pa.bool_(),
}


def arrow_schema(columns: Sequence[Column]) -> pa.Schema:
    """The Arrow schema of a contract; required columns are not nullable."""
    return pa.schema(
        [pa.field(c.name, ARROW_TYPES[c.kind], nullable=not c.is_required) for c in columns]
    )


ENTRY_SCHEMA = arrow_schema(ENTRY_COLUMNS)
CAMPAIGN_SCHEMA = arrow_schema(CAMPAIGN_COLUMNS)


def conforming(frame: pa.Table, schema: pa.Schema) -> pa.Table:
    """`frame`, which crosses a floor; Bug unless it is as its contract has it."""
    if frame.schema.names != schema.names:
        raise Bug(f"a frame has columns {frame.schema.names} instead of {schema.names}")
    for field, column in zip(schema, frame.columns, strict=True):
        if column.type != field.type:
            raise Bug(f"the column {field.name} is of type {column.type}, not {field.type}")
        if column.null_count and not field.nullable:
            raise Bug(f"the column {field.name} has no value in {column.null_count} rows")
    return frame


@dataclass(frozen=True, slots=True)
class NormalisedPage:
    """One raw page as entries. `fetched` records = Σ `records` of entries + rejections.

    `owners`, of a replay alone: for each replayed record the entry it is in; None: rejected.
    `drift`: how records are not as expected; `is_frozen`: for that, none of them may go in.
    `media`: each entry's utm_medium, where the source says one. `channel_rules`: for each entry
    the place of the channel rule that labelled it, -1 where none did; None: there are no rules.
    """

    entries: pa.Table
    campaigns: pa.Table
    rejections: tuple[Rejection, ...]
    fetched: int
    owners: tuple[int | None, ...] = ()
    drift: tuple[Drift, ...] = ()
    is_frozen: bool = False
    media: Any = None
    channel_rules: Ints | None = None


def numbered(column: Any) -> tuple[Ints, int]:
    """Each value's number, in the order in which they first appear, and how many there are."""
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return encoded.indices.to_numpy().astype(np.int64), len(encoded.dictionary)


def digests(*parts: Iterable[str | None]) -> list[bytes]:
    """A 128-bit digest for each row of parallel text columns; None differs from ''."""
    return [_digest(row) for row in zip(*parts, strict=True)]


def digest_column(*parts: Any, breakdowns: Sequence[Any] = (), nulls: str = "replace") -> Any:
    """`digests` of Arrow columns of text, each distinct row hashed once.

    `breakdowns` count only in rows where one of them is set: other rows have the digest that
    they had before there were any.
    """
    texts = _joined(parts, nulls)
    if any(column.null_count < len(column) for column in breakdowns):
        is_broken = functools.reduce(pc.or_, (column.is_valid() for column in breakdowns))
        texts = pc.if_else(is_broken, _joined((texts, *breakdowns), nulls), texts)
    distinct = texts.dictionary_encode()
    found = [_hashed(text) for text in distinct.dictionary.to_pylist()]
    return pa.array(found, ARROW_TYPES["digest"]).take(distinct.indices)


def campaign_digest_column(*parts: Any) -> Any:
    """`campaign_digests` of Arrow columns of text."""
    return digest_column(pa.scalar(CAMPAIGN), *parts, nulls="emit_null")


def _digest(row: tuple[str | None, ...]) -> bytes:
    return _hashed(joined(row))


_join: Any = pc.binary_join_element_wise


def _joined(parts: Sequence[Any], nulls: str) -> Any:
    return _join(*parts, pa.scalar(BETWEEN), null_handling=nulls, null_replacement=MISSING)


@functools.lru_cache(maxsize=32_768)
def _hashed(text: str) -> bytes:
    """Remembered, for each day of an account names the same entities again."""
    return digest(text)


def campaign_digests(
    source: Iterable[str], account_id: Iterable[str], campaign_id: Iterable[str | None]
) -> list[bytes | None]:
    """The digest that names each row's campaign; None where there is none."""
    rows = zip(source, account_id, campaign_id, strict=True)
    return [None if row[2] is None else _digest((CAMPAIGN, *row)) for row in rows]


IDENTITY = ("source", "account_id", "level", "entity_id", "date_basis", "attribution_setting")
"""What an entry is told by, beside its date; where it is broken down, by BREAKDOWNS too.

An order is not: its country and geo are labels.
"""

BREAKDOWNS = ("country", "geo", "device")


def entry_digests(columns: Mapping[str, Sequence[str | None]]) -> list[bytes]:
    """The digest of each entry's natural key but its date, which stands beside it.

    `columns` has IDENTITY, and those of BREAKDOWNS that the entries have.
    """
    rows = len(columns[IDENTITY[0]])

    def column(name: str) -> Any:
        return pa.array(columns.get(name, [None] * rows), pa.string())

    broken = [column(name) for name in BREAKDOWNS]
    found: list[bytes] = digest_column(*map(column, IDENTITY), breakdowns=broken).to_pylist()
    return found
