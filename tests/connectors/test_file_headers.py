"""Where the header stands and which column is which field."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from core.commands import FileOptions
from core.file_fields import FILE_FIELDS, field_of, header_key
from core.records.connections import Level
from tests.connectors.file_reading import (
    HEADER,
    entries,
    normalise,
    read_text,
    records,
    refusal,
    rejections_of,
)


def columns(folder: Path, text: str, options: FileOptions | None = None) -> dict[str, str]:
    layout: Any = read_text(folder, text, options)[0].request["layout"]
    found: dict[str, str] = layout["columns"]
    return found


def test_an_alias_names_one_field_only() -> None:
    keys = Counter(header_key(alias) for aliases in FILE_FIELDS.values() for alias in aliases)
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        (
            (
                "Reporting starts,Reporting ends,Campaign name,Campaign ID,Amount spent (EUR),"
                "Impressions,Reach,Link clicks,Clicks (all),Results,Purchases conversion value,"
                "Attribution setting,Account ID"
            ),
            (
                "date,date_stop,campaign_name,campaign_id,spend,impressions,reach,link_clicks,clicks,"
                "conversions,conversion_value,attribution_setting,account_id"
            ),
        ),
        (
            (
                "Day,Campaign,Campaign ID,Currency code,Cost,Impr.,Clicks,Conversions,Conv. value,"
                "Customer ID"
            ),
            (
                "date,campaign_name,campaign_id,currency,spend,impressions,clicks,conversions,"
                "conversion_value,account_id"
            ),
        ),
        (
            (
                "segments.date,campaign.id,campaign.name,metrics.cost_micros,metrics.impressions,"
                "metrics.clicks,metrics.conversions,metrics.conversions_value,customer.currency_code"
            ),
            (
                "date,campaign_id,campaign_name,spend_micros,impressions,clicks,conversions,"
                "conversion_value,currency"
            ),
        ),
        (
            (
                "Start Date (in UTC),Account Name,Currency,Campaign ID,Campaign Name,Impressions,"
                "Clicks,Total Spent,Total Conversion Value"
            ),
            (
                "date,account_name,currency,campaign_id,campaign_name,impressions,clicks,spend,"
                "conversion_value"
            ),
        ),
        (
            (
                "stat_time_day,Campaign ID,Ad group ID,Ad group name,Cost,Impressions,"
                "Clicks (destination),Video views"
            ),
            "date,campaign_id,ad_set_id,ad_set_name,spend,impressions,link_clicks,video_views",
        ),
        (
            (
                "Campaign Name,Send Time,Campaign ID,Campaign Channel,Unique Clicks,Placed Order,"
                "Total Placed Order Value"
            ),
            "campaign_name,date,campaign_id,channel,clicks,conversions,conversion_value",
        ),
        (
            (
                "date_day,platform,account_id,account_name,campaign_id,campaign_name,ad_group_id,"
                "ad_group_name,ad_id,ad_name,clicks,impressions,spend,conversions,conversions_value"
            ),
            (
                "date,platform,account_id,account_name,campaign_id,campaign_name,ad_set_id,"
                "ad_set_name,ad_id,ad_name,clicks,impressions,spend,conversions,conversion_value"
            ),
        ),
        (
            (
                "Tag,Kampagnenname,Kampagnen-ID,Ausgegebener Betrag (EUR),Impressionen,Reichweite,"
                "Link-Klicks,Klicks (alle),Käufe,Währung"
            ),
            (
                "date,campaign_name,campaign_id,spend,impressions,reach,link_clicks,clicks,"
                "conversions,currency"
            ),
        ),
        (
            (
                "Jour,Nom de la campagne,ID de campagne,Montant dépensé (EUR),Couverture,"
                "Clics (tous),"
                "Résultats,Chiffre d'affaires,Devise"
            ),
            (
                "date,campaign_name,campaign_id,spend,reach,clicks,conversions,conversion_value,"
                "currency"
            ),
        ),
    ],
)
def test_the_headers_of_exports_are_known(tmp_path: Path, headers: str, fields: str) -> None:
    row = ",".join("2026-01-02" if "date" in field else "1" for field in fields.split(","))
    expected = dict(zip(fields.split(","), headers.split(","), strict=True))
    assert columns(tmp_path, f"{headers}\n{row}\n") == expected


def test_a_send_date_makes_rows_dated_by_sending(tmp_path: Path) -> None:
    (entry,) = entries(tmp_path, "Send Time,Campaign Name,Revenue\n2026-01-02 14:30:00,mail,5\n")
    assert (entry["date_basis"], str(entry["date"])) == ("SEND", "2026-01-02")
    assert (entry["entity_id"], entry["spend"], entry["conversion_value"]) == ("mail", None, 5)


@pytest.mark.parametrize(
    "preamble",
    [
        "Report: Campaigns\n1 January 2026 - 31 January 2026\n\n",
        '"Report, with a comma"\n\n\n',
        "sep=,\n",
        "# date of export: today\n,,,\n",
        'Title with "quotes" and an open "one\n',
    ],
)
def test_titles_above_the_header_are_left_out(tmp_path: Path, preamble: str) -> None:
    (found,) = records(read_text(tmp_path, f"{preamble}{HEADER}\n2026-01-02,7,1.5,10\n"))
    assert found["$row"] == preamble.count("\n") + 2
    assert found["campaign_id"] == "7"


def test_a_file_without_a_header_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path, "2026-01-02,7,1.5\n2026-01-03,7,2.5\n")
    assert error.field == "columns"
    assert error.message == (
        "no header row was found in the first 50 rows; the first row holds: "
        "'2026-01-02', '7', '1.5'"
    )
    assert '{"date": "<your header>"}' in (error.mend or "")


def test_columns_can_be_mapped(tmp_path: Path) -> None:
    text = "when,who,how much,spend\n2026-01-02,7,1.5,9\n"
    mapping = {"date": "when", "campaign_id": "who", "spend": "how much"}
    assert columns(tmp_path, text, FileOptions(columns=mapping)) == mapping


def test_a_field_can_be_left_out(tmp_path: Path) -> None:
    found = columns(tmp_path, f"{HEADER}\n2026-01-02,7,1.5,9\n", FileOptions(columns={"spend": ""}))
    assert found.keys() == {"date", "campaign_id", "impressions"}


@pytest.mark.parametrize(
    ("mapping", "field", "message"),
    [
        ({"cost": "spend"}, "columns", "'cost' is not a field of an entry"),
        (
            {"spend": "Kosten"},
            "columns.spend",
            (
                "no column is called 'Kosten'; the file has 'date', 'campaign_id', 'spend',"
                " 'impressions'"
            ),
        ),
        ({"date": ""}, "columns.date", "no column holds the date"),
        (
            {"campaign_id": ""},
            "columns.campaign_id",
            "no column holds the id or the name of the campaign",
        ),
        (
            {"spend": "", "impressions": ""},
            "columns.spend",
            "no column holds a metric such as spend, impressions or clicks",
        ),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(
    tmp_path: Path, mapping: dict[str, str], field: str, message: str
) -> None:
    error = refusal(tmp_path, f"{HEADER}\n2026-01-02,7,1.5,9\n", FileOptions(columns=mapping))
    assert (error.field, error.message) == (field, message)


def test_a_header_that_stands_twice_over_a_field_is_refused(tmp_path: Path) -> None:
    text = "date,campaign_id,Spend,Spend\n2026-01-02,7,1,2\n"
    error = refusal(tmp_path, text)
    assert (error.field, error.message) == (
        "columns.spend",
        "2 columns may be spend: 'Spend', 'Spend'",
    )
    assert error.mend == (
        "rename all but one of them in the file, or map spend to the right one in columns"
    )
    twice = FileOptions(columns={"spend": "Spend"})
    assert refusal(tmp_path, text, twice).message == error.message
    (entry,) = entries(tmp_path, text, FileOptions(columns={"spend": "Spend_2"}))
    assert entry["spend"] == 2


def test_headers_that_differ_in_writing_only_are_told_apart_by_mapping(tmp_path: Path) -> None:
    text = "date,campaign_id,Spend,SPEND\n2026-01-02,7,1,2\n"
    assert refusal(tmp_path, text).message == "2 columns may be spend: 'Spend', 'SPEND'"
    (entry,) = entries(tmp_path, text, FileOptions(columns={"spend": "SPEND"}))
    assert entry["spend"] == 2


def test_the_better_alias_wins_over_a_worse_one(tmp_path: Path) -> None:
    text = "Reporting starts,Day,Campaign ID,Total cost,Cost\n2026-01-01,2026-01-02,7,9,1.5\n"
    assert columns(tmp_path, text) == {"date": "Day", "campaign_id": "Campaign ID", "spend": "Cost"}


def test_headers_that_are_no_field_may_stand_twice_or_be_blank(tmp_path: Path) -> None:
    text = "date,campaign_id,spend,note,note,,$row\n2026-01-02,7,1,a,b,c,d\n"
    (found,) = records(read_text(tmp_path, text))
    assert found == {
        "$row": 2,
        "date": "2026-01-02",
        "campaign_id": "7",
        "spend": "1",
        "note": "a",
        "note_2": "b",
        "column_6": "c",
        "$row_2": "d",
    }


def test_parent_id_is_what_its_node_says(tmp_path: Path) -> None:
    head = "fb_graph_node,parent_id,date_start,campaign_id,spend\n"
    text = f"{head}page_adsets_insights,11,2026-01-02,1,5\n"
    made = normalise(read_text(tmp_path, text, level=Level.AD_SET), level=Level.AD_SET)
    assert made[0].entries["entity_id"].to_pylist() == ["11"]
    mapped = FileOptions(columns={"ad_set_id": "parent_id"})
    text = text.replace("page_adsets_insights", "something_else")
    made = normalise(read_text(tmp_path, text, mapped, level=Level.AD_SET), level=Level.AD_SET)
    assert made[0].entries["entity_id"].to_pylist() == ["11"]


def test_parent_ids_of_different_nodes_are_refused(tmp_path: Path) -> None:
    error = refusal(
        tmp_path,
        "fb_graph_node,parent_id,date_start,spend\n"
        "page_campaigns_insights,11,2026-01-02,5\npage_adsets_insights,12,2026-01-02,5\n",
    )
    assert error.message == (
        "parent_id names different things: page_adsets_insights, page_campaigns_insights"
    )


@pytest.mark.parametrize(
    ("header", "currency", "refused_rows"),
    [
        ("Amount spent (EUR)", "EUR", 0),
        ("Amount spent (EUR)", "USD", 1),
        ("Cost (€)", "EUR", 0),
        ("Cost [US$]", "EUR", 1),
        ("spend_usd", "USD", 0),
        ("Umsatz in €", "EUR", 0),
    ],
)
def test_the_currency_of_a_header_must_be_the_connections(
    tmp_path: Path, header: str, currency: str, refused_rows: int
) -> None:
    pages = read_text(tmp_path, f"date,campaign_id,{header}\n2026-01-02,7,1.5\n")
    refused = rejections_of(normalise(pages, currency=currency))
    assert [each.reason for each in refused] == [
        f"{header} is in another currency than the connection's {currency}"
    ] * refused_rows


def test_amounts_in_two_currencies_are_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path, "date,campaign_id,Cost (EUR),Revenue (USD)\n2026-01-02,7,1,2\n")
    assert error.message == "the amounts are in more than one currency: EUR, USD"


@pytest.mark.parametrize(
    "header", ["Cost / conv.", "Frequency", "CPC (EUR)", "ex_account_id", "id"]
)
def test_what_only_looks_like_a_field_is_none(header: str) -> None:
    assert field_of(header) is None


@pytest.mark.parametrize(("given", "used"), [("tab", "\t"), (";", ";"), ("~", "~")])
def test_a_delimiter_that_is_asked_for_is_used(tmp_path: Path, given: str, used: str) -> None:
    text = f"{HEADER}\n2026-01-02,7,1.5,10\n".replace(",", used)
    (page,) = read_text(tmp_path, text, FileOptions(delimiter=given))
    assert page.request["delimiter"] == used
    assert records([page])[0]["impressions"] == "10"


def test_a_delimiter_that_is_none_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path, f"{HEADER}\n", FileOptions(delimiter="::"))
    assert (error.field, error.message) == ("delimiter", "'::' is not a delimiter")


def test_decimal_commas_do_not_pass_for_delimiters(tmp_path: Path) -> None:
    text = "date;campaign_id;spend;conversion value\n" + "2026-01-02;a, b, c;1,5;2,5\n"
    (page,) = read_text(tmp_path, text)
    assert page.request["delimiter"] == ";"
