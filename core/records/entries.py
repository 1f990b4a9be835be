"""Marketing entries, their vintages, and the campaigns they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from core.jsonvalue import JSONObject
from core.records.connections import Level, Source
from core.records.naming import CampaignSpan, NamingCondition
from core.records.pages import PageRequest
from core.units import DateRange

if TYPE_CHECKING:
    from core.records.performance import Trace


class DateBasis(StrEnum):
    """What the date of an entry is the date of."""

    DELIVERY = "DELIVERY"
    EVENT = "EVENT"
    SEND = "SEND"


class Device(StrEnum):
    """The kind of device that delivery was broken down by, alike over sources."""

    MOBILE = "MOBILE"
    TABLET = "TABLET"
    DESKTOP = "DESKTOP"
    CONNECTED_TV = "CONNECTED_TV"
    OTHER = "OTHER"


class SeriesRole(StrEnum):
    """What a series of level SERIES is to a model."""

    SPEND = "SPEND"
    IMPRESSIONS = "IMPRESSIONS"
    CLICKS = "CLICKS"
    EXPOSURE = "EXPOSURE"
    REACH = "REACH"
    FREQUENCY = "FREQUENCY"
    KPI = "KPI"
    REVENUE_PER_KPI = "REVENUE_PER_KPI"
    POPULATION = "POPULATION"
    CONTROL = "CONTROL"
    ORGANIC = "ORGANIC"
    TREATMENT = "TREATMENT"


@dataclass(frozen=True, slots=True)
class EntryKey:
    """Names one entry within its tenant: its date and a 128-bit digest of its natural key."""

    date: date
    digest: UUID


@dataclass(frozen=True, slots=True)
class Metrics:
    """What was counted. None is unknown, never zero; amounts are in the entry's currency.

    `conversions` counts the first action type present of one family, named by
    `conversion_type`; `actions` keeps what the source sent. `value` is what a series says, every
    digit of it.
    """

    spend: Decimal | None
    impressions: int | None
    clicks: int | None
    link_clicks: int | None
    reach: int | None
    video_views: int | None
    conversions: Decimal | None
    conversion_value: Decimal | None
    conversion_type: str | None
    actions: JSONObject | None
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One row per account, entity, date, date basis, attribution setting and breakdown.

    `country` (ISO 3166-1 alpha-2), `geo` (the source's own name of a region) and `device` are
    None where the numbers are not broken down; of an order, `country` and `geo` are labels that
    tell where it goes. `series_role` is told of level SERIES alone; its numbers cover
    `covers_days` days from `date` on, None for one.
    `date` is a calendar day in `time_zone`, never shifted. `learned_at` is when these metrics
    became known; `is_mature` whether the day was last read when it had settled.
    `named_at`: its campaign goes by the name of that moment.
    `campaign` is the digest of the campaign it belongs to; None above campaign level.
    `checks_applied` and `checks_failed` are masks over core.quality.CHECKS; None: not assessed.
    """

    key: EntryKey
    source: Source
    connection_id: UUID
    account_id: str
    level: Level
    entity_id: str
    entity_name: str | None
    campaign: UUID | None
    date_basis: DateBasis
    attribution_setting: str
    channel: str
    platform_channel: str | None
    currency: str
    country: str | None
    geo: str | None
    device: Device | None
    series_role: SeriesRole | None
    covers_days: int | None
    time_zone: str
    metrics: Metrics
    learned_at: datetime
    named_at: datetime
    first_learned_at: datetime
    vintage_count: int
    is_mature: bool
    run_id: UUID
    raw_page_id: UUID
    raw_position: int
    checks_applied: int | None = None
    checks_failed: int | None = None


@dataclass(frozen=True, slots=True)
class VintageRecord:
    """What was known of one entry from `learned_at` on. Not `is_present`: the row had vanished."""

    key: EntryKey
    learned_at: datetime
    is_present: bool
    metrics: Metrics
    run_id: UUID
    raw_page_id: UUID | None
    raw_position: int | None
    checks_applied: int | None = None
    checks_failed: int | None = None


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A campaign under its current name; `digest` names it within the tenant."""

    digest: UUID
    source: Source
    account_id: str
    campaign_id: str
    name: str | None
    status: str | None
    objective: str | None
    first_date: date | None
    last_date: date | None


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries; None and empty mean no restriction.

    `naming` is what a campaign's name must say; resolvers turn it into `spans`, campaigns and
    their days, of which an entry must meet one. Empty `spans` let nothing through. `behind`: those
    that a figure is made of; its moment is the page's.
    """

    dates: DateRange | None = None
    sources: tuple[Source, ...] = ()
    channels: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    connections: tuple[UUID, ...] = ()
    campaigns: tuple[UUID, ...] = ()
    levels: tuple[Level, ...] = ()
    entities: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    geos: tuple[str, ...] = ()
    devices: tuple[Device, ...] = ()
    series_roles: tuple[SeriesRole, ...] = ()
    is_mature: bool | None = None
    min_quality: float | None = None
    naming: tuple[NamingCondition, ...] = ()
    spans: tuple[CampaignSpan, ...] | None = None
    behind: Trace | None = None


class EntryOrder(StrEnum):
    """Order of a list of entries; ties are broken by the entry's digest."""

    DATE_ASC = "DATE_ASC"
    DATE_DESC = "DATE_DESC"


@dataclass(frozen=True, slots=True)
class EntryPageRequest:
    """Which page of which entries, as they stood at `as_of` (now when None)."""

    where: EntryFilter
    order: EntryOrder
    page: PageRequest
    as_of: datetime | None = None
