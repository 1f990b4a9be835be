"""The look before modelling: hand-computed cases, and nothing said of sound files."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.preflight import preflight
from core.records.exports import ExportCheck, Severity
from core.records.preflight import WideRoles
from tests.support import SHARED_DATA

WEEKS = 120
TIME = pd.date_range("2023-01-02", periods=WEEKS, freq="7D")
MMM = SHARED_DATA / "mmm"
needs_data = pytest.mark.skipif(not MMM.exists(), reason="the shared data is not here")


def sound(**columns: Any) -> pd.DataFrame:
    """A frame that nothing is to be said of: cycles that have little to do with each other."""
    place = np.arange(WEEKS)
    plain = {
        "time": TIME,
        "kpi": 1000 + 100 * np.sin(place / 3),
        "tv_spend": 100 + 50 * np.sin(place / 2),
        "tv_impressions": (100 + 50 * np.sin(place / 2)) * 20,
        "search_spend": 90 + 40 * np.cos(place / 5),
    }
    return pd.DataFrame(plain | columns)


ROLES = WideRoles(
    "time",
    "kpi",
    media=("tv_impressions", "search_spend"),
    media_spend=("tv_spend", "search_spend"),
    media_channels=("tv", "search"),
)


def roles(**more: tuple[str, ...] | str) -> WideRoles:
    given = {name: getattr(ROLES, name) for name in ROLES.__slots__}
    return WideRoles(**(given | more))


def told(frame: pd.DataFrame, parts: WideRoles = ROLES, grain: str = "WEEK") -> list[Any]:
    return [(each.id, each.columns, each.value) for each in preflight(frame, parts, grain)]


def test_of_a_sound_frame_nothing_is_said() -> None:
    assert told(sound()) == []


def changed(column: str, *, rows: slice, value: float) -> pd.DataFrame:
    frame = sound()
    frame.loc[frame.index[rows], column] = value
    return frame


CASES: list[tuple[str, pd.DataFrame, list[Any]]] = [
    (
        "a hole",
        sound().drop(index=[7, 8]),
        [("PERIOD_MISSING", ("time",), 2.0)],
    ),
    (
        "a row twice",
        pd.concat([sound(), sound().iloc[[5]]]),
        [("PERIOD_REPEATED", ("time",), 1.0)],
    ),
    (
        "a missing value",
        changed("search_spend", rows=slice(3, 5), value=float("nan")),
        [("VALUE_MISSING", ("search_spend",), 2.0)],
    ),
    (
        "a negative KPI",
        changed("kpi", rows=slice(0, 1), value=-1.0),
        [("KPI_NEGATIVE", ("kpi",), 1.0)],
    ),
    (
        "a KPI that stands still",
        sound(kpi=5.0),
        [("KPI_INVARIABLE", ("kpi",), 0.0)],
    ),
    (
        "a channel that spent nothing",
        sound(search_spend=0.0),
        [("MEDIA_ALL_ZERO", ("search_spend",), 0.0)],
    ),
    (
        "a channel that stands still",
        sound(search_spend=7.0),
        [("NO_VARIATION", ("search_spend",), 0.0)],
    ),
    (
        "a channel of one week",
        sound(search_spend=np.where(np.arange(WEEKS) == 3, 900.0, 80.0)),
        [
            ("VARIATION_IS_OUTLIERS", ("search_spend",), 0.0),
            ("OUTLIERS", ("search_spend",), 1.0),
        ],
    ),
    (
        "spend without exposure, and the reverse",
        changed("tv_impressions", rows=slice(0, 2), value=0.0).assign(
            tv_spend=lambda frame: frame.tv_spend.where(frame.index != 9, 0.0)
        ),
        [
            ("SPEND_WITHOUT_EXPOSURE", ("tv_spend", "tv_impressions"), 2.0),
            ("EXPOSURE_WITHOUT_SPEND", ("tv_spend", "tv_impressions"), 1.0),
        ],
    ),
    (
        "a unit that cost far more once",
        sound().assign(
            tv_spend=lambda frame: frame.tv_spend.where(frame.index != 4, 40 * frame.tv_spend)
        ),
        [("COST_PER_UNIT_OUTLIERS", ("tv_spend", "tv_impressions"), 1.0)],
    ),
    (
        "thousands of impressions for the last half",
        sound().assign(
            tv_impressions=lambda frame: frame.tv_impressions.where(
                frame.index < WEEKS // 2, frame.tv_impressions / 1000
            )
        ),
        [("COST_PER_UNIT_SHIFTS", ("tv_spend", "tv_impressions"), 1000.0)],
    ),
    (
        "a tiny channel",
        sound().assign(
            search_spend=lambda frame: (
                frame.search_spend / frame.search_spend.sum() * frame.tv_spend.sum() / 199
            )
        ),
        [("SPEND_SHARE_TINY", ("search_spend",), 0.005)],
    ),
]


@pytest.mark.parametrize(("frame", "expected"), [case[1:] for case in CASES],
                         ids=[case[0] for case in CASES])  # fmt: skip
def test_what_is_wrong_is_told_and_nothing_else(frame: pd.DataFrame, expected: list[Any]) -> None:
    assert told(frame) == expected


def test_a_copy_of_a_column_is_an_error_and_so_are_both_inflation_factors() -> None:
    frame = sound(ctl_copy=sound().tv_impressions * 2 + 3)
    assert told(frame, roles(controls=("ctl_copy",))) == [
        ("COLUMNS_ALIKE", ("tv_impressions", "ctl_copy"), 1.0),
        ("VIF_EXTREME", ("ctl_copy",), 1e6),
        ("VIF_EXTREME", ("tv_impressions",), 1e6),
    ]


def test_a_column_that_two_others_make_is_found_although_no_pair_is_alike() -> None:
    frame = sound().assign(ctl_sum=lambda f: f.tv_impressions / 2000 + f.search_spend / 80)
    found = told(frame, roles(controls=("ctl_sum",)))
    assert [each[:2] for each in found] == [
        ("VIF_EXTREME", ("ctl_sum",)),
        ("VIF_EXTREME", ("search_spend",)),
        ("VIF_EXTREME", ("tv_impressions",)),
    ]


def test_an_inflation_factor_is_that_of_the_regression_on_the_others() -> None:
    # r = 0.95 by construction: of two columns both factors are 1 / (1 - r²) = 10.256.
    one = np.tile([1.0, -1.0], WEEKS // 2)
    two = np.tile([1.0, 1.0, -1.0, -1.0], WEEKS // 4)
    mixed = 0.95 * one + np.sqrt(1 - 0.95**2) * two
    frame = sound(ctl_one=one, ctl_mixed=mixed)
    assert told(frame, WideRoles("time", "kpi", controls=("ctl_one", "ctl_mixed"))) == [
        ("COLUMNS_CORRELATED", ("ctl_one", "ctl_mixed"), 0.95),
        ("VIF_HIGH", ("ctl_mixed",), 10.26),
        ("VIF_HIGH", ("ctl_one",), 10.26),
    ]


def test_too_few_rows_for_the_columns_and_too_short_a_history() -> None:
    frame = sound().iloc[:15]
    assert told(frame)[:2] == [
        ("ROWS_PER_VARIABLE", (), 7.5),
        ("HISTORY_SHORT", ("time",), 105.0),
    ]


def test_events_that_are_never_or_always_on() -> None:
    frame = sound(evt_never=0.0, evt_always=1.0)
    assert told(frame, roles(events=("evt_never", "evt_always"))) == [
        ("EVENT_CONSTANT", ("evt_always",), 1.0),
        ("EVENT_CONSTANT", ("evt_never",), 0.0),
    ]


def panel() -> pd.DataFrame:
    """Berlin as it is; in Paris search spends evenly, and in Rome the columns are alike."""
    berlin, paris, rome = (sound().assign(geo=name) for name in ("berlin", "paris", "rome"))
    paris = paris.assign(search_spend=50.0)
    rome = rome.assign(search_spend=rome.tv_impressions / 20)
    return pd.concat([berlin, paris, rome], ignore_index=True)


def test_geos_are_looked_at_one_by_one() -> None:
    parts = roles(geo="geo")
    found = {(each.id, each.columns): each for each in preflight(panel(), parts, "WEEK")}
    assert set(found) == {
        ("COLUMNS_ALIKE_IN_GEO", ("tv_impressions", "search_spend")),
        ("VIF_EXTREME_IN_GEO", ("tv_impressions",)),
        ("VIF_EXTREME_IN_GEO", ("search_spend",)),
        ("NO_VARIATION_IN_GEO", ("search_spend",)),
    }
    assert {each.value for each in found.values()} == {1.0}
    assert found["NO_VARIATION_IN_GEO", ("search_spend",)].message == (
        "search_spend does not vary in paris"
    )


def test_a_period_that_one_geo_lacks_is_missing() -> None:
    frame = panel().drop(index=[0])
    assert told(frame, roles(geo="geo"))[0] == ("PERIOD_MISSING", ("time",), 1.0)


def test_months_of_different_lengths_are_a_regular_grid() -> None:
    months = pd.date_range("2015-01-01", periods=WEEKS, freq="MS")
    assert told(sound(time=months), grain="MONTH") == []


def test_no_rows_are_an_error_and_no_crash() -> None:
    assert told(sound().iloc[:0]) == [("PERIOD_MISSING", ("time",), None)]


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(chance: Any) -> None:
    order = list(range(3 * WEEKS))
    chance.shuffle(order)
    shuffled = panel().iloc[order]
    parts = roles(geo="geo")
    assert preflight(shuffled, parts, "WEEK") == preflight(panel(), parts, "WEEK")


def test_a_finding_says_what_it_was_held_against() -> None:
    (found,) = preflight(sound(kpi=5.0), ROLES, "WEEK")
    assert found == ExportCheck(
        "KPI_INVARIABLE",
        Severity.ERROR,
        ("kpi",),
        0.0,
        "the KPI does not vary: there is nothing to explain",
        1e-4,
    )


@needs_data
def test_robyn_s_weeks() -> None:
    frame = pd.read_csv(MMM / "robyn_dt_simulated_weekly.csv", keep_default_na=False)
    parts = WideRoles(
        "DATE",
        "revenue",
        media=("tv_S", "ooh_S", "print_S", "facebook_I", "search_clicks_P"),
        media_spend=("tv_S", "ooh_S", "print_S", "facebook_S", "search_S"),
        organic_media=("newsletter",),
        controls=("competitor_sales_B",),
    )
    assert told(frame, parts) == [
        ("EXPOSURE_WITHOUT_SPEND", ("facebook_S", "facebook_I"), 1.0),
        ("COST_PER_UNIT_OUTLIERS", ("facebook_S", "facebook_I"), 2.0),
        ("OUTLIERS", ("facebook_I",), 7.0),
        ("OUTLIERS", ("newsletter",), 16.0),
        ("OUTLIERS", ("ooh_S",), 27.0),
        ("OUTLIERS", ("print_S",), 25.0),
        ("OUTLIERS", ("tv_S",), 23.0),
    ]


@needs_data
def test_meridian_s_national_weeks() -> None:
    frame = pd.read_csv(MMM / "meridian_national_media.csv")
    channels = tuple(f"Channel{number}" for number in range(4))
    parts = WideRoles(
        "time",
        "conversions",
        revenue_per_kpi="revenue_per_conversion",
        media=tuple(f"{name}_impression" for name in channels),
        media_spend=tuple(f"{name}_spend" for name in channels),
        controls=("competitor_activity_score_control", "sentiment_score_control"),
    )
    assert told(frame, parts) == [
        ("OUTLIERS", ("Channel2_impression",), 1.0),
        ("OUTLIERS", ("Channel3_impression",), 2.0),
        ("OUTLIERS", ("sentiment_score_control",), 1.0),
    ]


@needs_data
def test_pymc_marketing_s_example_has_a_channel_that_is_on_in_a_few_weeks_only() -> None:
    frame = pd.read_csv(MMM / "mmm_example.csv")
    parts = WideRoles(
        "date_week", "y", media=("x1", "x2"), media_spend=("x1", "x2"), controls=("t",),
        events=("event_1", "event_2"),
    )  # fmt: skip
    assert told(frame, parts) == [
        ("VARIATION_IS_OUTLIERS", ("x2",), 0.0),
        ("OUTLIERS", ("x1",), 16.0),
        ("OUTLIERS", ("x2",), 32.0),
    ]
