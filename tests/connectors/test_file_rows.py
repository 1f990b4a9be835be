"""A bad row is refused with its place, its reason and its mend; the rest goes in."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.file.connector import FileConnector
from core.commands import FileOptions
from core.errors import BadInput
from core.records.connections import Level
from core.units import DateRange
from tests.connectors.file_reading import (
    HEADER,
    entries_of,
    normalise,
    read_text,
    rejected,
    rejections_of,
)

GOOD = "2026-01-02,1,1.5,10\n"


def rest_goes_in(folder: Path, bad: str, reason: str, row: int = 3) -> str:
    """Shows that `bad` is refused between two good rows; its mend."""
    text = f"{HEADER}\n{GOOD}{bad}2026-01-04,1,2.5,10\n"
    made = normalise(read_text(folder, text))
    assert [str(entry["date"]) for entry in entries_of(made)] == ["2026-01-02", "2026-01-04"]
    (refused,) = rejections_of(made)
    assert (refused.reason, refused.position, refused.payload["$row"]) == (reason, 1, row)
    return refused.mend


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("2026-01-03,1,2\n", "row has 3 cells where the header has 4"),
        ("2026-01-03,1,2,3,4\n", "row has 5 cells where the header has 4"),
        (
            f"2026-01-03,{'x' * 200_000},2,10\n",
            "row has a cell of more than 131,072 characters",
        ),
        ('2026-01-03,1,"2,10\n', "row has a quoted cell that does not end where it should"),
        ('2026-01-03,"a "b" c",2,10\n', "row has a quoted cell that does not end where it should"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(tmp_path: Path, bad: str, reason: str) -> None:
    mend = rest_goes_in(tmp_path, bad, reason)
    assert "quote" in mend or mend.startswith("shorten the cell")


def test_a_quote_never_closed_costs_one_row_however_long_the_file(tmp_path: Path) -> None:
    days = [f"2026-01-{n:02},1,1.5,10\n" for n in range(1, 32)]
    rows = [row.replace("-01-", f"-{month:02}-") for month in range(1, 9) for row in days[:28]]
    text = f'{HEADER}\n{rows[0]}2026-09-01,"open,1.5,10\n{"".join(rows[1:])}'
    made = normalise(read_text(tmp_path, text))
    assert len(entries_of(made)) == len(rows)
    assert [refused.payload["$cells"] for refused in rejections_of(made)] == [
        ['2026-09-01,"open,1.5,10']
    ]


def test_a_cell_may_hold_line_breaks_and_delimiters(tmp_path: Path) -> None:
    text = f'{HEADER},note\n2026-01-02,1,1.5,10,"a\n""b"", c"\n2026-01-03,1,1.5,10,\n'
    pages = read_text(tmp_path, text)
    assert not rejections_of(normalise(pages))
    assert b'"note":"a\\n\\"b\\", c"' in pages[0].body
    assert b'{"$row":4,' in pages[0].body


def test_blank_rows_are_no_records(tmp_path: Path) -> None:
    (page,) = read_text(tmp_path, f"{HEADER}\n\n{GOOD},,,\n\r\n2026-01-03,1,1.5,10,\n\n")
    assert page.request["rows"] == 2
    assert len(entries_of(normalise([page]))) == 2


def test_a_row_may_lack_cells_that_have_no_title(tmp_path: Path) -> None:
    (page,) = normalise(read_text(tmp_path, f"{HEADER},,\n{GOOD}"))
    assert page.entries.num_rows == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(tmp_path: Path, end: str) -> None:
    text = f"{HEADER}\n{GOOD}2026-01-03,1,1.5,10".replace("\n", end)
    assert len(entries_of(normalise(read_text(tmp_path, text)))) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            '{"date": "2026-01-02", "spend" 3}',
            "row is broken JSON at column 32: Expecting ':' delimiter",
        ),
        ("[1, 2]", "row is no JSON object"),
        ("[" * 100_000, "row is nested too deeply"),
    ],
)
def test_a_broken_line_of_json_is_refused(tmp_path: Path, line: str, reason: str) -> None:
    good = '{"date": "2026-01-0%s", "campaign_id": "1", "spend": 1}\n'
    text = good % 2 + line + "\n" + good % 3
    made = normalise(read_text(tmp_path, text, name="upload.ndjson"))
    assert len(entries_of(made)) == 2
    (refused,) = rejections_of(made)
    assert (refused.reason, refused.payload["$row"]) == (reason, 2)
    assert refused.mend == "write one JSON object of plain values for each record"


def test_an_item_of_an_array_that_is_no_object_is_refused(tmp_path: Path) -> None:
    text = '[{"date": "2026-01-02", "campaign_id": "1", "spend": 1}, 5, null]'
    refused = rejected(tmp_path, text, name="upload.json")
    assert [(each.reason, each.payload["$cells"]) for each in refused] == [
        ("row is no JSON object", ["5"]),
        ("row is no JSON object", ["null"]),
    ]


async def test_a_file_has_neither_account_nor_dates(tmp_path: Path) -> None:
    connector = FileConnector(tmp_path / "x.csv", "x.csv", FileOptions(), Level.CAMPAIGN)
    with pytest.raises(BadInput, match="a file has no account to ask"):
        await connector.check()
    with pytest.raises(BadInput, match="a file is read whole"):
        async for _ in connector.pages(DateRange.__new__(DateRange), None):
            pass
    await connector.aclose()
