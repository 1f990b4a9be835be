"""The predecessor's payload: its shape, and statistics that are those of pandas."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.legacy_export import LegacyRequest, LegacyRow, legacy_payload
from core.legacy_statistics import correlations, described
from core.records.connections import Source
from transform.export import spool
from transform.export.legacy import legacy_file, legacy_row

META, FILE = Source("META_ADS"), Source("FILE")
REQUEST = LegacyRequest(
    org_id="org",
    since=date(2026, 10, 1),
    until=date(2026, 10, 31),
    sources=(META, FILE),
    target="conversions",
    currency="EUR",
    home="DE",
    as_of=datetime(2026, 11, 2, 8, tzinfo=UTC),
    correlation_id="c-1",
)


def row(day: int = 3, **given: Any) -> LegacyRow:
    fields: dict[str, Any] = {
        "date": date(2026, 10, day),
        "source": META,
        "campaign_id": "77",
        "spend": 20.0,
        "impressions": 4000,
        "clicks": 50,
        "conversions": 2.5,
        "revenue": 90.0,
        "is_mature": True,
    }
    return LegacyRow(**(fields | given))


def test_the_payload_has_the_predecessor_s_names_and_each_row_its_own_day() -> None:
    made: Any = legacy_payload(REQUEST, [row(4), row(3)])
    assert list(made) == [
        "target_variable",
        "features",
        "marketing_features",
        "calendar_features",
        "time_series",
        "correlation_matrix",
        "export_metadata",
        "statistical_summary",
    ]
    assert made["features"] == made["marketing_features"] + made["calendar_features"]
    assert made["time_series"][0] == {
        "date": "2026-10-03",
        "data_source": "meta_business",
        "campaign_id": "77",
        "spend": 20.0,
        "impressions": 4000,
        "clicks": 50,
        "conversions": 2.5,
        "revenue": 90.0,
        "cpm": 5.0,
        "cpc": 0.4,
        "ctr": 1.25,
        "year": 2026,
        "quarter": 4,
        "month": 10,
        "week": 40,
        "day_of_week": 5,
        "is_weekend": True,
        "season": "fall",
    }
    assert [each["date"] for each in made["time_series"]] == ["2026-10-03", "2026-10-04"]
    assert made["export_metadata"] == {
        "org_id": "org",
        "date_range": {"start": "2026-10-01", "end": "2026-10-31"},
        "data_sources": ["manual", "meta_business"],
        "target_metric": "conversions",
        "records_count": 2,
        "export_timestamp": "2026-11-02T08:00:00+00:00",
        "correlation_id": "c-1",
        "currency": "EUR",
        "mature_records": 2,
    }


def test_what_is_unknown_is_null_and_not_zero() -> None:
    unknown = row(spend=None, impressions=0, conversions=None, source=FILE, campaign_id=None)
    made: Any = legacy_payload(REQUEST, [unknown, row(4)])
    (first, _) = made["time_series"]
    assert {name: first[name] for name in ("spend", "cpm", "cpc", "ctr", "conversions")} == (
        dict.fromkeys(("spend", "cpm", "cpc", "ctr", "conversions"))
    )
    assert (first["impressions"], first["data_source"], first["campaign_id"]) == (0, "manual", None)
    summary = made["statistical_summary"]
    assert summary["missing_values"]["spend"] == 1
    assert summary["missing_values"]["clicks"] == 0
    assert summary["descriptive_stats"]["spend"]["count"] == 1
    types = summary["data_types"]
    assert (types["clicks"], types["spend"], types["is_weekend"], types["season"]) == (
        "int64", "float64", "bool", "object",
    )  # fmt: skip


def test_correlations_are_those_of_settled_rows() -> None:
    rising = [row(day, spend=float(day), clicks=10 * day) for day in range(1, 11)]
    provisional = [row(day, spend=float(day), clicks=0, is_mature=False) for day in range(11, 14)]
    made: Any = legacy_payload(REQUEST, [*rising, *provisional])
    assert made["correlation_matrix"]["spend"]["clicks"] == pytest.approx(1.0)
    assert made["correlation_matrix"]["spend"]["impressions"] is None
    assert made["export_metadata"]["mature_records"] == 10
    assert made["statistical_summary"]["descriptive_stats"]["spend"]["count"] == 13


def test_no_rows_make_an_empty_payload() -> None:
    made: Any = legacy_payload(REQUEST, [])
    assert (made["time_series"], made["export_metadata"]["records_count"]) == ([], 0)
    assert made["statistical_summary"]["descriptive_stats"]["spend"]["mean"] is None


NUMBER = st.none() | st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NUMBER, NUMBER, NUMBER), min_size=2, max_size=40))
def test_statistics_are_those_of_pandas(rows: list[tuple[float | None, ...]]) -> None:
    columns = {name: [each[place] for each in rows] for place, name in enumerate("abc")}
    frame = pd.DataFrame(columns, dtype="float64")
    with np.errstate(all="ignore"):
        expected = frame.corr().to_numpy()
    found = correlations(columns)
    for one, name in enumerate("abc"):
        told = described(columns[name])
        stats = frame[name].describe()
        for key in stats.index:
            value = None if pd.isna(stats[key]) else pytest.approx(stats[key], rel=1e-9, abs=1e-6)
            assert told[key] == value, (name, key)
        for two, other in enumerate("abc"):
            known = frame[[name, other]].dropna() if name != other else frame[[name]].dropna()
            if len(known) > 1 and (known.std() > 1e-3).all():
                assert found[name][other] == pytest.approx(expected[one, two], abs=1e-6)


def test_rows_may_come_in_any_order() -> None:
    rows = [row(day, campaign_id=str(day % 3), clicks=day) for day in range(1, 20)]
    later = [row(1, date=date(2026, 10, 1) + timedelta(days=40))]
    assert legacy_payload(REQUEST, [*rows, *later]) == legacy_payload(
        REQUEST, [*later, *reversed(rows)]
    )


AMOUNT = st.none() | st.decimals(-1_000, 1_000_000, places=2)
COUNT = st.none() | st.integers(0, 10**7)
CAMPAIGNS = {str(UUID(int=number)): (name, None) for number, name in enumerate(("b", 'a"ü', "c"))}


@st.composite
def attribution_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Sorted by day, as a stream has them, and within a day by anything."""
    days = sorted(draw(st.lists(st.integers(0, 60), max_size=20)))
    return [
        {
            "time": date(2026, 9, 1) + timedelta(days=day),
            "source": draw(st.sampled_from((META.value, FILE.value))),
            "campaign": draw(st.none() | st.sampled_from(sorted(CAMPAIGNS))),
            "spend": draw(AMOUNT),
            "impressions": draw(COUNT),
            "clicks": draw(COUNT),
            "conversions": draw(AMOUNT),
            "conversion_value": draw(AMOUNT),
            "is_mature": draw(st.booleans()),
        }
        for day in days
    ]


