"""Performance: what is asked of the metric layer, and the figures that it answers with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.metrics.catalogue import Metric
from core.periods import Grain
from core.records.attribution import AttributionDefinition
from core.records.pages import Page
from core.units import DateRange


class PerformanceDimension(StrEnum):
    """What figures are kept apart by, beside their period."""

    SOURCE = "SOURCE"
    CHANNEL = "CHANNEL"
    CONNECTION = "CONNECTION"
    ACCOUNT = "ACCOUNT"
    CAMPAIGN = "CAMPAIGN"
    COUNTRY = "COUNTRY"
    GEO = "GEO"
    DEVICE = "DEVICE"
    DATE_BASIS = "DATE_BASIS"
    ATTRIBUTION_SETTING = "ATTRIBUTION_SETTING"
    SERIES = "SERIES"
    SERIES_ROLE = "SERIES_ROLE"
    CURRENCY = "CURRENCY"


class FigurePart(StrEnum):
    """Which number of a figure."""

    VALUE = "VALUE"
    COMPARED = "COMPARED"
    CHANGE = "CHANGE"
    CHANGE_SHARE = "CHANGE_SHARE"


class SortDirection(StrEnum):
    """Which way a list is sorted."""

    ASC = "ASC"
    DESC = "DESC"


@dataclass(frozen=True, slots=True)
class PerformanceOrder:
    """By a part of a metric's figure, unknown ones last; by period where `metric` is None.

    Ties are broken by period, then by the groups.
    """

    metric: Metric | None = None
    part: FigurePart = FigurePart.VALUE
    direction: SortDirection = SortDirection.ASC


@dataclass(frozen=True, slots=True)
class Comparison:
    """What figures are compared with: these days, as known at `as_of` (None: at the answer's).

    The nth period of `dates` is compared with the nth of the answer's.
    """

    dates: DateRange
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class FigureSpan:
    """Some of a question's days, and of what figures of them are told; None: of everything."""

    dates: DateRange
    connection: UUID | None = None
    campaign: UUID | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class PerformanceQuestion:
    """What figures follow from, but the moment of what is known.

    `facts` says which entries, at which currency, and by which of `by` sums of days have to be
    kept apart; its own grain is of no matter. `grain` None: one period, the days of `facts`.
    `by` in the order of PerformanceDimension. `spans` take the place of periods where there are
    any: they may overlap, and nothing is compared with them.
    """

    facts: AttributionDefinition
    by: tuple[PerformanceDimension, ...]
    metrics: tuple[Metric, ...]
    grain: Grain | None = None
    comparison: Comparison | None = None
    order: PerformanceOrder = PerformanceOrder()
    spans: tuple[FigureSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Sums:
    """Σ over the entries of a group. A sum is None when no entry knows the metric.

    `reach` is told of a single entry alone. `unconverted` counts entries with an amount in a
    currency without a rate; the sums that they belong to are None. `is_mature` when every entry
    is; `quality` is their score, from 0 to 1; `learned_at`: of the newest of them.
    """

    entries: int
    spend: Decimal | None
    impressions: int | None
    clicks: int | None
    link_clicks: int | None
    reach: int | None
    conversions: Decimal | None
    conversion_value: Decimal | None
    value: Decimal | None
    unconverted: int
    is_mature: bool
    quality: float | None
    learned_at: datetime


@dataclass(frozen=True, slots=True)
class PerformanceRecord:
    """One group of one period: its sums, and those that they are compared with.

    `step` counts the periods, or the spans, from 0; `group` are the values of the dimensions in
    their order, as text, None where it is not told. `rank` is what it was sorted by. One of the two
    sums is there.
    """

    step: int
    group: tuple[str | None, ...]
    rank: Decimal | None
    sums: Sums | None
    compared: Sums | None


@dataclass(frozen=True, slots=True)
class PerformancePage:
    """A page and the moment whose knowledge it is, which every page of its walk shares."""

    page: Page[PerformanceRecord]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a figure comes from: the entries of `facts` in one group, as known at `as_of`.

    `group` names the values of dimensions, None where it is not told. `days`: of the days of
    `facts` these alone; empty for all of them.
    """

    facts: AttributionDefinition
    as_of: datetime
    group: tuple[tuple[PerformanceDimension, str | None], ...] = ()
    days: tuple[date, ...] = ()
