"""The same table in every format gives the same entries; what is no table is told apart."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.commands import FileOptions
from tests.connectors.file_reading import (
    HEADER,
    entries,
    entries_of,
    normalise,
    read_pages,
    read_text,
    records,
    refusal,
)

TITLES = ("date", "campaign_id", "campaign_name", "spend", "impressions", "clicks", "conversions")
ROWS: tuple[tuple[Any, ...], ...] = (
    (date(2026, 1, 2), "120236952548020604", "Brand, search", Decimal("1234.56"), 3967, 46, None),
    (date(2026, 1, 13), "120236952548020605", "Müßiggänger", Decimal("0.1"), 1000, 0, 1.5),
    (date(2026, 1, 14), "7", "=1+1", None, None, None, None),
)


def delimited(delimiter: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([TITLES, *ROWS])
    return text.getvalue().encode()


def objects() -> list[dict[str, Any]]:
    typed = [
        [value if not isinstance(value, Decimal) else float(value) for value in row] for row in ROWS
    ]
    return [dict(zip(TITLES, row, strict=True)) for row in typed]


def ndjson() -> bytes:
    return b"\n".join(orjson.dumps(each) for each in objects())


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (TITLES, *ROWS):
        sheet.append(row)
    for cell in sheet["C"]:
        cell.data_type = "s"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def parquet() -> bytes:
    columns: dict[str, Any] = {
        title: pa.array([row[place] for row in ROWS]) for place, title in enumerate(TITLES)
    }
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    return content.getvalue()


FORMATS = {
    "comma.csv": delimited(","),
    "semicolon.csv": delimited(";"),
    "pipe.txt": delimited("|"),
    "upload.tsv": delimited("\t"),
    "array.json": orjson.dumps(objects()),
    "data.json": orjson.dumps({"paging": {"next": None}, "data": objects(), "total": 3}),
    "pretty.json": orjson.dumps(objects(), option=orjson.OPT_INDENT_2),
    "upload.ndjson": ndjson(),
    "nameless": ndjson(),
    "upload.xlsx": workbook(),
    "upload": workbook(),
    "upload.parquet": parquet(),
}


@pytest.mark.parametrize("name", FORMATS)
def test_one_table_in_every_format_gives_the_same_entries(tmp_path: Path, name: str) -> None:
    found = entries(tmp_path, FORMATS[name], name=name)
    shown = ("date", "entity_id", "entity_name", "spend", "impressions", "clicks", "conversions")
    assert [tuple(entry[key] for key in shown) for entry in found] == [
        tuple(None if value is None else value for value in row) for row in ROWS
    ]
    assert found == entries(tmp_path, FORMATS["comma.csv"])


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("comma.csv", {"format": "csv", "delimiter": ",", "encoding": "utf-8"}),
        ("upload.tsv", {"format": "csv", "delimiter": "\t"}),
        ("data.json", {"format": "json", "encoding": "utf-8"}),
        ("upload.ndjson", {"format": "ndjson", "encoding": "utf-8"}),
        ("upload.xlsx", {"format": "xlsx", "sheet": "Sheet"}),
        ("upload.parquet", {"format": "parquet"}),
    ],
)
def test_a_page_says_how_it_was_read(tmp_path: Path, name: str, facts: dict[str, str]) -> None:
    (page,) = read_text(tmp_path, FORMATS[name], name=name)
    assert facts.items() <= page.request.items()
    assert (page.request["filename"], page.request["rows"]) == (name, 3)
    assert (page.stream, page.media_type, page.checkpoint) == ("file", "application/x-ndjson", None)


def test_cells_stay_as_they_are_written(tmp_path: Path) -> None:
    text = f'{HEADER},note\n2026-01-02,007," 1,234.50 ",,=HYPERLINK("x")\n'
    assert records(read_text(tmp_path, text)) == [
        {
            "$row": 2,
            "date": "2026-01-02",
            "campaign_id": "007",
            "spend": " 1,234.50 ",
            "impressions": None,
            "note": '=HYPERLINK("x")',
        }
    ]


def test_nested_records_are_flattened_by_dots(tmp_path: Path) -> None:
    row = {
        "segments": {"date": "2026-01-02"},
        "campaign": {"id": "11", "name": "brand"},
        "metrics": {"costMicros": "1230000", "impressions": "5", "tags": ["a", 1]},
    }
    (entry,) = entries(tmp_path, orjson.dumps([row]), name="google.json")
    assert (entry["entity_id"], entry["spend"], entry["impressions"]) == ("11", Decimal("1.23"), 5)


def test_json_numbers_keep_every_digit(tmp_path: Path) -> None:
    text = '[{"date":"2026-01-02","campaign_id":12023695254802060499,"spend":10000000000.123456}]'
    (entry,) = entries(tmp_path, text, name="upload.json")
    assert entry["entity_id"] == "12023695254802060499"
    assert entry["spend"] == Decimal("10000000000.123456")


def test_the_first_sheet_with_a_header_is_read_and_another_if_asked_for(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.append(["Quarterly report"])
    for name, spend in (("January", 1), ("February", 2)):
        sheet = book.create_sheet(name)
        sheet.append(["Report of", name])
        sheet.append([])
        sheet.append(["Day", "Campaign ID", "Cost"])
        sheet.append([date(2026, 1, 2), "c", spend])
    content = io.BytesIO()
    book.save(content)
    (found,) = entries(tmp_path, content.getvalue(), name="upload.xlsx")
    assert found["spend"] == 1
    february = FileOptions(sheet="February")
    (found,) = entries(tmp_path, content.getvalue(), february, name="upload.xlsx")
    assert found["spend"] == 2
    error = refusal(tmp_path, content.getvalue(), FileOptions(sheet="March"), "upload.xlsx")
    assert error.field == "sheet"
    assert error.message == (
        "no sheet is called 'March'; the workbook has Sheet, January, February"
    )


def test_days_kept_as_numbers_are_read_in_workbooks_only(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["date", "campaign_id", "spend"])
    sheet.append([46024, "c", 1.5])
    content = io.BytesIO()
    book.save(content)
    (found,) = entries(tmp_path, content.getvalue(), name="upload.xlsx")
    assert found["date"] == date(2026, 1, 2)
    made = normalise(read_text(tmp_path, "date,campaign_id,spend\n46024,c,1.5\n"))
    assert made[0].rejections[0].reason == (
        "date '46024' is not a day in a format such as 2026-11-22"
    )


def test_a_formula_without_a_saved_result_refuses_its_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["date", "campaign_id", "Cost"])
    sheet.append(["2026-01-02", "c", "=1+1"])
    sheet.append(["2026-01-03", "c", 2])
    content = io.BytesIO()
    book.save(content)
    (page,) = normalise(read_text(tmp_path, content.getvalue(), name="upload.xlsx"))
    (refused,) = page.rejections
    assert (refused.field, refused.position) == ("Cost", 0)
    assert refused.reason == "Cost holds a formula whose result was not saved"
    assert "paste values" in refused.mend
    assert [entry["spend"] for entry in entries_of([page])] == [2]


def test_a_formula_with_a_saved_result_is_read(tmp_path: Path) -> None:
    content = with_saved_results(b"<v>2.5</v>")
    (found,) = entries(tmp_path, content, name="upload.xlsx")
    assert found["spend"] == Decimal("2.5")


def with_saved_results(result: bytes) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["date", "campaign_id", "Cost"])
    sheet.append(["2026-01-02", "c", "=1+1.5"])
    plain, content = io.BytesIO(), io.BytesIO()
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(content, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(b"<v></v>", result).replace(b"<v />", result)
                assert result in part
            target.writestr(name, part)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b" \r\n\n", "the file is empty"),
        ("a.json", b"", "the file is empty"),
        ("a.csv", f"{HEADER}\n".encode(), "the file holds a header and no rows"),
        ("a.json", b"[]", "the file holds no records"),
        ("a.json", b'{"data": []}', "the file holds no records"),
        ("a.xlsx", b"date,spend\n1,2\n", "not an XLSX workbook: it is no zip archive"),
        ("a.xlsx", workbook()[:2000], "not an XLSX workbook: its archive is broken"),
        ("a.parquet", b"PARX0000", "not a Parquet file: it does not begin with PAR1"),
        ("a.parquet", parquet()[:-20], "not a Parquet file that can be read"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9, "an old Excel workbook (.xls)"),
        ("a.csv.gz", b"\x1f\x8b\x08\x00" * 9, "compressed with gzip"),
        ("a.csv", bytes(range(256)) * 40, "it holds control characters"),
        ("a.json", b"hello", "not JSON: it begins with neither [ nor {"),
        ("a.json", b'[{"date": "2026-01-02"}, {"date" 3}]', "broken JSON at byte 33"),
        ("a.json", b'[{"date": "2026-01-02"}, {"da', "broken JSON at byte"),
        ("a.json", b'[{"date": "2026-01-02"}] tail', "broken JSON at byte 25"),
        ("a.json", b'{"rows": [{"date": "2026-01-02"}]}', 'expected a key "data"'),
        ("a.json", b'[{"date": "\xff"}]', "the file is not utf-8"),
    ],
)
def test_what_is_no_table_is_refused(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    error = refusal(tmp_path, content, name=name)
    assert message in error.message
    assert error.field in {"file", "encoding"}


def test_another_zip_archive_is_no_workbook(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("report.csv", HEADER)
    error = refusal(tmp_path, content.getvalue(), name="upload.zip")
    assert error.message == "the file is not an XLSX workbook but another zip archive"


def test_a_workbook_with_too_much_text_is_to_be_sent_as_csv(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "")
        archive.writestr("xl/sharedStrings.xml", b" " * (65 << 20))
    error = refusal(tmp_path, content.getvalue(), name="upload.xlsx")
    assert error.message == "the workbook holds more than 64 MiB of text"
    assert error.mend == "save the sheet as CSV and upload that"


def test_a_json_document_is_read_in_pieces_wherever_they_are_cut(tmp_path: Path) -> None:
    rows = [
        {"date": "2026-01-02", "campaign_id": f"{n}", "spend": n, "note": 'a "ü" \\ }' * (n % 50)}
        for n in range(9000)
    ]
    path = tmp_path / "upload.json"
    path.write_bytes(orjson.dumps({"data": rows}))
    found = records(read_pages(path))
    assert [(each["campaign_id"], each["spend"], each["note"] or "") for each in found] == [
        (row["campaign_id"], str(row["spend"]), row["note"]) for row in rows
    ]
