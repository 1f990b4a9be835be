"""Pages of Meta's insights that hold what was asked for, and nothing else, as Arrow columns."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.json

from connectors.meta.streams import ACTION_WINDOWS, STREAM
from core.records.connections import Source
from transform.normalise.columns import ArrowColumn
from transform.normalise.plain import NotPlain

_NULL: Final = re.compile(rb"[:,\[]\s*null")
"""Of an action, which keeps what it has: a column cannot tell it from nothing at all."""


def plain_columns(body: bytes) -> tuple[Mapping[str, ArrowColumn], int]:
    """The fields of a page's rows, and how many rows there are.

    Raises NotPlain where a field is unknown, stands twice, has another type than the stream's
    contract says, or is missing.
    """
    if not body.startswith(b"{") or not _is_text(body) or _has_null(body):
        raise NotPlain
    rows = _rows(body)
    columns = dict(zip(_STREAM.fields, rows.flatten(), strict=True))
    if any(columns[name].null_count for name in _STREAM.required):
        raise NotPlain
    return columns, len(rows)


def _is_text(body: bytes) -> bool:
    """Arrow takes bytes that are no UTF-8."""
    try:
        return body.isascii() or bool(body.decode())
    except UnicodeDecodeError:
        return False


def _has_null(body: bytes) -> bool:
    return b"null" in body and _NULL.search(body) is not None


def _rows(body: bytes) -> Any:
    try:
        found = pa.json.read_json(
            io.BytesIO(body),
            pa.json.ReadOptions(use_threads=False, block_size=len(body) + 1),
            pa.json.ParseOptions(explicit_schema=_PAGE, unexpected_field_behavior="error"),
        )
    except pa.ArrowInvalid as error:
        raise NotPlain from error
    data: Any = found["data"].combine_chunks()
    if len(data) != 1 or data.null_count:
        raise NotPlain
    return data.flatten()


def _texts(*names: str) -> list[pa.Field[Any]]:
    return [pa.field(name, pa.string()) for name in names]


_ACTIONS: Final = pa.list_(pa.struct(_texts("action_type", "value", *ACTION_WINDOWS)))
_STREAM: Final = next(each for each in Source("META_ADS").manifest.streams if each.name == STREAM)
_TYPES: Final = {"string": pa.string(), "array": _ACTIONS}
_ROW: Final = pa.struct([pa.field(name, _TYPES[kind]) for name, kind in _STREAM.fields.items()])
_CURSORS: Final = pa.field("cursors", pa.struct(_texts("before", "after")))
_PAGE: Final = pa.schema(
    {
        "data": pa.list_(_ROW),
        "paging": pa.struct([_CURSORS, *_texts("next", "previous")]),
    }
)
