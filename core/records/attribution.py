"""Attribution rows: what a model reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.records.calendar import CalendarDayRecord
from core.records.connections import Source
from core.units import DateRange


@dataclass(frozen=True, slots=True)
class AttributionRowRecord:
    """One row per date, source, channel and currency: Σ over the entries below it.

    A sum is None when no entry knows the metric. `calendar` is None outside the tenant's
    calendar. `is_mature` when every entry below it is.
    """

    date: date
    source: Source
    channel: str
    currency: str
    entries: int
    spend: Decimal | None
    impressions: int | None
    clicks: int | None
    conversions: Decimal | None
    conversion_value: Decimal | None
    is_mature: bool
    calendar: CalendarDayRecord | None


@dataclass(frozen=True, slots=True)
class AttributionFilter:
    """Which rows; empty means no restriction."""

    dates: DateRange
    sources: tuple[Source, ...] = ()
    channels: tuple[str, ...] = ()
