"""Wide files: what columns are, how long rows cover, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.file.series import after
from core.commands import FileOptions
from core.errors import BadInput
from core.records.connections import Level
from core.series import Period, SeriesColumn, detected
from tests.connectors.file_reading import entries_of, normalise, read_text, rejections_of

PLACES = """date,country,state,device,y
2026-01-05,Germany,Bayern,iPad,1
2026-01-05,de,Hessen,Fax,2
"""


def said(**columns: str) -> FileOptions:
    return FileOptions(
        series={header: SeriesColumn.of_text(text, "series") for header, text in columns.items()}
    )


def made(folder: Path, text: str, options: FileOptions | None = None) -> list[dict[str, Any]]:
    pages = normalise(read_text(folder, text, options, level=Level.SERIES), Level.SERIES)
    assert not rejections_of(pages)
    return entries_of(pages)


def refused(folder: Path, text: str, options: FileOptions | None = None) -> BadInput:
    with pytest.raises(BadInput) as caught:
        read_text(folder, text, options, level=Level.SERIES)
    assert caught.value.mend
    return caught.value


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("tv_S", "SPEND:tv"),
        ("tv_spend", "SPEND:tv"),
        ("TV Spend", "SPEND:TV"),
        ("search_clicks_P", "CLICKS:search"),
        ("facebook_I", "IMPRESSIONS:facebook"),
        ("Channel0_impression", "IMPRESSIONS:Channel0"),
        ("Channel0_reach", "REACH:Channel0"),
        ("Channel0_frequency", "FREQUENCY:Channel0"),
        ("competitor_sales_B", "CONTROL"),
        ("sentiment_score_control", "CONTROL"),
        ("Organic_channel0_impression", "ORGANIC"),
        ("revenue_per_conversion", "REVENUE_PER_KPI"),
        ("population", "POPULATION"),
        ("Revenue", "KPI"),
        ("y", "KPI"),
        ("x1", None),
        ("_S", None),
        ("events", None),
        ("sales_tax", None),
        ("IDS", None),
    ],
)
def test_headers_tell_what_conventions_say(header: str, found: str | None) -> None:
    assert detected(header) == (None if found is None else SeriesColumn.of_text(found, "series"))


def test_what_is_said_wins_and_what_nothing_is_known_of_is_told(tmp_path: Path) -> None:
    options = said(tv_S="EXPOSURE:Television", y="IGNORE", **{"x=1": "TREATMENT"})
    text = "ds,tv_S,y,x=1,note\n2026-01-05,1.5,2,3,hello\n"
    (page,) = read_text(tmp_path, text, options, level=Level.SERIES)
    layout: Any = page.request["layout"]
    assert layout["passed_over"] == ("y", "note")
    found = [
        (e["entity_id"], e["series_role"], e["channel"], e["value"])
        for e in made(tmp_path, text, options)
    ]
    assert found == [
        ("tv_S", "EXPOSURE", "Television", "1.5"),
        ("x=1", "TREATMENT", "Unassigned", "3"),
    ]


@pytest.mark.parametrize(
    ("days", "covers"),
    [
        (["2026-01-05"], [None]),
        (["2026-01-05", "2026-01-06"], [None, None]),
        (["2026-01-12", "2026-01-05"], [7, 7]),
        (["2026-01-05", "2026-01-19"], [14, 14]),
        (["2026-01-01", "2026-02-01", "2026-03-01"], [31, 28, 31]),
        (["2024-01-15", "2024-02-15"], [31, 29]),
        (["2026-01-01", "2026-04-01", "2026-07-01"], [90, 91, 92]),
        (["2024-01-01", "2025-01-01"], [366, 365]),
    ],
)
def test_a_row_covers_as_many_days_as_rows_are_apart(
    tmp_path: Path, days: list[str], covers: list[int | None]
) -> None:
    text = "date,y\n" + "".join(f"{day},1\n" for day in days)
    assert [entry["covers_days"] for entry in made(tmp_path, text)] == covers


def test_rows_in_no_regular_step_are_refused_by_the_first_that_is_not_due(tmp_path: Path) -> None:
    text = "date,y\n2026-01-05,1\n2026-01-12,1\n2026-01-26,1\n"
    error = refused(tmp_path, text)
    assert error.field == "period"
    assert error.message == (
        "row 4 begins on 2026-01-26, where one that follows 2026-01-12 is due on 2026-01-19: "
        "the rows are in no regular step"
    )
    weeks = made(tmp_path, text, FileOptions(period=Period.WEEK))
    assert [entry["covers_days"] for entry in weeks] == [7, 7, 7]
    assert (
        "is due on 2026-02-05" in refused(tmp_path, text, FileOptions(period=Period.MONTH)).message
    )


def test_a_month_ends_where_the_next_has_no_such_day() -> None:
    assert after(date(2026, 1, 31), (0, 1)) == date(2026, 2, 28)
    assert after(date(2025, 12, 31), (1, 0)) == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("text", "options", "field"),
    [
        ("when,y,tv_S\n2026-01-05,1,2\n", None, "columns.date"),
        ("date,geo,note\n2026-01-05,a,b\n", None, "series"),
        ("date,y\n2026-01-05,1\n", said(tv_S="SPEND"), "series.tv_S"),
        ("date,y\n2026-01-05,1\n", FileOptions(columns={"spend": "y"}), "columns"),
        (
            "date,y,e\n" + "".join(f"2026-01-01,1,e{n}\n" for n in range(101)),
            said(e="FACTOR"),
            "series.e",
        ),
    ],
)
def test_a_file_that_is_none_is_refused_by_what_it_lacks(
    tmp_path: Path, text: str, options: FileOptions | None, field: str
) -> None:
    assert refused(tmp_path, text, options).field == field


@pytest.mark.parametrize(
    ("cell", "value", "spend"),
    [
        ("1e-7", "0.0000001", "0"),
        ("-0", "-0", "0"),
        ("1E3", "1000", "1000"),
        ("\u20ac1.234567891", "1.234567891", "1.234568"),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827", "0.1"),
    ],
)
def test_a_number_keeps_its_digits(tmp_path: Path, cell: str, value: str, spend: str) -> None:
    (entry,) = made(tmp_path, f"date,tv_S\n2026-01-05,{cell}\n", FileOptions(decimal_separator="."))
    assert (entry["value"], entry["spend"]) == (value, Decimal(spend))


def test_decimal_commas_are_read_exactly(tmp_path: Path) -> None:
    text = "date;tv_S\n2026-01-05;1.234,56789012\n2026-01-06;0,5\n"
    assert [entry["value"] for entry in made(tmp_path, text)] == ["1234.56789012", "0.5"]


def test_an_empty_cell_is_no_number_and_a_row_of_them_none(tmp_path: Path) -> None:
    text = "date,tv_S,y\n2026-01-05,,1\n2026-01-06,NA,nan\n"
    pages = normalise(read_text(tmp_path, text, level=Level.SERIES), Level.SERIES)
    assert [(e["entity_id"], e["value"], e["records"]) for e in entries_of(pages)] == [
        ("y", "1", 1)
    ]
    (rejection,) = rejections_of(pages)
    assert (rejection.position, rejection.field) == (1, "date")


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("2026-01-05,-1,1", "tv_S", "tv_S '-1' is negative"),
        ("2026-01-05,many,1", "tv_S", "tv_S 'many' is not a number"),
        ("2026-01-05,$1,1", "tv_S", "tv_S '$1' is not in EUR"),
        ("2026-01-05,1e99,1", "tv_S", "tv_S '1e99' is not a number"),
        ("2026-01-05,1,2", "date", "date has another row for this date, with other values: row 2"),
        ("2999-01-05,1,1", "date", "date '2999-01-05' lies in the future"),
    ],
)
def test_a_row_with_a_bad_cell_is_refused_whole(
    tmp_path: Path, row: str, field: str, reason: str
) -> None:
    text = f"date,tv_S,y\n2026-01-05,1,1\n{row}\n"
    options = FileOptions(period=Period.DAY)
    pages = normalise(read_text(tmp_path, text, options, level=Level.SERIES), Level.SERIES)
    (rejection,) = rejections_of(pages)
    assert (rejection.position, rejection.field, rejection.reason) == (1, field, reason)
    assert [entry["records"] for entry in entries_of(pages)] == [1, 0]


def test_rows_of_places_and_countries_are_apart(tmp_path: Path) -> None:
    found = [(e["country"], e["geo"], e["device"], e["value"]) for e in made(tmp_path, PLACES)]
    assert found == [("DE", "Bayern", "TABLET", "1"), ("DE", "Hessen", "OTHER", "2")]
    assert len({entry["digest"] for entry in made(tmp_path, PLACES)}) == 2
