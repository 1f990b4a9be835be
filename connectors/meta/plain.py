"""Pages of Meta's insights that hold what was asked for, and nothing else, as Arrow columns."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import pyarrow as pa
import pyarrow.json

from connectors.meta.streams import ACTION_WINDOWS, STREAM
from core.records.connections import Source
from transform.normalise.columns import ArrowColumn
from transform.normalise.plain import NotPlain

_GLANCE: Final = 65_536
_NULL: Final = re.compile(rb"[:,\[]\s*null")
"""Of an action, which keeps what it has: a column cannot tell it from nothing at all."""


def plain_columns(bodies: Sequence[bytes]) -> tuple[Mapping[str, ArrowColumn], Sequence[int]]:
    """The fields of the pages' rows, one page after the other, and how many rows each page has.

    Raises NotPlain where a field is unknown, stands twice, has another type than the stream's
    contract says, or is missing.
    """
    # One page ends where the next begins, whatever is wrong with either: no text holds a line's
    # end, and no value of JSON goes on with a brace behind a brace.
    if not all(body.startswith(b"{") and body.rstrip().endswith(b"}") for body in bodies):
        raise NotPlain
    whole = b"\n".join(bodies)
    if not _is_text(whole) or _has_null(whole):
        raise NotPlain
    pages = _pages(whole)
    if len(pages) != len(bodies) or pages.null_count:
        raise NotPlain
    rows: Any = pages.flatten()
    columns = dict(zip(_STREAM.fields, rows.flatten(), strict=True))
    if any(columns[name].null_count for name in _STREAM.required):
        raise NotPlain
    return columns, pages.value_lengths().to_pylist()


def _is_text(body: bytes) -> bool:
    """Arrow takes bytes that are no UTF-8."""
    try:
        return body.isascii() or bool(body.decode())
    except UnicodeDecodeError:
        return False


def _has_null(body: bytes) -> bool:
    return b"null" in body and _NULL.search(body) is not None


def _pages(body: bytes) -> Any:
    """The pages' lists of rows.

    Of ten actions a row, a window that none of them has costs as much as a field that all have:
    those that the first rows have are mostly all there are.
    """
    windows = _windows(body[:_GLANCE])
    try:
        return _read(body, windows)
    except pa.ArrowInvalid as error:
        more = _windows(body)
        if more == windows:
            raise NotPlain from error
    try:
        return _read(body, more)
    except pa.ArrowInvalid as error:
        raise NotPlain from error


def _windows(text: bytes) -> tuple[str, ...]:
    return tuple(name for name in ACTION_WINDOWS if name.encode() in text)


def _read(body: bytes, windows: tuple[str, ...]) -> Any:
    found = pa.json.read_json(
        io.BytesIO(body),
        pa.json.ReadOptions(use_threads=False, block_size=len(body) + 1),
        pa.json.ParseOptions(explicit_schema=_schema(windows), unexpected_field_behavior="error"),
    )
    return found["data"].combine_chunks()


def _texts(*names: str) -> list[pa.Field[Any]]:
    return [pa.field(name, pa.string()) for name in names]


@cache
def _schema(windows: tuple[str, ...]) -> pa.Schema:
    """A page whose actions have no other than these windows."""
    actions = pa.list_(pa.struct(_texts("action_type", "value", *windows)))
    types = {"string": pa.string(), "array": actions}
    row = pa.struct([pa.field(name, types[kind]) for name, kind in _STREAM.fields.items()])
    cursors = pa.field("cursors", pa.struct(_texts("before", "after")))
    paging = pa.struct([cursors, *_texts("next", "previous")])
    return pa.schema({"data": pa.list_(row), "paging": paging})


_STREAM: Final = next(each for each in Source("META_ADS").manifest.streams if each.name == STREAM)
