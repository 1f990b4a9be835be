"""Recipes that need no model: every number of a file comes back, in the shape that is read."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest

from client.liftos_causal import (
    BundleError,
    causal_impact,
    geolift,
    load,
    pymc_marketing,
    robyn,
)
from tests.models.conftest import Bundles
from tests.models.files import EXAMPLE, NATIONAL, PLACES, ROBYN, ModelFile


@pytest.mark.parametrize("model", [ROBYN, EXAMPLE, NATIONAL], ids=lambda model: model.path)
async def test_every_number_is_that_of_the_file(model: ModelFile, bundles: Bundles) -> None:
    wide = load(await bundles(model)).wide
    assert [f"{day:%Y-%m-%d}" for day in wide["time"]] == [row[model.time] for row in model.rows()]
    for header, column in model.columns.items():
        assert wide[column].tolist() == model.numbers(header), header


async def test_robyn_reads_what_it_was_made_with(bundles: Bundles, tmp_path: Path) -> None:
    inputs = robyn(await bundles(ROBYN))
    assert inputs.arguments == {
        "date_var": "time",
        "dep_var": "kpi",
        "dep_var_type": "revenue",
        "paid_media_spends": [
            *("facebook_spend", "ooh_spend", "print_spend", "search_spend", "tv_spend"),
        ],
        "paid_media_vars": [
            *("facebook_impressions", "ooh_spend", "print_spend", "search_clicks", "tv_spend"),
        ],
        "organic_vars": ["org_newsletter"],
        "context_vars": ["ctl_competitor_sales_b", "ctl_events_event1", "ctl_events_event2"],
        "window_start": "2015-11-23",
        "window_end": "2019-11-11",
    }
    events = [row["events"] for row in ROBYN.rows()]
    for name in ("event1", "event2"):
        assert inputs.dt_input[f"ctl_events_{name}"].tolist() == [
            float(event == name) for event in events
        ]
    assert list(inputs.dt_holidays) == ["ds", "holiday", "country", "year"]
    inputs.write(tmp_path)
    assert pd.read_csv(tmp_path / "dt_input.csv").equals(inputs.dt_input)


async def test_pymc_is_told_which_columns_are_what(bundles: Bundles) -> None:
    inputs = pymc_marketing(await bundles(EXAMPLE))
    assert inputs.columns == {
        "date_column": "time",
        "target_column": "kpi",
        "channel_columns": ["x1_spend", "x2_spend"],
        "control_columns": ["ctl_event_1", "ctl_event_2", "ctl_t"],
    }
    assert inputs.y.tolist() == EXAMPLE.numbers("y")


async def test_every_place_and_day_is_there_for_geolift(bundles: Bundles) -> None:
    frame = geolift(await bundles(PLACES))
    rows = {(row["location"], row["date"]): float(row["Y"]) for row in PLACES.rows()}
    assert list(frame) == ["location", "date", "Y"]
    assert (
        dict(zip(zip(frame["location"], frame["date"], strict=True), frame["Y"], strict=True))
        == rows
    )


async def test_the_treated_places_are_held_against_each_other_one(bundles: Bundles) -> None:
    bundle = load(await bundles(PLACES))
    frame = causal_impact(bundle, ["chicago", "portland"])
    rows = PLACES.rows()
    places = sorted({row["location"] for row in rows} - {"chicago", "portland"})
    assert list(frame) == ["y", *places]
    first = {row["location"]: float(row["Y"]) for row in rows if row["date"] == "2021-01-01"}
    assert frame["y"].iloc[0] == first["chicago"] + first["portland"]
    with pytest.raises(BundleError, match="name the treated places, of these: atlanta, "):
        causal_impact(bundle)


async def test_what_a_model_cannot_read_is_said(bundles: Bundles, tmp_path: Path) -> None:
    whole = await bundles(ROBYN)
    with zipfile.ZipFile(whole) as archive:
        archive.extractall(tmp_path)
    assert load(tmp_path).wide.equals(load(whole).wide)
    (tmp_path / "wide.parquet").write_bytes(b"other")
    with pytest.raises(BundleError, match=r"wide\.parquet is not as it was exported"):
        load(tmp_path)
    (tmp_path / "wide.parquet").unlink()
    with pytest.raises(BundleError, match=r"has no wide\.parquet"):
        load(tmp_path)
    with pytest.raises(BundleError, match=r"there is no .*nowhere\.zip"):
        load(tmp_path / "nowhere.zip")
    (tmp_path / "other.zip").write_bytes(b"other")
    with pytest.raises(BundleError, match=r"this is no bundle\.zip: download it again"):
        load(tmp_path / "other.zip")
    with pytest.raises(BundleError, match="GeoLift compares places: export by geo"):
        geolift(whole)
    with pytest.raises(BundleError, match="export without geo"):
        robyn(await bundles(PLACES))
