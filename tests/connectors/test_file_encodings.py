"""Which encoding a file is in is found out over all of its bytes, and said."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from core.commands import FileOptions
from tests.connectors.file_reading import (
    entries,
    entries_of,
    normalise,
    read_text,
    records,
    refusal,
    rejections_of,
)

TEXT = "Datum;Kampagnen-ID;Kampagnenname;Kosten\n2026-01-02;1;Größe für Müßiggänger;1,5\n"
JAPANESE = "date,campaign_id,campaign_name,spend\n" + "".join(
    f"2026-01-02,{n},キャンペーン東京の広告です,1.5\n" for n in range(40)
)
RUSSIAN = "date,campaign_id,campaign_name,spend\n" + "".join(
    f"2026-01-02,{n},Кампания для Москвы и области,1.5\n" for n in range(40)
)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "utf-32"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("latin-1"), "cp1252"),
    ],
)
def test_western_texts_are_read_in_any_encoding(
    tmp_path: Path, content: bytes, encoding: str
) -> None:
    pages = read_text(tmp_path, content)
    assert pages[0].request["encoding"] == encoding
    (entry,) = entries_of(normalise(pages))
    assert entry["entity_name"] == "Größe für Müßiggänger"


@pytest.mark.parametrize(
    ("text", "encoding"), [(JAPANESE, "cp932"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r")]
)
def test_other_alphabets_are_told_from_western_ones(
    tmp_path: Path, text: str, encoding: str
) -> None:
    pages = read_text(tmp_path, text.encode(encoding))
    assert pages[0].request["encoding"] == codecs.lookup(encoding).name
    assert records(pages)[0]["campaign_name"] == text.split(",")[5]


def test_an_encoding_that_is_asked_for_is_used(tmp_path: Path) -> None:
    text = "date,campaign_id,campaign_name,spend\n2026-01-02,1,Łódź,1.5\n"
    options = FileOptions(encoding="windows-1250")
    (entry,) = entries(tmp_path, text.encode("cp1250"), options)
    assert entry["entity_name"] == "Łódź"
    (entry,) = entries(tmp_path, text.encode("utf-8-sig"), FileOptions(encoding="UTF8"))
    assert entry["entity_name"] == "Łódź"


@pytest.mark.parametrize("name", ["klingon", "base64", "utf-8\x00"])
def test_an_encoding_that_does_not_exist_is_refused(tmp_path: Path, name: str) -> None:
    error = refusal(tmp_path, TEXT, FileOptions(encoding=name))
    assert (error.field, error.message) == ("encoding", f"{name!r} is not a text encoding")


def test_a_wide_file_cut_short_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path, codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")[:-1])
    assert error.message == "the file is not valid utf-16: it is broken or cut short"


def test_lines_of_another_encoding_are_read_as_windows_1252_and_counted(tmp_path: Path) -> None:
    content = (
        "date,campaign_id,campaign_name,spend\n2026-01-02,1,Müßig,1.5\n".encode()
        + "2026-01-03,1,Größe,2.5\n".encode("cp1252")
        + b"2026-01-04,1,bad \xfc\x81 bytes,3.5\n2026-01-05,1,plain,4.5\n"
    )
    pages = read_text(tmp_path, content)
    assert pages[0].request["encoding"] == "utf-8+cp1252"
    assert pages[0].request["recoded_rows"] == 1
    made = normalise(pages)
    assert [(e["entity_name"], str(e["spend"])) for e in entries_of(made)] == [
        ("Müßig", "1.500000"),
        ("Größe", "2.500000"),
        ("plain", "4.500000"),
    ]
    (refused,) = rejections_of(made)
    assert refused.reason == "row is neither in the file's encoding nor in Windows-1252"
    assert refused.mend == "save the file again as UTF-8, or give the encoding it is in"
    assert refused.payload["$row"] == 4


def test_lines_of_json_are_recoded_too(tmp_path: Path) -> None:
    line = '{"date": "2026-01-02", "campaign_id": "%s", "campaign_name": "ü", "spend": 1}\n'
    content = (line % 1).encode() + (line % 2).encode("cp1252") + b'{"date": "\xfc\x81"}\n'
    pages = read_text(tmp_path, content, name="upload.ndjson")
    assert pages[0].request["recoded_rows"] == 1
    made = normalise(pages)
    assert [entry["entity_name"] for entry in entries_of(made)] == ["ü", "ü"]
    assert [refused.field for refused in rejections_of(made)] == ["row"]


def test_characters_that_cannot_be_stored_refuse_their_row(tmp_path: Path) -> None:
    line = '{"date": "2026-01-02", "campaign_id": "%s", "campaign_name": "%s", "spend": 1}\n'
    text = (line % (1, r"half \ud800")) + (line % (2, r"nul \u0000")) + (line % (3, "whole"))
    made = normalise(read_text(tmp_path, text, name="upload.ndjson"))
    assert [entry["entity_id"] for entry in entries_of(made)] == ["3"]
    assert [refused.reason for refused in rejections_of(made)] == [
        "row holds a character that cannot be stored: NUL or half a surrogate pair"
    ] * 2


def test_a_line_without_an_end_is_not_read_into_memory(tmp_path: Path) -> None:
    error = refusal(tmp_path, b"date,spend\n" + b"x" * (18 << 20))
    assert error.message == "the file holds a line of more than 16 MiB"
