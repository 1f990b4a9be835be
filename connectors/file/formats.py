"""Which format a file is in, by what it holds; its name only settles what content cannot."""

from __future__ import annotations

import json
import zipfile
from enum import StrEnum
from pathlib import Path

from connectors.file.encodings import head_text
from core.errors import BadInput

HEAD_BYTES = 65_536
FORMATS = "CSV, TSV, JSON, NDJSON, XLSX or Parquet"


class FileFormat(StrEnum):
    """The formats that can be read."""

    DELIMITED = "csv"
    JSON = "json"
    NDJSON = "ndjson"
    XLSX = "xlsx"
    PARQUET = "parquet"


_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3", "a database"),
)
_SUFFIXES = {
    ".xlsx": (FileFormat.XLSX, "an XLSX workbook: it is no zip archive"),
    ".parquet": (FileFormat.PARQUET, "a Parquet file: it does not begin with PAR1"),
}


def file_format(path: Path, filename: str) -> FileFormat:
    """The format of the file at `path`; BadInput when it is empty or none that can be read."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip():
        raise BadInput("the file is empty", field="file", mend="upload a file that holds rows")
    if head.startswith(b"PAR1"):
        return FileFormat.PARQUET
    if head.startswith(b"PK\x03\x04"):
        return _workbook(path)
    _refuse_others(head, filename)
    return _text_format(head, filename)


def _workbook(path: Path) -> FileFormat:
    if not zipfile.is_zipfile(path):
        raise unreadable("an XLSX workbook: its archive is broken or cut short")
    with zipfile.ZipFile(path) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            raise unreadable("an XLSX workbook but another zip archive")
    return FileFormat.XLSX


def _refuse_others(head: bytes, filename: str) -> None:
    for magic, name in _MAGIC:
        if head.startswith(magic):
            raise BadInput(
                f"the file is {name}", field="file", mend=f"save it as {FORMATS} and upload that"
            )
    expected = _SUFFIXES.get(Path(filename).suffix.lower())
    if expected is not None:
        raise unreadable(expected[1])


def _text_format(head: bytes, filename: str) -> FileFormat:
    text = head_text(head).lstrip()
    suffix = Path(filename).suffix.lower()
    if suffix in {".ndjson", ".jsonl"}:
        return FileFormat.NDJSON
    if text.startswith("[") and (suffix == ".json" or text[1:].lstrip()[:1] in {"{", "]"}):
        return FileFormat.JSON
    if text.startswith("{"):
        return _object_format(text)
    if suffix == ".json":
        raise unreadable("JSON: it begins with neither [ nor {")
    return FileFormat.DELIMITED


def _object_format(text: str) -> FileFormat:
    first, _, rest = text.partition("\n")
    try:
        value = json.loads(first)
    except ValueError:
        return FileFormat.JSON
    holds_rows = isinstance(value, dict) and any(isinstance(v, list) for v in value.values())
    return FileFormat.JSON if holds_rows and not rest.strip() else FileFormat.NDJSON


def unreadable(what: str) -> BadInput:
    """The error that the file is not `what` its name or its first bytes promise."""
    return BadInput(
        f"the file is not {what}", field="file", mend=f"save it again as {FORMATS} and upload that"
    )
