"""How much an account's customers want on a day, relative to an ordinary one."""

import math
from datetime import date
from typing import Final

import numpy as np

from sandbox.world.hashing import Floats, Ints
from sandbox.world.holidays import holiday_lifts, promotions
from sandbox.world.records import Account

_DAYS_A_YEAR: Final = 365.25


def demand(seed: int, account: Account, days: Ints) -> Floats:
    """Week, year, holidays and promotions multiplied, one factor per day."""
    return np.array([_factor(seed, account, date.fromordinal(int(day))) for day in days])


def _factor(seed: int, account: Account, day: date) -> float:
    rhythm = account.rhythm
    season = 2 * math.pi * (day.timetuple().tm_yday - rhythm.peak_day) / _DAYS_A_YEAR
    ordinary = rhythm.weekdays[day.weekday()] * (1 + rhythm.swing * math.cos(season))
    return ordinary * holiday_lifts(day.year).get(day, 1.0) * _promotion(seed, account, day)


def _promotion(seed: int, account: Account, day: date) -> float:
    lifts = (
        lift for start, stop, lift in promotions(seed, account, day.year) if start <= day <= stop
    )
    return math.prod(lifts)
