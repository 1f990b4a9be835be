"""Attribution rows as Arrow batches: COPY's text, parsed by Arrow, never a Python row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv

from core.records.attribution import AttributionDefinition
from stores.postgres.attribution_query import MEASURES, RowsQuery, key_columns
from stores.postgres.database import Connection

BATCH_BYTES: Final = 4_000_000
_AHEAD: Final = 2
"""Batches that may wait for whoever reads them."""
_LONGEST_SECONDS: Final = 6 * 3600.0

_MOMENT: Final = 'YYYY-MM-DD HH24:MI:SS.US"Z"'
_AMOUNT: Final = pa.decimal128(38, 6)
_TYPES: Final[dict[str, pa.DataType]] = {
    "time": pa.date32(),
    "until": pa.date32(),
    "entries": pa.int64(),
    "days": pa.int64(),
    "spend": _AMOUNT,
    "impressions": pa.int64(),
    "clicks": pa.int64(),
    "link_clicks": pa.int64(),
    "reach": pa.int64(),
    "conversions": _AMOUNT,
    "conversion_value": _AMOUNT,
    "unconverted": pa.int64(),
    "is_mature": pa.bool_(),
    "is_partial": pa.bool_(),
    "quality": pa.float64(),
    "learned_at": pa.timestamp("us", "UTC"),
}


def stream_schema(definition: AttributionDefinition) -> pa.Schema:
    """Columns of a batch: time, until, the key's parts, the measures.

    Parts of the key are text (ids in their canonical form) and null where they are not told,
    amounts decimal128(38, 6). `value`, the sum of a series, is text: every digit of it.
    """
    names = ["time", "until", *(key.name for key in key_columns(definition)), *MEASURES]
    return pa.schema([(name, _TYPES.get(name, pa.string())) for name in names])


def stream_query(query: RowsQuery, definition: AttributionDefinition) -> str:
    """The rows of `query` in the columns and the order of a stream."""
    columns = ", ".join(map(_column, stream_schema(definition).names))
    return f"SELECT {columns} FROM {query.relation}"


async def copied(
    connection: Connection, query: RowsQuery, definition: AttributionDefinition
) -> AsyncIterator[pa.RecordBatch]:
    """The rows of `query`, sorted by their key, in batches of about BATCH_BYTES of text."""
    schema = stream_schema(definition)
    values = query.conditions.values
    async with _texts(connection, stream_query(query, definition), values) as texts:
        async for text in texts:
            table = await asyncio.to_thread(_parsed, text, schema)
            for batch in table.combine_chunks().to_batches():
                yield batch


def _column(name: str) -> str:
    if name == "learned_at":
        return f"to_char(a.{name} AT TIME ZONE 'UTC', '{_MOMENT}') AS {name}"
    return f"a.{name}"


@asynccontextmanager
async def _texts(
    connection: Connection, query: str, values: list[Any]
) -> AsyncIterator[AsyncIterator[bytes]]:
    """COPY's output in pieces of whole rows, no more of them ahead than `_AHEAD`."""
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue(_AHEAD)
    pending = bytearray()

    async def take(data: bytes) -> None:
        # Postgres sends each row whole, and what arrives here ends where a row does.
        pending.extend(data)
        if len(pending) >= BATCH_BYTES:
            await pieces.put(bytes(pending))
            pending.clear()

    async def copy() -> None:
        try:
            await connection.copy_from_query(
                query, *values, output=take, format="csv", timeout=_LONGEST_SECONDS
            )
            if pending:
                await pieces.put(bytes(pending))
        finally:
            await pieces.put(None)

    task = asyncio.create_task(copy())
    try:
        yield _until_end(pieces, task)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until_end(
    pieces: asyncio.Queue[bytes | None], task: asyncio.Task[None]
) -> AsyncIterator[bytes]:
    while (piece := await pieces.get()) is not None:
        yield piece
    await task


def _parsed(text: bytes, schema: pa.Schema) -> pa.Table:
    return pa.csv.read_csv(
        BytesIO(text),
        read_options=pa.csv.ReadOptions(column_names=schema.names, use_threads=False),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
