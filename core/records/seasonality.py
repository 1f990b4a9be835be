"""How much more or less than usual a season brings, by a tenant's own history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

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


@dataclass(frozen=True, slots=True)
class HistoryKey:
    """Whose seasons: a metric of all channels together (None) or of one, or a series by name."""

    metric: SeasonalMetric
    channel: str | None = None
    series: str | None = None


@dataclass(frozen=True, slots=True)
class Seasonality:
    """The seasons of one history as they were known from `learned_at` on, in order of periods.

    `learned_at` is the newest of its periods', each of which is kept only when it changes.
    """

    key: HistoryKey
    learned_at: dt.datetime
    periods: tuple[Seasons, ...]


class DayKind(StrEnum):
    """What the entries of a total are about: delivery, orders one by one or by day, or a series."""

    MEDIA = "MEDIA"
    ORDER = "ORDER"
    ORDER_DAY = "ORDER_DAY"
    SERIES = "SERIES"


@dataclass(frozen=True, slots=True)
class DayTotal:
    """Σ over the present entries of one day of a connection, a channel and a currency.

    `series` names the series of kind SERIES, and is empty otherwise. The numbers cover
    `covers_days` days from `date` on. None where no entry knows the metric.
    """

    date: dt.date
    connection_id: UUID
    kind: DayKind
    channel: str
    series: str
    currency: str
    covers_days: int
    spend: float | None
    impressions: float | None
    clicks: float | None
    conversions: float | None
    conversion_value: float | None
    value: float | None


@dataclass(frozen=True, slots=True)
class Observed:
    """What a tenant's history says, as it was known at `as_of` of the tenant's clock.

    `settled` holds, by connection, the days that were read and are not expected to change;
    a day of them without a total is a true zero.
    """

    as_of: dt.datetime
    totals: tuple[DayTotal, ...]
    settled: Mapping[UUID, frozenset[dt.date]]


@dataclass(frozen=True, slots=True)
class Estimation:
    """Where the newest estimation stands; `estimated_at` is None before the first."""

    id: UUID
    is_waiting: bool
    requested_at: dt.datetime
    requested_by: str
    estimated_at: dt.datetime | None