@settings(max_examples=60, deadline=None)
@given(attribution_rows(), st.integers(1, 8), st.integers(1, 5))
def test_a_file_holds_the_payload_however_its_rows_come(
    rows: list[dict[str, Any]], size: int, chunk: int
) -> None:
    request = replace(REQUEST, sources=())
    made = [legacy_row(row, CAMPAIGNS) for row in rows]
    sources = tuple({row.source for row in made})
    expected = legacy_payload(replace(request, sources=sources), made)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(spool, "CHUNK", chunk)
        path = Path(folder, "legacy.json")
        with legacy_file(path, request, CAMPAIGNS) as file:
            for start in range(0, len(rows), size):
                file.write_batch(pa.RecordBatch.from_pylist(rows[start : start + size], SCHEMA))
            file.end()
        text = path.read_text(encoding="utf-8")
        assert list(Path(folder).iterdir()) == [path]
    assert text == json.dumps(expected, indent=2, ensure_ascii=False) + "\n"


FIELDS: dict[str, pa.DataType] = {
    "time": pa.date32(),
    "source": pa.string(),
    "campaign": pa.string(),
    "spend": pa.decimal128(38, 6),
    "impressions": pa.int64(),
    "clicks": pa.int64(),
    "conversions": pa.decimal128(38, 6),
    "conversion_value": pa.decimal128(38, 6),
    "is_mature": pa.bool_(),
}
SCHEMA = pa.schema(FIELDS)
