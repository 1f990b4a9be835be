"""Arrow columns as PostgreSQL's binary COPY format, without a Python loop over rows.

Format: https://www.postgresql.org/docs/18/sql-copy.html#id-1.9.3.55.9.4 (a header, then for
each row a field count and for each field its length and bytes, big-endian; length -1 is null).
Amounts (decimal128) travel as int8 in units of their last decimal place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_POSTGRES_EPOCH_DAYS = 10957
_ROWS = 2_000
"""Encoded at once: the working arrays of more rows outgrow the processor's caches."""

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Field:
    """One column: each row's length (-1 null) and the bytes of the rows that are not null."""

    lengths: Ints
    data: Bytes


def encode(table: pa.Table, json_columns: frozenset[str] = frozenset()) -> bytes:
    """`table` in binary COPY format, columns in order; `json_columns` go as jsonb.

    Supports string, int64, int32, date32, decimal128, fixed-size binary and bool. Raises
    OverflowError for an amount beyond 64 bits of its last place.
    """
    return whole([encode_rows(table, json_columns)])


def encode_rows(table: pa.Table, json_columns: frozenset[str]) -> bytes:
    """The rows alone, to be made `whole` with others of the same columns."""
    slices = (table.slice(start, _ROWS) for start in range(0, table.num_rows, _ROWS))
    return b"".join(_rows(each, json_columns) for each in slices)


def whole(rows: Iterable[bytes]) -> bytes:
    """Encoded rows as one COPY."""
    return b"".join((_HEADER, *rows, _TRAILER))


def _rows(table: pa.Table, json_columns: frozenset[str]) -> bytes:
    fields = [
        _field(table.column(name).combine_chunks(), is_json=name in json_columns)
        for name in table.column_names
    ]
    return _assemble(fields, table.num_rows)


def _assemble(fields: list[_Field], rows: int) -> bytes:
    sizes = [np.maximum(field.lengths, 0) for field in fields]
    row_sizes = np.full(rows, 2 + 4 * len(fields), dtype=np.int64) + sum(sizes)
    ends = np.cumsum(row_sizes)
    out = np.empty(int(ends[-1]), dtype=np.uint8)
    cursor = ends - row_sizes
    _write_fixed(out, cursor, np.full(rows, len(fields), dtype=">i2").view(np.uint8), 2)
    cursor += 2
    for field, size in zip(fields, sizes, strict=True):
        _write_fixed(out, cursor, field.lengths.astype(">i4").view(np.uint8), 4)
        cursor += 4
        _write_values(out, cursor, field)
        cursor += size
    return out.tobytes()


def _write_fixed(out: Bytes, starts: Ints, data: Bytes, width: int) -> None:
    out[starts[:, None] + np.arange(width)] = data.reshape(-1, width)


def _write_values(out: Bytes, cursor: Ints, field: _Field) -> None:
    present = field.lengths >= 0
    lengths = field.lengths[present]
    if not lengths.size:
        return
    shift = cursor[present] - (np.cumsum(lengths) - lengths)
    out[np.repeat(shift, lengths) + np.arange(field.data.size)] = field.data


def _field(array: Any, *, is_json: bool) -> _Field:
    valid = np.asarray(array.is_valid())
    present = array.drop_null()
    if pa.types.is_string(array.type):
        text = pc.binary_join_element_wise("\x01", present, "") if is_json else present
        return _variable(valid, text)
    data, width = _fixed(present)
    return _Field(np.where(valid, width, -1).astype(np.int64), data)


def _variable(valid: npt.NDArray[np.bool_], present: Any) -> _Field:
    lengths = np.full(valid.size, -1, dtype=np.int64)
    if not len(present):
        return _Field(lengths, np.empty(0, dtype=np.uint8))
    _, offset_buffer, data_buffer = present.buffers()
    offsets = np.frombuffer(offset_buffer, dtype=np.int32)[present.offset :][: len(present) + 1]
    lengths[valid] = np.diff(offsets)
    data = np.frombuffer(data_buffer or b"", dtype=np.uint8)[offsets[0] : offsets[-1]]
    return _Field(lengths, data)


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
