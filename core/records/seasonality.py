"""How much more or less than usual a season brings, by a tenant's own history."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CONFIDENCE: Final = 0.9
"""How often an interval is to hold the truth."""


class SeasonalPeriod(StrEnum):
    """What repeats: its seasons are numbered from 1, Monday and ISO week 1 being the first."""

    DAY_OF_WEEK = "DAY_OF_WEEK"
    WEEK_OF_YEAR = "WEEK_OF_YEAR"
    MONTH = "MONTH"
    QUARTER = "QUARTER"


class SeasonalMetric(StrEnum):
    """What was counted by day. Amounts are in the tenant's reporting currency."""

    SPEND = "SPEND"
    IMPRESSIONS = "IMPRESSIONS"
    CLICKS = "CLICKS"
    CONVERSIONS = "CONVERSIONS"
    CONVERSION_VALUE = "CONVERSION_VALUE"
    ORDERS = "ORDERS"
    REVENUE = "REVENUE"
    SERIES = "SERIES"


class SeasonalMethod(StrEnum):
    """How the factors of one period were estimated; analysis.seasonality says it in full."""

    LOG_RATIO = "LOG_RATIO"
    RATIO_OF_SUMS = "RATIO_OF_SUMS"


@dataclass(frozen=True, slots=True)
class SeasonalFactor:
    """One season: `factor` times the usual, between `low` and `high` with CONFIDENCE.

    `n` counts how often the season was seen. All are None where it was never seen or the
    history holds no full cycle; the interval alone where nothing shows by how much a season
    differs from one cycle to the next.
    """

    season: int
    factor: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Seasons:
    """The seasons of one period of one history.

    `since` and `until` are the first and the last day that were used, `cycles` how many cycles
    that is, and `shrinkage` the k of n / (n + k). `method` and `shrinkage` are None, and `reason`
    says why, where no factor is known.
    """

    period: SeasonalPeriod
    factors: tuple[SeasonalFactor, ...]
    cycles: float
    shrinkage: float | None
    method: SeasonalMethod | None
    since: dt.date | None
    until: dt.date | None
    reason: str | None
