"""Which encoding a text file is in, decided over all of its bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import chardet

from core.errors import BadInput

FALLBACK = "cp1252"
CHUNK_BYTES = 1 << 20
LINE_BYTES = 16 << 20
SAMPLE_BYTES = 1 << 18

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WESTERN = {"iso8859-1", "ascii", "windows-1252", "cp1252", "iso8859-15"}
_SURE = 0.5
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_FOREIGN_RUN = re.compile(rb"[\x80-\xff]{3,}")
_HIGH = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec, and whether some lines are not in it and are tried as Windows-1252."""

    name: str
    is_mixed: bool

    @property
    def label(self) -> str:
        """The name that a page's request shows."""
        return f"{self.name}+{FALLBACK}" if self.is_mixed else self.name


def choose_encoding(path: Path, wanted: str | None) -> Encoding:
    """`wanted` if given, else what the byte order mark says, else UTF-8, else the likeliest."""
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    name = _named(head, wanted)
    if name is None or not name.startswith(("utf-16", "utf-32")):
        _refuse_binary(head)
    if name is not None:
        return _checked(path, name)
    if _is_valid(path, "utf-8"):
        return Encoding("utf-8", is_mixed=False)
    return _legacy(path)


def declared_encoding(path: Path, wanted: str | None) -> str:
    """The codec that was asked for or that a byte order mark names; else UTF-8, as JSON is."""
    with path.open("rb") as file:
        head = file.read(CHUNK_BYTES)
    return _named(head, wanted) or "utf-8"


def head_text(head: bytes) -> str:
    """The beginning of a file as text, as far as its encoding shows there."""
    return head.decode(_named(head, None) or "utf-8", errors="replace")


def _named(head: bytes, wanted: str | None) -> str | None:
    """The codec that was asked for, with its byte order mark if there is one; else the mark's."""
    marked = _marked(head)
    if wanted is None:
        return marked or _wide(head)
    name = _codec(wanted)
    is_marked = marked is not None and marked.startswith(name.removesuffix("-le"))
    return marked if is_marked else name


def _checked(path: Path, name: str) -> Encoding:
    is_valid = _is_valid(path, name)
    if not is_valid and name.startswith(("utf-16", "utf-32")):
        raise BadInput(
            f"the file is not valid {name}: it is broken or cut short",
            field="encoding",
            mend="save it again as UTF-8, or give the encoding it is in",
        )
    return Encoding(name, is_mixed=not is_valid)


def _codec(name: str) -> str:
    try:
        codec = codecs.lookup(name).name
        "".encode(codec)
    except (LookupError, ValueError) as error:
        raise BadInput(
            f"{name!r} is not a text encoding", field="encoding", mend="use a name like utf-8"
        ) from error
    return codec


def _marked(head: bytes) -> str | None:
    return next((name for mark, name in _BOMS if head.startswith(mark)), None)


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: in text mostly of Latin letters, every other byte is zero."""
    pairs = len(head) // 2
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if pairs and head[start::2].count(0) > 0.7 * pairs and not head[1 - start :: 2].count(0):
            return name
    return None


def _refuse_binary(head: bytes) -> None:
    if len(_CONTROLS.findall(head)) > len(head) // 1000:
        raise BadInput(
            "the file is not text: it holds control characters",
            field="file",
            mend="upload CSV, TSV, JSON, NDJSON, XLSX or Parquet",
        )


def _is_valid(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _chunks(path: Path) -> Iterator[bytes]:
    """The file in pieces; BadInput when a line is too long to be one of a table."""
    length = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            at = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            length = length + len(chunk) if at < 0 else len(chunk) - at
            if length > LINE_BYTES:
                raise BadInput(
                    f"the file holds a line of more than {LINE_BYTES >> 20} MiB",
                    field="file",
                    mend="write one record a line",
                )
            yield chunk


def _legacy(path: Path) -> Encoding:
    """No UTF-8 as a whole: UTF-8 with stray lines if any line is UTF-8 beyond ASCII."""
    strays = bytearray()
    with path.open("rb") as file:
        for line in file:
            if line.isascii():
                continue
            if _decodes(line, "utf-8"):
                return Encoding("utf-8", is_mixed=True)
            strays += line if len(strays) < SAMPLE_BYTES else b""
    name = _likeliest(bytes(strays))
    return (
        Encoding(name, is_mixed=False)
        if _is_valid(path, name)
        else Encoding("utf-8", is_mixed=True)
    )


def _likeliest(sample: bytes) -> str:
    found = chardet.detect(sample)
    name = codecs.lookup(found["encoding"] or FALLBACK).name
    if name in _WESTERN or (found["confidence"] < _SURE and _looks_western(sample)):
        return FALLBACK
    return name if _decodes(sample, name) else FALLBACK


def _looks_western(sample: bytes) -> bool:
    """Accented letters stand alone in Western languages; elsewhere words are made of them."""
    runs = sum(len(run) for run in _FOREIGN_RUN.findall(sample))
    return runs * 2 < len(_HIGH.findall(sample))


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeError:
        return False
    return True
