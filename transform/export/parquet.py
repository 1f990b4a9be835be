"""Parquet whose bytes follow from its rows alone.

Nothing is compressed, for libraries of compression change their output between versions. What a
writer says of itself is overwritten, and every choice that it would make by default is made here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import Bug

FORMAT: Final = b"format"
"""What of a schema's metadata says who wrote it; without it, it is a causal export."""
_CREATED_BY: Final = b"%b version 1.0.0 (build 1)"
_CAUSAL: Final = b"liftos-causal-export"
_ORIGINAL: Final = b"parquet-cpp-arrow version "
_MAGIC: Final = b"PAR1"
_TAIL: Final = 8
_LONGEST: Final = 128
"""A text shorter than this has its length in one byte before it (Thrift's compact protocol)."""


@contextmanager
def parquet_file(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """A new file, with a row group for each batch; it is whole once the context has ended.

    The schema's metadata stands in its footer, as texts by key.
    """
    texts = [each.name for each in schema if pa.types.is_string(each.type)]
    writer = pq.ParquetWriter(
        path,
        schema,
        version="2.6",
        data_page_version="1.0",
        compression="none",
        use_dictionary=texts,  # type: ignore[arg-type]  # the stubs know no list
        dictionary_pagesize_limit=1 << 20,
        data_page_size=1 << 20,
        write_statistics=True,
        write_page_index=False,
        write_page_checksum=False,
        store_schema=False,
    )
    told: dict[bytes, bytes] = schema.metadata or {}
    with writer:
        if told:
            writer.add_key_value_metadata({key.decode(): told[key].decode() for key in told})
        yield writer
    with path.open("r+b") as file:
        _sign(file, _CREATED_BY % told.get(FORMAT, _CAUSAL))


def _sign(file: BinaryIO, name: bytes) -> None:
    """Put our name in the place of the writer's, which holds its version."""
    end = file.seek(0, 2)
    file.seek(end - _TAIL)
    length = int.from_bytes(file.read(4), "little")
    start = file.seek(end - _TAIL - length)
    footer = _signed(file.read(length), name)
    file.seek(start)
    file.write(footer + len(footer).to_bytes(4, "little") + _MAGIC)
    file.truncate()


def _signed(footer: bytes, name: bytes) -> bytes:
    at = footer.rfind(_ORIGINAL)
    size = footer[at - 1] if at > 0 else _LONGEST
    if size >= _LONGEST or len(_ORIGINAL) >= size:
        raise Bug("the footer of a Parquet file does not say who wrote it")
    return footer[: at - 1] + bytes([len(name)]) + name + footer[at + size :]
