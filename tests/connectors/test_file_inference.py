"""Days and decimals are inferred over all values, and asked for rather than guessed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.file.day_order import DayOrder
from connectors.file.decimal_mark import DecimalMark
from connectors.file.rows import NumberText
from core.commands import FileOptions
from core.errors import BadInput
from tests.connectors.file_reading import (
    HEADER,
    entries,
    entries_of,
    normalise,
    read_text,
    refusal,
    rejections_of,
)

DAYS = st.dates(date(2010, 1, 1), date(2026, 6, 1))


def order_of(*texts: str) -> str | None:
    order = DayOrder()
    order.see(texts)
    return order.decide()


def mark_of(*texts: str | None, are_whole: bool = False) -> str:
    mark = DecimalMark()
    mark.see(texts, are_whole=are_whole)
    return mark.decide()


def one_column(values: Sequence[str], header: str = "date") -> str:
    rows = [
        f"{value};{n};1;2" if header == "date" else f"2026-01-02;{n};{value};2"
        for n, value in enumerate(values)
    ]
    return "\n".join(["date;campaign_id;spend;impressions", *rows])


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["2026-01-02", "2026/3/4", "20260506", "2026-01-02T00:00:00+0000"], None),
        (["Jan 2, 2026", "2 January 2026", "2-Feb-2026", "2. März 2026"], None),
        (["03/04/2026", "13/04/2026"], "DMY"),
        (["03/04/2026", "04/13/2026"], "MDY"),
        (["3.4.2026", "4.5.2026"], "DMY"),
        (["3.14.2026", "4.5.2026"], "MDY"),
        (["03/03/2026", "04/04/2026"], "DMY"),
        (["1/13/26", "2/3/26"], "MDY"),
        (["13/1/26", "5/1/26"], "DMY"),
        (["not a day", "99/99/2026", "13/04/2026"], "DMY"),
        ([], None),
    ],
)
def test_days_of_one_order_are_recognised(texts: list[str], order: str | None) -> None:
    assert order_of(*texts) == order


def test_a_day_that_may_be_two_is_asked_about(tmp_path: Path) -> None:
    error = refusal(tmp_path, f"{HEADER}\n03/04/2026,7,1,2\n05/06/2026,7,1,2\n".replace(",", ";"))
    assert error.field == "dateFormat"
    assert error.message in {
        f"{text!r} may mean {dmy} (%d/%m/%Y) or {mdy} (%m/%d/%Y), and no other day of the file "
        "decides it"
        for text, dmy, mdy in (
            ("03/04/2026", "2026-04-03", "2026-03-04"),
            ("05/06/2026", "2026-06-05", "2026-05-06"),
        )
    }
    assert error.mend == "give dateFormat %d/%m/%Y or %m/%d/%Y"


@pytest.mark.parametrize(
    ("date_format", "expected"), [("%d/%m/%Y", date(2026, 4, 3)), ("%m/%d/%Y", date(2026, 3, 4))]
)
def test_the_answer_is_used(tmp_path: Path, date_format: str, expected: date) -> None:
    text = f"{HEADER}\n03/04/2026,7,1,2\n2026-01-31,7,1,2\n"
    found = entries(tmp_path, text, FileOptions(date_format=date_format))
    assert [entry["date"] for entry in found] == [expected, date(2026, 1, 31)]


def test_days_in_two_orders_are_refused_until_one_is_given(tmp_path: Path) -> None:
    text = f"{HEADER}\n13/04/2026,7,1,2\n04/14/2026,7,1,2\n"
    error = refusal(tmp_path, text)
    assert error.field == "dateFormat"
    assert error.message == (
        "the days are written in different orders: '04/14/2026' and '13/04/2026'"
    )
    made = normalise(read_text(tmp_path, text, FileOptions(date_format="%d/%m/%Y")))
    assert [entry["date"] for entry in entries_of(made)] == [date(2026, 4, 13)]
    (refused,) = rejections_of(made)
    assert refused.reason == "date '04/14/2026' is not a day in %d/%m/%Y"


@pytest.mark.parametrize("date_format", ["%d/%m", "%H:%M", "tomorrow", "%Q"])
def test_a_format_without_a_whole_day_is_refused(tmp_path: Path, date_format: str) -> None:
    error = refusal(tmp_path, f"{HEADER}\n2026-01-02,7,1,2\n", FileOptions(date_format=date_format))
    assert error.field == "dateFormat"
    assert error.message == f"{date_format!r} is not a date format with day, month and year"


def test_the_last_row_decides_as_well_as_the_first(tmp_path: Path) -> None:
    ambiguous = [f"0{n % 9 + 1}/0{n % 8 + 1}/2026" for n in range(5000)]
    found = entries(tmp_path, one_column([*ambiguous, "13/01/2026"]))
    assert found[0]["date"] == date(2026, 1, 1)
    assert found[1]["date"] == date(2026, 2, 2)
    assert found[8]["date"] == date(2026, 1, 9)


@given(st.lists(DAYS, min_size=1), st.sampled_from(["%d/%m/%Y", "%m-%d-%Y", "%d.%m.%y"]))
def test_a_day_is_never_read_as_another(days: list[date], written: str) -> None:
    try:
        order = order_of(*(day.strftime(written) for day in days))
    except BadInput:
        return
    plain = {"%d/%m/%Y": "DMY", "%m-%d-%Y": "MDY", "%d.%m.%y": "DMY"}[written]
    assert order == plain or all(day.day == day.month for day in days)


@given(DAYS)
def test_a_year_of_days_always_decides_itself(first: date) -> None:
    days = [first + timedelta(n) for n in range(365)]
    assert order_of(*(day.strftime("%m/%d/%Y") for day in days)) == "MDY"


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1,234.56"], "."),
        (["1.234,56"], ","),
        (["1234,5"], ","),
        (["12.50", "1,234"], "."),
        (["12,50", "1.234"], ","),
        (["1,234,567"], "."),
        (["1.234.567"], ","),
        (["1 234,567"], ","),
        (["0,123"], ","),
        (["1234,567"], ","),
        (["€ 1.234,56"], ","),
        (["1'234.50"], "."),
        (["1.5E+05"], "."),
        (["12", "", None, "n/a", "Total"], "."),
        (["1234"], "."),
    ],
)
def test_the_decimal_mark_is_recognised(texts: list[str | None], mark: str) -> None:
    assert mark_of(*texts) == mark


def test_whole_numbers_show_which_mark_parts_groups() -> None:
    assert mark_of("1,234", are_whole=True) == "."
    assert mark_of("1.234", are_whole=True) == ","
    with pytest.raises(BadInput):
        mark_of("1.000", are_whole=True)


def test_numbers_that_the_file_types_say_nothing() -> None:
    assert mark_of(NumberText("1.234"), NumberText("12.5")) == "."
    assert mark_of(NumberText("12.5"), "12,5") == ","


@pytest.mark.parametrize("text", ["1,234", "1.234"])
def test_an_amount_that_may_be_two_is_asked_about(tmp_path: Path, text: str) -> None:
    error = refusal(tmp_path, one_column([text, "15"], "spend"))
    assert error.field == "decimalSeparator"
    point, comma = ("1234.0", "1.234") if "," in text else ("1.234", "1234.0")
    assert error.message == (
        f'{text!r} may mean {point} (decimal ".") or {comma} (decimal ","), and no other number '
        "of the file decides it"
    )
    assert error.mend == 'give decimalSeparator "." or ","'
    for separator, expected in ((".", point), (",", comma)):
        found = entries(
            tmp_path, one_column([text], "spend"), FileOptions(decimal_separator=separator)
        )
        assert found[0]["spend"] == Decimal(expected)


def test_decimals_written_both_ways_are_refused_until_one_is_given(tmp_path: Path) -> None:
    text = one_column(["1,50", "2.75"], "spend")
    error = refusal(tmp_path, text)
    assert error.message == "decimals are written both ways: '2.75' and '1,50'"
    made = normalise(read_text(tmp_path, text, FileOptions(decimal_separator=",")))
    assert [entry["spend"] for entry in entries_of(made)] == [Decimal("1.5")]
    (refused,) = rejections_of(made)
    assert refused.reason == "spend '2.75' is not a number"


def test_a_separator_that_is_none_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path, f"{HEADER}\n2026-01-02,7,1,2\n", FileOptions(decimal_separator="'"))
    assert error.field == "decimalSeparator"


def test_typed_numbers_stand_beside_texts_with_a_comma(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["date", "campaign_id", "Cost"], ["2026-01-02", 7, "1.234,56"]):
        sheet.append(row)
    sheet.append([date(2026, 1, 3), 7, 1234.567])
    content = io.BytesIO()
    book.save(content)
    found = entries(tmp_path, content.getvalue(), name="upload.xlsx")
    assert [str(entry["spend"]) for entry in found] == ["1234.560000", "1234.567000"]


def test_typed_numbers_are_never_asked_about(tmp_path: Path) -> None:
    text = orjson.dumps([{"date": "2026-01-02", "campaign_id": "7", "spend": 1.234}])
    (entry,) = entries(tmp_path, text, name="upload.json")
    assert entry["spend"] == Decimal("1.234")
