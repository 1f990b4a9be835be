"""Attribution rows: what a model reads, and the definition that they follow from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.periods import Grain, Weekday
from core.records.connections import Level, Source
from core.records.entries import DateBasis, Device, SeriesRole
from core.records.pages import Page
from core.records.shapes import Written
from core.units import DateRange


class AttributionFacts(StrEnum):
    """Which entries rows are made of. Each kind is summed alone, so that nothing counts twice.

    MEDIA: what platforms, mailings and offline media delivered, and the conversions that
    platforms claim. ORDERS: the business's own orders, entries of level ORDER and Klaviyo's
    orders of a whole account. SERIES: entries of level SERIES, by their name and role.
    """

    MEDIA = "MEDIA"
    ORDERS = "ORDERS"
    SERIES = "SERIES"


class AttributionDimension(StrEnum):
    """What rows are kept apart by, beside period, channel and currency."""

    SOURCE = "SOURCE"
    CONNECTION = "CONNECTION"
    ACCOUNT = "ACCOUNT"
    CAMPAIGN = "CAMPAIGN"
    COUNTRY = "COUNTRY"
    GEO = "GEO"
    DEVICE = "DEVICE"
    DATE_BASIS = "DATE_BASIS"
    ATTRIBUTION_SETTING = "ATTRIBUTION_SETTING"


@dataclass(frozen=True, slots=True)
class AttributionDefinition:
    """Everything that rows follow from, but the moment of what is known.

    Tuples of filters: empty means no restriction. `date_bases` empty: those of `facts`
    (DELIVERY and SEND for MEDIA, all for the others). `currency` (ISO 4217): every entry's
    amounts are converted at the rate of its day and rounded half up to six places before they
    are summed; None: each currency stands in rows of its own. Values of series are never
    converted. `min_quality` (0 to 1) leaves out entries below it and those never assessed.
    Rows of SERIES are kept apart by name and role beside `by`.
    """

    dates: DateRange
    grain: Grain = Grain.DAY
    week_start: Weekday = Weekday.MONDAY
    by: tuple[AttributionDimension, ...] = (AttributionDimension.SOURCE,)
    facts: AttributionFacts = AttributionFacts.MEDIA
    currency: str | None = None
    sources: tuple[Source, ...] = ()
    channels: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    connections: tuple[UUID, ...] = ()
    campaigns: tuple[UUID, ...] = ()
    levels: tuple[Level, ...] = ()
    date_bases: tuple[DateBasis, ...] = ()
    countries: tuple[str, ...] = ()
    geos: tuple[str, ...] = ()
    devices: tuple[Device, ...] = ()
    series_roles: tuple[SeriesRole, ...] = ()
    series: tuple[str, ...] = ()
    min_quality: float | None = None


@dataclass(frozen=True, slots=True)
class AttributionKey:
    """What tells a row from every other of its definition; None: not kept apart, or not told.

    `time` is the first day of the period.
    """

    time: date
    channel: str
    source: Source | None = None
    connection: UUID | None = None
    account: str | None = None
    campaign: UUID | None = None
    series: str | None = None
    series_role: SeriesRole | None = None
    country: str | None = None
    geo: str | None = None
    device: Device | None = None
    date_basis: DateBasis | None = None
    attribution_setting: str | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class AttributionRowRecord:
    """Σ over the entries of one key. A sum is None when no entry knows the metric.

    `until` is the last day of the period, `days` how many of its days have data. `reach` is
    told of a single entry alone: people are not added up. `value` is the sum of a series.
    `unconverted` counts entries with an amount in a currency without a rate; the sums that they
    belong to are None. `is_mature` when every entry is. `is_partial`: the period is not wholly
    in the range, is not over yet, or an entry covers days beyond it. `quality` (0 to 1) is the
    score of stores.postgres.quality over the entries. `learned_at`: of the newest of them.
    """

    key: AttributionKey
    until: date
    entries: int
    days: int
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
    is_partial: bool
    quality: float | None
    learned_at: datetime


@dataclass(frozen=True, slots=True)
class AttributionPage:
    """A page and the moment whose knowledge it is, which every page of its walk shares."""

    page: Page[AttributionRowRecord]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """A page whose rows are JSON, and the moment whose knowledge it is.

    `ends` are the keys of its first and its last row as text, empty for None: `time`, then the
    parts in the order that rows are sorted by. None where there are no rows, or nobody asked.
    """

    size: int
    has_next: bool
    has_previous: bool
    written: Written
    ends: tuple[tuple[str, ...], tuple[str, ...]] | None
    as_of: datetime
