"""Large files are read at speed in little memory."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEADER = (
    "Reporting starts,Reporting ends,Account ID,Campaign ID,Campaign name,Ad set ID,Ad set name,"
    "Amount spent (EUR),Impressions,Clicks (all),Link clicks,Reach,Purchases,"
    "Purchases conversion value,Attribution setting\n"
)
ROWS = 1_150_000
SCRIPT = """
import asyncio, json, resource, sys, time
from pathlib import Path
from connectors.file.connector import FileConnector
from core.commands import FileOptions
from core.records.connections import Level, Source
from connectors.registry import normalise_page
from transform.normalise.context import PageContext

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

async def read(path):
    connector = FileConnector(path, path.name, FileOptions(), Level.AD_SET)
    before, started, rows, entries = peak(), time.perf_counter(), 0, 0
    async for page in connector.pages(None, None):
        context = PageContext("1001", "EUR", "UTC", Level.AD_SET, page.request["layout"])
        made = normalise_page(Source.FILE, page.stream, page.media_type, page.body, context)
        rows, entries = rows + made.fetched, entries + made.entries.num_rows
    seconds = time.perf_counter() - started
    return {"rows": rows, "entries": entries, "mib": peak() - before, "seconds": seconds}

print(json.dumps(asyncio.run(read(Path(sys.argv[1])))))
"""


def write_large(path: Path, *, repeats_itself: bool) -> None:
    """About 200 MB: 2000 ad sets a day, each of its own name; the last row may repeat the first."""
    with path.open("w") as file:
        file.write(HEADER)
        for start in range(0, ROWS, 2000):
            file.writelines(_row(number) for number in range(start, min(start + 2000, ROWS)))
        file.writelines(_row(0) for _ in islice([0], int(repeats_itself)))


def _row(number: int) -> str:
    ad_set, day = number % 2000, number // 2000
    date = f"{2023 + day // 336}-{day // 28 % 12 + 1:02}-{day % 28 + 1:02}"
    return (
        f"{date},{date},1001,1202{ad_set // 10:014},Campaign {ad_set // 10} prospecting lookalike,"
        f"1203{ad_set:014},Ad set {ad_set} DE broad 25-54,{number % 99991 / 100:.2f},"
        f"{number % 9973},{number % 293},{number % 199},{number % 4999},{number % 9},"
        f"{number % 49999 / 100:.2f},7-day click\n"
    )


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("repeats_itself", [False, True])
def test_200_mb_are_read_in_less_than_300_mib(tmp_path: Path, *, repeats_itself: bool) -> None:
    path = tmp_path / "large.csv"
    write_large(path, repeats_itself=repeats_itself)
    assert path.stat().st_size > 190_000_000
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], cwd=ROOT, capture_output=True, check=True
    )
    found = json.loads(done.stdout)
    assert found["rows"] == ROWS + repeats_itself
    assert found["entries"] == ROWS
    assert found["mib"] < 300
    assert found["rows"] / found["seconds"] > 10_000
