"""A real Meta account's files, read and normalised, against the files themselves."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from core.commands import FileOptions
from core.records.connections import Level
from tests.connectors.file_reading import entries_of, normalise, read_pages, rejections_of

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "meta_real"
AD_SET_DAYS = (
    ("query_182_adset_daily__rec2026-03-06_v23.csv", 7009, 1365),
    ("query_182_adset_daily__rec2026-06-02_v25.csv", 14301, 2709),
)

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="the recorded files of shared/data are not on this machine"
)


def rows_of(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "options", [FileOptions(), FileOptions(columns={"ad_set_id": "parent_id"})]
)
@pytest.mark.parametrize(("name", "count", "days"), AD_SET_DAYS)
def test_each_ad_sets_day_is_counted_once(
    name: str, count: int, days: int, options: FileOptions
) -> None:
    pages = read_pages(FOLDER / name, options, Level.AD_SET)
    made = normalise(pages, Level.AD_SET, account_id="361744628296290")
    found, rows = entries_of(made), rows_of(name)
    once = {(row["parent_id"], row["date_start"]): row for row in rows}
    assert rejections_of(made) == []
    assert (len(found), sum(entry["records"] for entry in found)) == (days, count)
    assert {(e["entity_id"], str(e["date"])): e["spend"] for e in found} == {
        key: Decimal(row["spend"]) for key, row in once.items()
    }
    assert sum(entry["spend"] for entry in found) == sum(Decimal(r["spend"]) for r in once.values())
    assert sum(entry["impressions"] for entry in found) == sum(
        int(row["impressions"]) for row in once.values()
    )


def test_campaign_days_are_in_to_the_cent() -> None:
    name = "query_42_insights__rec2026-03-06_v23.csv"
    made = normalise(read_pages(FOLDER / name), account_id="act_361744628296290")
    assert rejections_of(made) == []
    assert len(entries_of(made)) == 93
    spend = sum(entry["spend"] for entry in entries_of(made))
    assert spend == sum(Decimal(row["spend"]) for row in rows_of(name)) == Decimal("2705.37")


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("query_25_insights__rec2026-03-06_v23.csv", 91),
        ("query_5_insights__rec2026-03-06_v23.csv", 93),
    ],
)
def test_action_types_make_campaign_days(name: str, days: int) -> None:
    made = normalise(read_pages(FOLDER / name), account_id="361744628296290")
    assert rejections_of(made) == []
    assert len(entries_of(made)) == days


def test_the_files_of_an_account_belong_to_no_other() -> None:
    pages = read_pages(FOLDER / "query_42_insights__rec2026-03-06_v23.csv")
    made = normalise(pages, account_id="1001")
    assert {each.reason for each in rejections_of(made)} == {
        "account_id '361744628296290' is not connected"
    }
    assert len(rejections_of(made)) == 93


@pytest.mark.parametrize("level", [Level.CAMPAIGN, Level.AD_SET, Level.AD])
def test_the_published_schema_of_ad_reports_is_read(level: Level) -> None:
    path = FOLDER.parent / "mmm" / "ad_report_schema.csv"
    pages = read_pages(path, level=level)
    (page,) = normalise(pages, level, currency="USD", account_id="ACC001")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert page.fetched == len(rows)
    others = [row for row in rows if row["account_id"] != "ACC001"]
    strangers = [each for each in page.rejections if each.field == "account_id"]
    assert len(strangers) == len(others)
