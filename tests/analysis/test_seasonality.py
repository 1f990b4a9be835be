"""Seasonal factors: what is put into a history comes out of it, and nothing else does."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.seasonality import seasonality
from core.records.seasonality import CONFIDENCE, SeasonalMethod, SeasonalPeriod, Seasons
from tests.support import SHARED_DATA

DAY, WEEK = SeasonalPeriod.DAY_OF_WEEK, SeasonalPeriod.WEEK_OF_YEAR
MONTH, QUARTER = SeasonalPeriod.MONTH, SeasonalPeriod.QUARTER
ROBYN = SHARED_DATA / "mmm" / "robyn_dt_simulated_weekly.csv"
BY_MONTH = np.array([0.8, 0.7, 1.0, 1.1, 1.2, 1.3, 1.0, 0.9, 1.0, 1.1, 1.5, 2.0])
BY_MONTH = BY_MONTH / np.exp(np.log(BY_MONTH).mean())


def days(since: str, until: str) -> pd.DatetimeIndex:
    return pd.date_range(since, until)


def by_month(index: pd.DatetimeIndex, growth: float = 0.0) -> pd.Series[float]:
    """Exactly BY_MONTH, on a level that grows by `growth` a month, whole months at a time."""
    months = (index.year - index.year[0]) * 12 + index.month - 1
    return pd.Series(100 * np.exp(growth * months) * BY_MONTH[index.month - 1], index)


def factors(found: Seasons) -> list[float | None]:
    return [each.factor for each in found.factors]


@pytest.mark.parametrize("growth", [-0.03, 0.0, 0.05])
def test_exact_seasons_come_out_as_they_are_whatever_the_trend(growth: float) -> None:
    found = seasonality(by_month(days("2021-03-01", "2024-08-31"), growth), MONTH)
    assert factors(found) == pytest.approx(BY_MONTH, rel=1e-4)
    assert (found.cycles, found.method, found.reason) == (3.5, SeasonalMethod.LOG_RATIO, None)
    assert (found.since, found.until) == (date(2021, 3, 1), date(2024, 8, 31))
    assert [each.n for each in found.factors] == [3, 3, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3]
    assert found.shrinkage == pytest.approx(0, abs=1e-6)


def test_under_a_full_cycle_nothing_is_said_and_never_one() -> None:
    history = by_month(days("2023-01-01", "2023-12-30"))
    found = seasonality(history, MONTH)
    assert set(factors(found)) == {None}
    assert (found.reason, found.cycles) == ("the history holds no full cycle", 0.92)
    assert {each.n for each in found.factors} == {0}
    known = seasonality(by_month(days("2023-01-01", "2023-12-31")), MONTH)
    assert known.reason is None


def test_of_one_cycle_factors_are_halved_and_have_no_interval() -> None:
    found = seasonality(by_month(days("2023-01-01", "2023-12-31")), MONTH)
    assert factors(found) == pytest.approx(np.sqrt(BY_MONTH), rel=1e-5)
    assert (found.shrinkage, found.cycles) == (1.0, 1.0)
    assert {(each.low, each.high, each.n) for each in found.factors} == {(None, None, 1)}


def test_days_of_the_week_are_told_from_the_weeks_they_lie_in() -> None:
    by_day = np.array([1.1, 1.2, 1.15, 1.1, 0.9, 0.8, 0.85])
    index = days("2024-01-01", "2024-06-30")
    weeks = 1 + 0.5 * np.sin(np.arange(len(index)) // 7)
    found = seasonality(pd.Series(by_day[index.day_of_week] * weeks, index), DAY)
    assert factors(found) == pytest.approx(by_day / np.exp(np.log(by_day).mean()), rel=1e-5)
    assert (found.cycles, found.factors[0].n) == (26.0, 26)


def test_quarters_are_told_too_and_the_53rd_week_when_there_was_one() -> None:
    index = days("2019-01-01", "2022-12-31")
    by_quarter = np.array([0.8, 1.0, 1.0, 1.25])
    found = seasonality(pd.Series(by_quarter[index.quarter - 1], index), QUARTER)
    assert factors(found) == pytest.approx(by_quarter, rel=1e-5)
    with_53 = seasonality(pd.Series(by_month(index)), WEEK)
    assert [each.n for each in with_53.factors][51:] == [3, 1]
    without = seasonality(by_month(days("2021-01-04", "2022-12-31")), WEEK)
    assert without.factors[52].factor is None
    assert without.factors[52].n == 0
    assert None not in factors(without)[:52]


def test_of_noise_alone_factors_lie_near_one_and_intervals_hold_it() -> None:
    chance = np.random.default_rng(7)
    index = days("2020-01-01", "2023-12-31")
    months = (index.year - 2020) * 12 + index.month - 1
    noise = 0.2 * chance.standard_normal(48)
    found = seasonality(pd.Series(np.exp(noise[months]), index), MONTH)
    raw = [noise[place::12].mean() for place in range(12)]
    assert all(each.low is not None and each.low < 1 < (each.high or 0) for each in found.factors)
    shrunk = np.log(np.array(factors(found), dtype=float))
    assert np.abs(shrunk).max() < 0.6 * np.abs(raw - np.mean(raw)).max()


def simulated(period: SeasonalPeriod, seed: int) -> tuple[pd.Series[float], np.ndarray]:
    """A history of four years (weeks: sixty), its growth and noise by chance, and its truth."""
    chance = np.random.default_rng(seed)
    index = days("2020-01-06", "2021-02-28" if period is DAY else "2024-01-05")
    number = {DAY: 7, MONTH: 12, QUARTER: 4}[period]
    effects = chance.normal(0, 0.15, number)
    effects -= effects.mean()
    season, block = {
        DAY: (index.day_of_week, index.day_of_week + 7 * (np.arange(len(index)) // 7)),
        MONTH: (index.month - 1, index.year * 12 + index.month),
        QUARTER: (index.quarter - 1, index.year * 4 + index.quarter),
    }[period]
    _, of_block = np.unique(block.to_numpy(), return_inverse=True)
    noise = chance.normal(0, 0.1, of_block.max() + 1)
    level = chance.normal(0, 0.2) * np.arange(len(index)) / 365
    return pd.Series(np.exp(5 + level + effects[season] + noise[of_block]), index), np.exp(effects)


@pytest.mark.parametrize("period", [DAY, MONTH, QUARTER])
def test_intervals_hold_the_truth_as_often_as_they_say(period: SeasonalPeriod) -> None:
    held = []
    for seed in range(120):
        history, truth = simulated(period, seed)
        for each in seasonality(history, period).factors:
            assert each.low is not None
            assert each.high is not None
            held.append(each.low <= truth[each.season - 1] <= each.high)
    # Of quarters that share a history about 250 are independent: two standard errors are 4 %.
    assert np.mean(held) == pytest.approx(CONFIDENCE, abs=0.04)


def test_shrinking_comes_nearer_to_the_truth_than_plain_means() -> None:
    shrunk, plain = [], []
    for seed in range(60):
        chance = np.random.default_rng(seed)
        index = days("2020-01-01", "2022-12-31")
        effects = chance.normal(0, 0.05, 12)
        effects -= effects.mean()
        noise = chance.normal(0, 0.15, 36)
        months = (index.year - 2020) * 12 + index.month - 1
        values = np.exp(effects[index.month - 1] + noise[months])
        found = seasonality(pd.Series(values, index), MONTH)
        means = np.array([(effects + noise.reshape(3, 12)[year]) for year in range(3)]).mean(axis=0)
        plain.append(((means - means.mean() - effects) ** 2).mean())
        got = np.log(np.array(factors(found), dtype=float))
        shrunk.append(((got - effects) ** 2).mean())
    assert np.mean(shrunk) < 0.75 * np.mean(plain)


def test_with_zeros_the_ratio_of_sums_is_taken_and_said() -> None:
    index = days("2023-01-02", "2023-12-31")
    by_day = np.array([1.4, 1.4, 1.4, 1.4, 1.4, 0.0, 0.0])
    found = seasonality(pd.Series(by_day[index.day_of_week], index), DAY)
    assert found.method is SeasonalMethod.RATIO_OF_SUMS
    assert factors(found) == pytest.approx(by_day / by_day.mean(), abs=1e-4)
    assert all(each.low is not None and each.low >= 0 for each in found.factors)


def test_counts_with_many_zeros_find_their_rates() -> None:
    chance = np.random.default_rng(11)
    index = days("2022-01-03", "2023-12-31")
    rates = np.array([3.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.0])
    counts = chance.poisson(rates[index.day_of_week]).astype(float)
    assert (counts == 0).sum() > 100
    found = seasonality(pd.Series(counts, index), DAY)
    truth = rates / rates.mean()
    held = [(each.low or 0) <= truth[each.season - 1] <= (each.high or 0) for each in found.factors]
    assert held.count(True) >= 6
    assert factors(found) == pytest.approx(truth, abs=0.15)


def test_mostly_zeros_have_no_usual() -> None:
    index = days("2023-01-02", "2023-12-31")
    found = seasonality(pd.Series((index.day_of_week == 0).astype(float), index), DAY)
    assert found.reason == "more than 50% of the periods have nothing"
    assert set(factors(found)) == {None}


def test_what_is_unknown_is_left_out_and_what_surrounds_it_stays() -> None:
    history = by_month(days("2020-01-01", "2023-12-31"))
    history["2021-05-10":"2021-06-02"] = np.nan
    found = seasonality(history, MONTH)
    assert [each.n for each in found.factors] == [4, 4, 4, 4, 3, 3, 4, 4, 4, 4, 4, 4]
    assert factors(found) == pytest.approx(BY_MONTH, rel=1e-4)


def test_zeros_before_and_after_are_not_history() -> None:
    history = by_month(days("2021-01-01", "2023-12-31"))
    around = history.reindex(days("2015-01-01", "2026-01-01"), fill_value=0.0)
    assert seasonality(around, MONTH) == seasonality(history, MONTH)


def test_figures_of_weeks_say_nothing_of_days() -> None:
    history = by_month(days("2021-01-01", "2023-12-31"))
    found = seasonality(history, DAY, covers_days=7)
    assert found.reason == "the figures cover 7 days each"
    assert set(factors(found)) == {None}


def test_no_history_is_no_crash() -> None:
    for history in (
        pd.Series(dtype=float),
        pd.Series([0.0, 0.0], days("2024-01-01", "2024-01-02")),
    ):
        history.index = pd.DatetimeIndex(history.index)
        assert seasonality(history, MONTH).reason == "there is no history"


@settings(max_examples=20, deadline=None)
@given(scale=st.floats(0.01, 1e6), seed=st.integers(0, 1000), shift=st.integers(1, 3))
def test_factors_know_neither_unit_nor_the_order_of_days(
    scale: float, seed: int, shift: int
) -> None:
    history, _ = simulated(MONTH, seed)
    found = seasonality(history, MONTH)
    shuffled = (history * scale).sample(frac=1, random_state=shift)
    again = seasonality(shuffled, MONTH)
    assert factors(again) == pytest.approx(factors(found), rel=1e-5)


QUARTERS = np.repeat([0.7, 0.9, 1.1, 1.4], 3)
MONTHS = np.array([1, 0.95, 1.05, 1, 1.05, 0.95, 0.9, 1.1, 1.05, 1, 1.2, 1.3])


@pytest.mark.skipif(not ROBYN.exists(), reason="the shared data is not here")
def test_on_robyn_s_last_year_own_factors_beat_flat_and_the_specification_s_constants() -> None:
    """The level of each forecast is the geometric mean of the 52 weeks before.

    Of the figures measured when the method was chosen (15.3, 45.4 and 36.0 %) flat is met to the
    digit; plain means of logarithms by month give 15.25 %, and come out at 15.94 % here, where a
    trend is taken out first and short of four years shrinks what is left: on this file, which
    has no trend but a bend, that costs more than it gains. The constants depend on what they are
    divided by: 36.2 % with 1 in the geometric mean, as here.
    """
    frame = pd.read_csv(ROBYN, parse_dates=["DATE"])
    revenue, starts = frame["revenue"].to_numpy(), frame["DATE"]
    before, after = revenue[:-52], revenue[-52:]
    index = pd.date_range(starts.iloc[0], periods=7 * len(before))
    found = seasonality(pd.Series(np.repeat(before / 7, 7), index), MONTH, covers_days=7)
    month = starts.dt.month.to_numpy()
    usual = np.exp(np.log(before[-52:]).mean())

    def error(by_month: np.ndarray) -> float:
        forecast = usual * by_month[month[-52:] - 1]
        return float(np.mean(np.abs(forecast - after) / after) * 100)

    constants = QUARTERS * MONTHS
    plain = np.array([np.log(before[month[:-52] == each]).mean() for each in range(1, 13)])
    own = np.array(factors(found), dtype=float)
    assert error(own) == pytest.approx(15.94, abs=0.01)
    assert error(np.exp(plain - plain.mean())) == pytest.approx(15.25, abs=0.01)
    assert error(np.ones(12)) == pytest.approx(45.39, abs=0.01)
    assert error(constants / np.exp(np.log(constants).mean())) == pytest.approx(36.16, abs=0.01)
    assert [each.n for each in found.factors] == [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 3]
