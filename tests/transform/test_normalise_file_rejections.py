"""Every way a row can be refused: which column, why, and how to mend it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.records.connections import Level
from core.units import time_zone, today_in
from tests.transform.file_pages import normalised, rejection, row

CORRECT = "correct the cell and upload the row again"
TOTALS = "leave totals out of the file: days are added up when they are read"
OTHER = "upload it to a connection of its own, or correct the connection"


@pytest.mark.parametrize(
    ("changes", "reason", "mend"),
    [
        ({"date": ""}, "date is empty", CORRECT),
        ({"date": "soon"}, "date 'soon' is not a day in a format such as 2026-11-22", CORRECT),
        (
            {"date": "2026-02-30"},
            "date '2026-02-30' is not a day in a format such as 2026-11-22",
            CORRECT,
        ),
        ({"date": "2999-01-01"}, "date '2999-01-01' lies in the future", CORRECT),
        (
            {"date_stop": "2026-01-31"},
            "date_stop '2026-01-31' is another day than date: the row covers several days",
            "export the report with one row per day",
        ),
        ({"date_stop": "x"}, "date_stop 'x' is not a day in a format such as 2026-11-22", CORRECT),
        ({"campaign_id": " "}, "campaign_id is empty", CORRECT),
        (
            {"campaign_id": "1.20237E+17"},
            "campaign_id '1.20237E+17' is a rounded number, no id",
            "format the column as text before saving, so that ids keep all their digits",
        ),
        ({"campaign_id": "#N/A"}, "campaign_id '#N/A' is a broken cell", CORRECT),
        ({"account_id": "act_999"}, "account_id 'act_999' is not connected", OTHER),
        ({"currency": "USD"}, "currency 'USD' is not the connection's currency EUR", OTHER),
        ({"spend": "abc"}, "spend 'abc' is not a number", CORRECT),
        ({"spend": "1,5"}, "spend '1,5' is not a number", CORRECT),
        ({"spend": "NaN"}, "spend 'NaN' is not a number", CORRECT),
        ({"spend": "inf"}, "spend 'inf' is not a number", CORRECT),
        ({"spend": "1e999"}, "spend '1e999' is not a number", CORRECT),
        ({"spend": "100000000000000"}, "spend '100000000000000' is not a number", CORRECT),
        ({"spend": "1" + "0" * 150}, f"spend '1{'0' * 59}…' is not a number", CORRECT),
        ({"spend": "#REF!"}, "spend '#REF!' is not a number", CORRECT),
        ({"spend": "12 34"}, "spend '12 34' is not a number", CORRECT),
        ({"spend": "-0.01"}, "spend '-0.01' is negative", CORRECT),
        (
            {"spend": "$12"},
            "spend '$12' is not in the connection's currency EUR",
            "upload amounts of another currency to a connection of its own",
        ),
        ({"impressions": "-1"}, "impressions '-1' is negative", CORRECT),
        ({"impressions": "1.5"}, "impressions '1.5' is not a whole number", CORRECT),
        ({"impressions": "9" * 20}, f"impressions '{'9' * 20}' is not a whole number", CORRECT),
        ({"clicks": "5 EUR"}, "clicks '5 EUR' is not a whole number", CORRECT),
        ({"conversions": "many"}, "conversions 'many' is not a number", CORRECT),
    ],
)
def test_a_bad_cell_refuses_its_row(changes: dict[str, str], reason: str, mend: str) -> None:
    found = rejection(row(**changes))
    assert (found.reason, found.mend) == (reason, mend)
    assert found.field == next(iter(changes))


@pytest.mark.parametrize(
    "name", ["Total", "Grand total", "TOTAL: account", "Gesamtergebnis", "Summe", "Total général"]
)
def test_a_summary_row_is_refused(name: str) -> None:
    cells = {"date": "2026-01-02", "campaign_name": name, "spend": "99"}
    found = rejection(cells)
    assert (found.reason, found.mend) == (f"campaign_name {name!r} names a summary row", TOTALS)


def test_a_summary_row_is_known_by_its_date_too() -> None:
    assert rejection(row(date="Total")).reason == "date 'Total' names a summary row"


def test_a_row_without_key_is_a_summary_row() -> None:
    found = rejection({"date": None, "campaign_id": None, "campaign_name": None, "spend": "99"})
    assert (found.reason, found.mend) == ("date is empty, as in a summary row", TOTALS)


def test_a_campaign_may_be_called_total_if_it_has_an_id() -> None:
    assert normalised([row(campaign_name="Total")]).rejections == ()
    named = {"date": "2026-01-02", "campaign_name": "Total Wine promo", "spend": "1"}
    assert normalised([named]).rejections == ()


def test_tomorrow_may_have_begun_where_the_account_is() -> None:
    tomorrow = today_in(time_zone("Europe/Berlin")) + timedelta(days=1)
    assert normalised([row(date=tomorrow.isoformat())]).rejections == ()
    after = tomorrow + timedelta(days=1)
    assert rejection(row(date=after.isoformat())).reason == f"date '{after}' lies in the future"


def test_the_header_is_named_as_it_stands_in_the_file() -> None:
    columns = {"date": "Tag", "campaign_id": "Kampagne", "spend": "Kosten (EUR)"}
    page = normalised(
        [{"Tag": "2026-01-02", "Kampagne": "7", "Kosten (EUR)": "viel"}], {"columns": columns}
    )
    (found,) = page.rejections
    assert (found.field, found.reason) == ("Kosten (EUR)", "Kosten (EUR) 'viel' is not a number")


def test_a_row_is_refused_once_for_the_first_thing_found() -> None:
    assert rejection(row(date="soon", spend="abc", impressions="-1")).field == "date"


def test_an_account_that_is_named_nowhere_refuses_the_row() -> None:
    page = normalised([row(account_id=None)], account_id="")
    assert [found.reason for found in page.rejections] == ["account_id is empty"]


def test_a_later_row_of_a_key_with_other_values_is_refused() -> None:
    page = normalised([row(placement="feed"), row(placement="story"), row(placement="feed")])
    (found,) = page.rejections
    assert (found.position, found.field) == (1, "campaign_id")
    assert found.reason == "campaign_id has another row for this date, with other values: row 2"
    assert found.mend == (
        "add up the rows of an entity's day before uploading, or leave the repeat out"
    )
    assert page.entries["records"].to_pylist() == [2]


def test_campaign_days_do_not_come_of_ad_set_rows() -> None:
    page = normalised([row(ad_set_id="1"), row(ad_set_id="2")], level=Level.CAMPAIGN)
    assert len(page.rejections) == 1


def test_rows_of_a_key_that_disagree_are_refused_together() -> None:
    rows = [
        row(action_type="lead", value="1", spend="5"),
        row(action_type="lead", value="1", campaign_id="8"),
        row(action_type="like", value="1", spend="6"),
    ]
    page = normalised(rows)
    assert [(found.position, found.reason) for found in page.rejections] == [
        (0, "spend differs between rows of one entity and day"),
        (2, "spend differs between rows of one entity and day"),
    ]
    assert page.rejections[0].mend == "write the same metrics on every row of an entity's day"
    assert page.entries["entity_id"].to_pylist() == ["8"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"action_type": None, "value": "1"}, "action_type is empty beside a value"),
        ({"action_type": "lead", "value": "x"}, "value 'x' is not a number"),
    ],
)
def test_an_action_that_says_nothing_is_refused(
    changes: dict[str, str | None], reason: str
) -> None:
    assert rejection(row(**changes)).reason == reason
