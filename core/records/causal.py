"""Facts that a causal export reads beside attribution rows, all as known at one moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from core.records.connections import Source
from core.records.entries import SeriesRole
from core.units import DateRange


@dataclass(frozen=True, slots=True)
class SeriesEntry:
    """One value of a series, from `date` on for `covers_days`; `value` has every digit."""

    connection_id: UUID
    name: str
    role: SeriesRole
    channel: str
    date: dt.date
    covers_days: int
    country: str | None
    geo: str | None
    value: Decimal
    currency: str
    is_mature: bool
    quality: float | None

    @property
    def until(self) -> dt.date:
        """The last day that it covers."""
        return self.date + dt.timedelta(days=self.covers_days - 1)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which days of a connection were read; each with whether it had settled when it last was.

    `is_in_use`: it was read not long before the moment, or sends by itself.
    """

    connection_id: UUID
    source: Source
    time_zone: str
    is_in_use: bool
    days: Mapping[dt.date, bool]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What is not in an export, and why. `rows` counts entries, or rejected records.

    `reason` is a stable word for programs; `detail` says it to people.
    """

    reason: str
    rows: int
    detail: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What a connection has that an export could be made of: orders, media, or one series.

    `dates` are those of its first and last entry, `covers_days` is its longest one's.
    """

    connection_id: UUID
    source: Source
    is_orders: bool
    series: str | None
    role: SeriesRole | None
    currency: str
    covers_days: int
    entries: int
    dates: DateRange
