"""Tables of exports: the same rows are the same bytes, and every double the nearest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.records.exports import ExportFormat
from transform.export import files
from transform.export.columns import ColumnKey, Role, named, snake_case
from transform.export.files import table_files
from transform.export.numbers import doubles

ROWS = 500
TABLE = pa.table(
    {
        "day": pa.array([date(2026, 1, 1) + timedelta(days=n) for n in range(ROWS)], pa.date32()),
        "name": pa.array([None if n % 7 == 0 else f"c{n % 11}" for n in range(ROWS)], pa.string()),
        "clicks": pa.array([None if n % 5 == 0 else n for n in range(ROWS)], pa.int64()),
        "spend": pa.array([None if n % 3 == 0 else n / 7 for n in range(ROWS)], pa.float64()),
    }
)
EVERY = [each for each in ExportFormat if each is not ExportFormat.LEGACY]


def written(folder: Path, cuts: Sequence[int]) -> dict[str, str]:
    """Checksums of the table's files, its rows handed over in pieces that end at `cuts`."""
    edges = [0, *sorted(set(cuts)), ROWS]
    with table_files(folder, "t", TABLE.schema, EVERY) as rows:
        for start, end in pairwise(edges):
            for batch in TABLE.slice(start, end - start).to_batches():
                rows.write_batch(batch)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("t.*")}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, ROWS), max_size=12))
def test_bytes_follow_from_rows_however_they_come(tmp_path: Path, cuts: list[int]) -> None:
    kept, files.GROUP = files.GROUP, 128  # type: ignore[misc]  # groups end within the table
    try:
        assert written(tmp_path, cuts) == written(tmp_path, [])
    finally:
        files.GROUP = kept  # type: ignore[misc]


def test_parquet_does_not_say_which_library_wrote_it(tmp_path: Path) -> None:
    found = written(tmp_path, [])
    path = tmp_path / "t.parquet"
    assert pq.read_table(path).equals(TABLE)
    assert pq.ParquetFile(path).metadata.created_by == (
        "liftos-causal-export version 1.0.0 (build 1)"
    )
    assert b"arrow version" not in path.read_bytes()
    # Another checksum means another encoding: the format's version must grow with it.
    assert found == GOLDEN


GOLDEN = {
    "t.arrow": "48c39a3eaed90c3946ae54fd2b39b2673b68f0a20a13e1a2105ec6a18706d435",
    "t.csv": "4d76dff58a94780a08cc004a1f52de335b47916884b48730dcb8590cb49b3e5e",
    "t.jsonl": "d27405c64ef42ed1f78b40923fb1b9270404ec089fcfd5e45f8d67547de2aec3",
    "t.parquet": "20834a7d371a895977f33309ab42e6632128883391d6b2201e206a2597909111",
}


@given(st.lists(st.none() | st.decimals(-(10**20), 10**20, places=6, allow_nan=False), min_size=1))
def test_every_double_is_the_nearest(values: list[Decimal | None]) -> None:
    column = pa.array(values, pa.decimal128(38, 6))
    assert doubles(column).to_pylist() == [None if v is None else float(v) for v in values]


def test_names_are_unique_and_follow_from_the_keys_alone() -> None:
    keys = [
        ColumnKey(Role.MEDIA_SPEND, "Paid Social", "spend"),
        ColumnKey(Role.MEDIA_SPEND, "paid-social", "spend"),
        ColumnKey(Role.MEDIA, "TV", "exposure", series="TV GRP"),
        ColumnKey(Role.CONTROL, series="Größe (m²)", origin="a"),
        ColumnKey(Role.CONTROL, series="Größe (m²)", origin="b"),
        ColumnKey(Role.MEDIA_SPEND, "360°", "spend"),
        ColumnKey(Role.KPI, metric="count"),
    ]
    names = named(keys)
    assert names == named(reversed(keys))
    assert sorted(names.values()) == [
        "c_360_spend",
        "ctl_grösse_m2",
        "ctl_grösse_m2_2",
        "kpi",
        "paid_social_spend",
        "paid_social_spend_2",
        "tv_grp",
    ]
    assert snake_case("…") == "unnamed"
