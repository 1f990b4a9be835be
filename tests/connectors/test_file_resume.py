"""A reading can be taken up after any page, and no natural key stands on two pages."""

from __future__ import annotations

import os
import random
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.file import probe
from connectors.file.connector import FileConnector
from core.commands import FileOptions
from core.records.connections import Level
from core.records.ingestion import RawPage
from tests.connectors.file_reading import entries_of, normalise, read_pages, records, rejections_of

LONG = "date,campaign_id,action_type,value,spend"
WIDE = "date,campaign_id,spend,impressions,note"


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and buckets of a few rows, so that small files have many."""
    monkeypatch.setattr(probe, "PAGE_CELLS", 1)
    monkeypatch.setattr(probe, "PAGE_ROWS", range(7, 8))
    monkeypatch.setattr(probe, "BUCKET_ROWS", 5)


def written(folder: Path, header: str, rows: list[str]) -> Path:
    path = folder / "upload.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def check_resume(path: Path, pages: list[RawPage]) -> None:
    assert [page.checkpoint is None for page in pages] == [False] * (len(pages) - 1) + [True]
    for place, page in enumerate(pages[:-1], start=1):
        assert read_pages(path, resume=page.checkpoint) == pages[place:]


@pytest.mark.usefixtures("small_pages")
@given(
    count=st.integers(1, 60),
    repeats=st.lists(st.integers(0, 59), max_size=9),
    rng=st.randoms(use_true_random=False),
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
def test_any_checkpoint_leads_to_the_same_pages(
    tmp_path: Path, count: int, repeats: list[int], rng: random.Random
) -> None:
    rows = [f"2026-01-{n % 28 + 1:02},{n},{n}.5,{n},x" for n in range(count)]
    rows += [rows[n % count] for n in repeats]
    rng.shuffle(rows)
    path = written(tmp_path, WIDE, rows)
    pages = read_pages(path)
    check_resume(path, pages)
    assert sorted(each["$row"] for each in records(pages)) == list(range(2, len(rows) + 2))
    made = normalise(pages)
    assert not rejections_of(made)
    assert sum(entry["records"] for entry in entries_of(made)) == len(rows)
    assert sorted(entry["entity_id"] for entry in entries_of(made)) == sorted(
        map(str, range(count))
    )


@pytest.mark.usefixtures("small_pages")
@given(keys=st.lists(st.integers(0, 12), min_size=1, max_size=80))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
def test_rows_of_a_key_share_a_page_wherever_they_stand(tmp_path: Path, keys: list[int]) -> None:
    rows = [f"2026-01-{key + 1:02},{key % 3},type_{n},1,{key}.25" for n, key in enumerate(keys)]
    path = written(tmp_path, LONG, rows)
    pages = read_pages(path)
    check_resume(path, pages)
    found = defaultdict(set)
    for number, page in enumerate(pages):
        for record in records([page]):
            found[record["date"], record["campaign_id"]].add(number)
    assert all(len(numbers) == 1 for numbers in found.values())
    entries = entries_of(normalise(pages))
    assert {str(entry["date"]): entry["records"] for entry in entries} == {
        f"2026-01-{key + 1:02}": keys.count(key) for key in keys
    }
    assert (
        sum(entry["spend"] for entry in entries)
        == sum(key for key in set(keys)) + len(set(keys)) / 4
    )


@pytest.mark.usefixtures("small_pages")
def test_a_repeat_many_pages_later_is_found(tmp_path: Path) -> None:
    rows = [f"2026-01-02,{n},1.5,10,x" for n in range(100)]
    path = written(tmp_path, WIDE, [*rows, "2026-01-02,3,9.5,10,x", rows[4]])
    made = normalise(read_pages(path))
    assert len(entries_of(made)) == 100
    (refused,) = rejections_of(made)
    assert refused.reason == "campaign_id has another row for this date, with other values: row 5"
    assert {entry["entity_id"]: entry["records"] for entry in entries_of(made)}["4"] == 2


@pytest.mark.usefixtures("small_pages")
def test_a_day_written_in_two_ways_is_one_key(tmp_path: Path) -> None:
    rows = [f"2026-01-{n:02},1,1.5,10,x" for n in range(1, 29)]
    path = written(tmp_path, WIDE, [*rows, "13/01/2026,1,9.5,10,x", "13/1/26,1,9.5,10,x"])
    made = normalise(read_pages(path))
    assert len(entries_of(made)) == 28
    assert [refused.reason.rpartition(" ")[2] for refused in rejections_of(made)] == ["14", "14"]


@pytest.mark.usefixtures("small_pages")
def test_past_the_limit_of_digests_keys_are_kept_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "DIGESTS_LIMIT", 50)
    rows = [f"2026-01-02,{n},1.5,10,x" for n in range(100)]
    pages = read_pages(written(tmp_path, WIDE, rows))
    assert all("bucket" in page.request for page in pages)
    assert len(entries_of(normalise(pages))) == 100


@pytest.mark.usefixtures("small_pages")
def test_refused_rows_stand_on_some_page_of_a_spread_file(tmp_path: Path) -> None:
    rows = [f"2026-01-02,{n},type,1,1" for n in range(30)]
    path = written(tmp_path, LONG, [*rows, "2026-01-02,3", *rows])
    made = normalise(read_pages(path))
    assert sum(page.fetched for page in made) == 61
    assert [refused.payload["$cells"] for refused in rejections_of(made)] == [["2026-01-02,3"]]


@pytest.fixture
def spread(tmp_path: Path) -> Path:
    """Where the rows of a file are spread."""
    folder = tmp_path / "spread"
    folder.mkdir()
    return folder


async def test_a_reading_may_be_broken_off(
    tmp_path: Path, spread: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"2026-01-02,{n // 2},type_{n},1,1" for n in range(30_000)]
    path = written(tmp_path, LONG, rows)
    monkeypatch.setattr(tempfile, "tempdir", str(spread))
    connector = FileConnector(path, path.name, FileOptions(), Level.CAMPAIGN)
    pages = connector.pages(None, None)
    first = await anext(aiter(pages))
    assert first.checkpoint is not None
    await pages.aclose()  # type: ignore[attr-defined]  # an async generator
    await connector.aclose()
    assert os.listdir(spread) == []  # noqa: PTH208 - in an async test
