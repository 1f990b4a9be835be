"""The predecessor's payload: its shape, and statistics that are those of pandas."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.legacy_export import LegacyRequest, LegacyRow, legacy_payload
from core.legacy_statistics import correlations, described
from core.records.connections import Source

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
