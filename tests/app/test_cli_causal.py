"""liftos export causal: from a file of a model's series to files that a model loads."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from core.errors import BadInput
from tests.app.test_cli_exports import Shop, held, shop

__all__ = ["shop"]
WEEKS = [date(2024, 1, 1) + timedelta(weeks=number) for number in range(80)]
ROWS = [(week, 1000.25 + number * 3, 10.5 + number % 7) for number, week in enumerate(WEEKS)]


@pytest.fixture
def worker(shop: Shop) -> Iterator[None]:
    """A worker of its own process, on the home of the shop."""
    command = [sys.executable, "-m", "app.cli.main", "--home", str(shop.home), "worker"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    yield
    process.terminate()
    process.wait(30)


def series_file(folder: Path) -> str:
    path = folder / "weekly.csv"
    lines = (f"{day},{sales},{spend}" for day, sales, spend in ROWS)
    path.write_text("\n".join(("date,sales,tv_spend", *lines, "")))
    return str(path)


@pytest.mark.long
@pytest.mark.usefixtures("worker")
def test_an_export_is_made_followed_downloaded_and_checked(shop: Shop, tmp_path: Path) -> None:
    account = ("--account", "model", "--level", "series", "--currency", "EUR")
    made = shop.run("connection", "create", "--source", "file", *account, "--time-zone", "UTC")
    loaded = shop.run(
        "upload",
        series_file(tmp_path),
        "--connection",
        made.stdout.strip(),
        "--follow",
        "--series",
        "sales=KPI",
        "--series",
        "tv_spend=SPEND:TV",
    )
    assert loaded.exit_code == 0, loaded.output
    dates = ("--since", f"{WEEKS[0]}", "--until", f"{WEEKS[-1] + timedelta(days=8)}")
    out = tmp_path / "model"
    answer = shop.run(
        "export", "causal", *dates, "--kpi", "series:sales", "--format", "parquet",
        "--format", "csv", "--currency", "EUR", "--out", str(out),
    )  # fmt: skip
    assert answer.exit_code == 0, answer.output
    gone = f"{WEEKS[-1] + timedelta(days=7)} to {WEEKS[-1] + timedelta(days=13)}"
    assert f"LEFT OUT PARTIAL_PERIODS: 1 period not wholly in the dates: {gone}" in answer.stderr
    files = held(out)
    told = json.loads(files["manifest.json"])
    assert {"wide.parquet", "wide.csv", "manifest.json", "bundle.zip"} <= set(files)
    assert (told["grain"], told["kpi"]["name"], told["periods"]) == ("WEEK", "sales", len(WEEKS))
    wide = pq.read_table(out / "wide.parquet").to_pydict()
    assert list(zip(wide["time"], wide["kpi"], wide["tv_spend"], strict=True)) == ROWS
    listed = shop.run("export", "list").stdout.splitlines()[1].split()
    assert listed[:2] == [answer.stdout.strip(), "READY"]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (("--kpi", "sales"), "--kpi"),
        (("--kpi", "orders", "--week-start", "someday"), "--week-start"),
        (("--kpi", "series:none"), "kpi.series"),
    ],
)
def test_what_cannot_be_exported_is_told_before_anything_is_queued(
    shop: Shop, options: tuple[str, ...], field: str
) -> None:
    dates = ("--since", "2026-01-01", "--until", "2026-03-31")
    answer = shop.run("export", "causal", *dates, *options)
    assert isinstance(answer.exception, BadInput)
    assert answer.exception.field == field
    assert len(shop.run("export", "list").stdout.splitlines()) == 1
