"""Feature views: figures of entities that models read, each as it was known at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from core.metrics.catalogue import CATALOGUE, Metric, MetricDefinition, MetricKind
from core.units import DateRange


class EntityKind(StrEnum):
    """What a feature view tells figures of, one row for each."""

    CAMPAIGN = "CAMPAIGN"
    CHANNEL = "CHANNEL"
    CONNECTION = "CONNECTION"


class FeatureMetric(StrEnum):
    """What features are made of: what platforms count, and rates of it."""

    SPEND = "SPEND"
    IMPRESSIONS = "IMPRESSIONS"
    CLICKS = "CLICKS"
    LINK_CLICKS = "LINK_CLICKS"
    CONVERSIONS = "CONVERSIONS"
    CONVERSION_VALUE = "CONVERSION_VALUE"
    CTR = "CTR"
    CPC = "CPC"
    CPM = "CPM"
    CVR = "CVR"
    CPA = "CPA"
    ROAS = "ROAS"


class FeatureAggregate(StrEnum):
    """What becomes of the days of a feature's window."""

    SUM = "SUM"
    MEAN = "MEAN"
    LAST = "LAST"
    RATIO = "RATIO"


class FeatureType(StrEnum):
    """What a feature's column holds where it is written as a table."""

    INT64 = "INT64"
    FLOAT64 = "FLOAT64"


class FeatureMissing(StrEnum):
    """Why a feature has no value."""

    UNKNOWN_ENTITY = "UNKNOWN_ENTITY"
    NOT_READ = "NOT_READ"
    STALE = "STALE"
    NO_ROWS = "NO_ROWS"
    NOT_MEASURED = "NOT_MEASURED"
    NO_RATE = "NO_RATE"
    ZERO_DENOMINATOR = "ZERO_DENOMINATOR"


DEFINITIONS: Final[Mapping[FeatureMetric, MetricDefinition]] = MappingProxyType(
    {each: CATALOGUE[Metric(each.value)] for each in FeatureMetric}
)
RATES: Final = frozenset(each for each, of in DEFINITIONS.items() if of.kind is MetricKind.RATIO)
"""Those that are ratios of two sums."""

_COUNTS: Final = frozenset(
    {FeatureMetric.IMPRESSIONS, FeatureMetric.CLICKS, FeatureMetric.LINK_CLICKS}
)
"""Those that are whole numbers; conversions may be shares of one."""

AMOUNTS: Final = frozenset({FeatureMetric.SPEND, FeatureMetric.CONVERSION_VALUE})
"""Money, which is converted before it is added up."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of a view.

    Its window has `window_days` days and ends `lag_days` before the day of the moment that is
    asked for: 0 takes that day itself in, as far as it was known.
    """

    name: str
    metric: FeatureMetric
    aggregate: FeatureAggregate
    window_days: int
    lag_days: int = 1

    @property
    def parts(self) -> tuple[FeatureMetric, ...]:
        """What is added up for it: one metric, or the two of a rate."""
        return tuple(FeatureMetric(part.value) for part in DEFINITIONS[self.metric].parts)

    @property
    def is_amount(self) -> bool:
        """Whether money goes into it."""
        return not AMOUNTS.isdisjoint(self.parts)

    @property
    def dtype(self) -> FeatureType:
        """What its column holds."""
        is_whole = self.aggregate in (FeatureAggregate.SUM, FeatureAggregate.LAST)
        is_count = is_whole and self.metric in _COUNTS
        return FeatureType.INT64 if is_count else FeatureType.FLOAT64

    @property
    def oldest(self) -> int:
        """How many days before the moment's the first day of its window is."""
        return self.lag_days + self.window_days - 1


@dataclass(frozen=True, slots=True)
class FeatureView:
    """Features of one kind of entity. Amounts are in `currency` (ISO 4217).

    With `ttl_days`, figures of an entity are told only while the newest day that was read of its
    sources is no older than so many days.
    """

    name: str
    entity: EntityKind
    features: tuple[Feature, ...]
    owner: str
    description: str
    currency: str
    ttl_days: int | None = None

    @property
    def ages(self) -> tuple[int, int]:
        """The days that any feature looks at: the least and the most days before the moment's."""
        return min(each.lag_days for each in self.features), max(
            each.oldest for each in self.features
        )

    @property
    def has_amounts(self) -> bool:
        """Whether money goes into any of its features."""
        return any(each.is_amount for each in self.features)


@dataclass(frozen=True, slots=True)
class ViewKey:
    """A version of a view; versions count from 1."""

    name: str
    version: int


@dataclass(frozen=True, slots=True)
class FeatureViewRecord:
    """A version of a view, which never changes; retired, it is offered to nobody anew."""

    view: FeatureView
    version: int
    created_at: datetime
    created_by: str
    retired_at: datetime | None = None

    @property
    def key(self) -> ViewKey:
        """What tells it from every other."""
        return ViewKey(self.view.name, self.version)


@dataclass(frozen=True, slots=True)
class FeaturePoint:
    """An entity whose features are asked for; `at` None: as of now.

    `entity` is the UUID of a campaign or connection as text, or a channel.
    """

    key: ViewKey
    entity: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeatureVector:
    """Values of a view's features, in its order, as known at `at`.

    Where a value is None, `missing` says why in the same place, and is None elsewhere.
    """

    at: datetime
    values: tuple[Decimal | None, ...]
    missing: tuple[FeatureMissing | None, ...]


@dataclass(frozen=True, slots=True)
class FeatureSource:
    """How new the data of a connection is: its newest day that was read, and how old that is."""

    connection_id: UUID
    newest_day: date
    age_days: int


@dataclass(frozen=True, slots=True)
class FeatureUse:
    """How often a module asked for a view on a day (UTC), and for how many entities in all."""

    key: ViewKey
    module: str
    day: date
    requests: int
    entities: int


@dataclass(frozen=True, slots=True)
class UsageSpan:
    """Usage of a version over days; both ends included."""

    key: ViewKey
    dates: DateRange
