"""JSON arrays and NDJSON as tables: the headers are all keys, in order of first appearance."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from connectors.file.encodings import CHUNK_BYTES, choose_encoding, declared_encoding
from connectors.file.flat import flat
from connectors.file.headers import headers_of
from connectors.file.json_stream import DECODER, JSONStream
from connectors.file.kept_rows import keep_rows, kept_rows
from connectors.file.lines import RecodedLine, UndecodableLine, decoded_lines
from connectors.file.rows import Refusal, Row, Table
from core.commands import FileOptions
from core.errors import BadInput
from core.jsonvalue import JSONValue

KEYS_LIMIT = 5000
TEXT_LIMIT = 1000
"""How much is kept of a record that is none."""

_MEND = "write one JSON object of plain values for each record"
Record = tuple[int, Mapping[str, str | None] | Refusal, str, bool]
"""A record's number, itself or what is wrong with it, its text when it is refused, recoded."""


def open_json(path: Path, options: FileOptions, spool: Path) -> Table:
    """A JSON document that is an array of objects or holds one under the key `data`.

    `spool` does not exist yet; records are kept there as long as the table is in use.
    """
    encoding = declared_encoding(path, options.encoding)
    return _table("json", encoding, _array_records(path, encoding), spool)


def open_ndjson(path: Path, options: FileOptions, spool: Path) -> Table:
    """One JSON object a line; see `open_json`."""
    encoding = choose_encoding(path, options.encoding)
    return _table("ndjson", encoding.label, _line_records(decoded_lines(path, encoding)), spool)


def _table(name: str, encoding: str, records: Iterator[Record], spool: Path) -> Table:
    keys: dict[str, None] = {}
    keep_rows(_rows(records, keys), spool)
    if not keys:
        raise BadInput("the file holds no records", field="file", mend=_MEND)
    headers = headers_of(tuple(keys))

    def read() -> Iterator[Row]:
        return kept_rows(spool, len(headers.keys))

    return Table(name, headers, {"encoding": encoding}, read, is_typed=True)


def _rows(records: Iterator[Record], keys: dict[str, None]) -> Iterator[Row]:
    """Records as rows; `keys` grows by those that a record brings first."""
    for number, record, text, recoded in records:
        if isinstance(record, Refusal):
            yield Row(number, [text], record)
            continue
        if not keys.keys() >= record.keys():
            keys.update(dict.fromkeys(record))
            _refuse_many(keys)
        yield Row(number, [record.get(key) for key in keys], None, recoded)


def _refuse_many(keys: Mapping[str, None]) -> None:
    if len(keys) > KEYS_LIMIT:
        raise BadInput(
            f"the records have more than {KEYS_LIMIT} different keys", field="file", mend=_MEND
        )


def _array_records(path: Path, encoding: str) -> Iterator[Record]:
    values = JSONStream(_pieces(path, encoding), encoding).records()
    for number, value in enumerate(values, start=1):
        if isinstance(value, dict):
            yield number, flat(value), "", False
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield number, Refusal("row", "is no JSON object", _MEND), text[:TEXT_LIMIT], False


def _pieces(path: Path, encoding: str) -> Iterator[str]:
    """The text in pieces; BadInput naming the byte at which it cannot be decoded."""
    with path.open(encoding=encoding, newline="") as file:
        try:
            while piece := file.read(CHUNK_BYTES):
                yield piece
        except UnicodeError as error:
            raise BadInput(
                f"the file is not {encoding}: {error}",
                field="encoding",
                mend="save it again as UTF-8, or give the encoding it is in",
            ) from error


def _line_records(lines: Iterator[str]) -> Iterator[Record]:
    for number, line in enumerate(lines, start=1):
        if isinstance(line, UndecodableLine):
            reason = "is neither in the file's encoding nor in Windows-1252"
            yield (
                number,
                Refusal("row", reason, "save the file again as UTF-8"),
                line.strip(),
                False,
            )
        elif line and not line.isspace():
            record = _line_record(line)
            text = line.strip() if isinstance(record, Refusal) else ""
            yield number, record, text, isinstance(line, RecodedLine)


def _line_record(line: str) -> Mapping[str, str | None] | Refusal:
    try:
        value: JSONValue = DECODER.decode(line)
    except json.JSONDecodeError as error:
        return Refusal("row", f"is broken JSON at column {error.colno}: {error.msg}", _MEND)
    except RecursionError:
        return Refusal("row", "is nested too deeply", _MEND)
    if not isinstance(value, dict):
        return Refusal("row", "is no JSON object", _MEND)
    return flat(value)
