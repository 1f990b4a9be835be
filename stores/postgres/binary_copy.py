"""Arrow columns as PostgreSQL's binary COPY format, without a Python loop over rows.

Format: https://www.postgresql.org/docs/18/sql-copy.html#id-1.9.3.55.9.4 (a header, then for
each row a field count and for each field its length and bytes, big-endian; length -1 is null).
Amounts (decimal128) travel as int8 in units of their last decimal place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_POSTGRES_EPOCH_DAYS = 10957
_JSONB_VERSION = pa.scalar("\x01")
_NOTHING = pa.scalar("")
_NO_BYTES = pa.scalar(b"")
_ROWS = 8_000
"""Encoded at once: an Arrow array holds no more than 2 GiB of text."""

_join: Any = pc.binary_join_element_wise

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Grid = npt.NDArray[np.uint8]
"""Bytes of the same width for each row."""
Piece: TypeAlias = "Grid | pa.Array[Any]"
"""What each row has next: as many bytes as the others, or its own text, empty for null."""


def encode(table: pa.Table, json_columns: frozenset[str] = frozenset()) -> bytes:
    """`table` in binary COPY format, columns in order; `json_columns` go as jsonb.

    Supports string, int64, int32, date32, decimal128, fixed-size binary and bool. Raises
    OverflowError for an amount beyond 64 bits of its last place.
    """
    return whole([as_rows(len(table.column_names), encode_values(table, json_columns))])


def encode_values(table: pa.Table, json_columns: frozenset[str] = frozenset()) -> Any:
    """Each row's values in their order, to be made a part of its bytes by `as_rows`."""
    starts = range(0, table.num_rows, _ROWS)
    slices = [_values(table.slice(start, _ROWS), json_columns) for start in starts]
    return pa.chunked_array(slices, pa.binary())


def as_rows(columns: int, *parts: Any) -> Any:
    """Each row's bytes: `parts` of `encode_values` have its `columns`, in their order."""
    count = pa.scalar(columns.to_bytes(2, "big"), pa.binary())
    slices = zip(*(part.chunks for part in parts), strict=True)
    return pa.chunked_array([_join(count, *each, _NO_BYTES) for each in slices], pa.binary())


def _values(table: pa.Table, json_columns: frozenset[str]) -> Any:
    pieces: list[Piece] = []
    for name in table.column_names:
        pieces += _pieces(table[name].combine_chunks(), is_json=name in json_columns)
    return _join(*_joined(pieces), _NO_BYTES)


def whole(rows: Iterable[Any]) -> bytes:
    """Encoded rows as one COPY."""
    chunks = (bytes_of(chunk) for each in rows for chunk in each.chunks)
    return b"".join((_HEADER, *(data for data, _ in chunks), _TRAILER))


def bytes_of(rows: Any) -> tuple[memoryview, Sequence[int]]:
    """An array's values one after the other, and where each begins, and the last one ends."""
    _, offsets, data = rows.buffers()
    if not len(rows):
        return memoryview(b""), [0]
    at = np.frombuffer(offsets, np.int32)[rows.offset : rows.offset + len(rows) + 1]
    return memoryview(data)[at[0] : at[-1]], (at - at[0]).tolist()


def _joined(pieces: Iterable[Piece]) -> Iterator[Any]:
    """Arrow columns; grids that stand beside each other are one."""
    for is_grid, group in groupby(pieces, lambda piece: isinstance(piece, np.ndarray)):
        if is_grid:
            yield _column(np.concatenate(list(group), axis=1))
        else:
            yield from group


def _column(grid: Grid) -> Any:
    offsets = np.arange(len(grid) + 1, dtype=np.int32) * np.int32(grid.shape[1])
    return _binary(offsets, grid)


def _binary(offsets: Any, data: Any) -> Any:
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.binary(), len(offsets) - 1, buffers)


def _repeated(data: bytes, rows: int) -> Grid:
    return np.broadcast_to(np.frombuffer(data, dtype=np.uint8), (rows, len(data)))


def _pieces(array: Any, *, is_json: bool) -> list[Piece]:
    """Each value behind its length."""
    if array.null_count == len(array):
        return [_repeated(_NULL, len(array))]
    if pa.types.is_string(array.type):
        return _variable(array, is_json=is_json)
    data, width = _fixed(array.drop_null())
    grid = data.reshape(-1, width)
    if not array.null_count:
        return [_repeated(width.to_bytes(4, "big"), len(array)), grid]
    lengths = np.where(np.asarray(array.is_valid()), width, -1)
    ends = np.concatenate(([0], np.cumsum(np.maximum(lengths, 0)))).astype(np.int32)
    return [_big_endian(lengths), _binary(ends, grid)]


def _variable(array: Any, *, is_json: bool) -> list[Piece]:
    if is_json:
        array = _join(_JSONB_VERSION, array, _NOTHING)
    lengths = pc.binary_length(array).fill_null(-1).to_numpy(zero_copy_only=False)
    texts = pc.fill_null(array, _NOTHING).view(pa.binary())
    return [_big_endian(lengths), texts]


def _big_endian(lengths: npt.NDArray[Any]) -> Grid:
    return lengths.astype(">i4").view(np.uint8).reshape(-1, 4)


def _fixed(present: Any) -> tuple[Bytes, int]:
    kind = present.type
    if pa.types.is_date32(kind):
        days = present.cast(pa.int32()).to_numpy(zero_copy_only=False) - _POSTGRES_EPOCH_DAYS
        return days.astype(">i4").view(np.uint8), 4
    if pa.types.is_decimal128(kind):
        return _unscaled(present).astype(">i8").view(np.uint8), 8
    if pa.types.is_fixed_size_binary(kind):
        width = kind.byte_width
        whole = np.frombuffer(present.buffers()[1] or b"", dtype=np.uint8)
        return whole[present.offset * width :][: len(present) * width], width
    if pa.types.is_boolean(kind):
        return present.cast(pa.uint8()).to_numpy(zero_copy_only=False), 1
    return _integer(present)


def _integer(present: Any) -> tuple[Bytes, int]:
    width = present.type.bit_width // 8
    values = present.to_numpy(zero_copy_only=False)
    return values.astype(f">i{width}").view(np.uint8), width


def _unscaled(present: Any) -> Ints:
    words = np.frombuffer(present.buffers()[1] or b"", dtype=np.int64).reshape(-1, 2)
    words = words[present.offset :][: len(present)]
    low, high = words[:, 0], words[:, 1]
    if not np.array_equal(high, low >> 63):
        message = "an amount is too large to be stored"
        raise OverflowError(message)
    return low
