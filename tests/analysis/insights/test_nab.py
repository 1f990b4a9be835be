"""Real series of others, hourly prices of advertisements and New York's taxis by day.

Numenta's labels and files, read where they are and never copied.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import holidays
import numpy as np
import pytest

from analysis.insights.discover import discover
from analysis.insights.forecasting import forecast
from analysis.insights.judging import Settings
from analysis.insights.panel import Floats
from analysis.insights.tails import chances
from core.records.findings import KnownCauses, Subject, SubjectLevel
from tests.analysis.insights.panels import FIGURES, panel_of

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "nab"
HOURS = 24
LEVEL = 0.004

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the series of NAB are not here")


@dataclass(frozen=True, slots=True)
class _Series:
    at: list[datetime]
    values: Floats


def _read(name: str) -> _Series:
    with (FOLDER / name).open() as file:
        rows = list(csv.DictReader(file))
    return _Series(
        [datetime.fromisoformat(row["timestamp"]) for row in rows],
        np.array([float(row["value"]) for row in rows]),
    )


def _windows(name: str) -> list[tuple[datetime, datetime]]:
    told = json.loads((FOLDER / "combined_windows.json").read_text())[name]
    return [(datetime.fromisoformat(since), datetime.fromisoformat(until)) for since, until in told]


def _hourly(series: _Series) -> Floats:
    """One row, an hour each; NaN where an hour is missing."""
    hours = [round((each - series.at[0]).total_seconds() / 3600) for each in series.at]
    row = np.full((1, hours[-1] + 1), np.nan)
    row[0, hours] = series.values
    return row


def _flags(row: Floats, period: int, level: float) -> list[int]:
    """Places whose p, by what was known a day before at most, is at the level or below."""
    ahead = forecast(row, np.zeros_like(row), np.isfinite(row), period).score
    blocks = [
        chances(ahead[:, :since], ahead[:, since : since + period])
        for since in range(2 * period, row.shape[1], period)
    ]
    return [2 * period + int(at) for at in np.flatnonzero(np.hstack(blocks)[0] <= level)]


@pytest.mark.parametrize(
    ("name", "found", "false"),
    [("exchange-2_cpc_results.csv", 1, 1), ("exchange-2_cpm_results.csv", 1, 3)],
)
def test_strange_hours_of_an_exchange_are_found(name: str, found: int, false: int) -> None:
    series = _read(name)
    windows = _windows(f"realAdExchange/{name}")
    places = dict(enumerate(series.at))
    hours = [round((each - series.at[0]).total_seconds() / 3600) for each in series.at]
    by_hour = {hour: places[place] for place, hour in enumerate(hours)}

    flagged = [by_hour[each] for each in _flags(_hourly(series), HOURS, LEVEL)]

    def held(at: datetime) -> list[bool]:
        return [since <= at <= until for since, until in windows]

    assert sum(map(any, zip(*map(held, flagged), strict=True))) == found
    assert sum(not any(held(at)) for at in flagged) == false


def test_holidays_of_taxis_are_explained_and_the_blizzard_is_not() -> None:
    series = _read("nyc_taxi.csv")
    trips: dict[date, float] = {}
    for at, count in zip(series.at, series.values.tolist(), strict=True):
        trips[at.date()] = trips.get(at.date(), 0.0) + count
    days = np.array([list(trips.values())])
    unknown = dict.fromkeys(FIGURES, np.full_like(days, np.nan))
    city = Subject(SubjectLevel.TENANT)
    first = min(trips)
    panel = replace(panel_of({**unknown, "clicks": days}, (city,)), since=first)
    kinds = ("public", "government", "unofficial")
    kept = holidays.country_holidays("US", subdiv="NY", years=(2014, 2015), categories=kinds)
    known = KnownCauses({}, {day: tuple(kept.get_list(day)) for day in trips if day in kept})

    found = discover(panel, known, Settings(first + timedelta(days=42)))

    assert {
        (each.window.since.isoformat(), each.window.days): [cause.label for cause in each.causes]
        for each in found
    } == {
        ("2014-09-01", 1): ["Labor Day"],
        ("2014-09-04", 3): [],
        ("2014-09-23", 1): [],
        ("2014-11-01", 1): [],
        ("2014-11-11", 1): ["Veterans Day"],
        ("2014-11-27", 3): ["Thanksgiving Day"],
        ("2014-12-25", 2): ["Christmas Day", "Day After Christmas"],
        ("2015-01-26", 2): [],
    }
    blizzard = next(each for each in found if each.window.since == date(2015, 1, 26))
    assert blizzard.effect is not None
    assert round(blizzard.effect.size, 2) == -0.64
