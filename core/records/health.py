"""Health of data: what a store tells of connections, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from core.quality import Check, QualityVector
from core.records.connections import Source
from core.records.schedules import Timing
from core.units import DateRange


@dataclass(frozen=True, slots=True)
class HealthFilter:
    """Of what: days, sources and connections; empty means no restriction."""

    dates: DateRange
    sources: tuple[Source, ...] = ()
    connections: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryCount:
    """Entries of a connection and week (its Monday) whose masks and currency are the same.

    `applied` is None for those that were never assessed. `spend` is None where none tells it.
    """

    connection_id: UUID
    week: date
    applied: int | None
    failed: int | None
    currency: str
    entries: int
    spend: Decimal | None


@dataclass(frozen=True, slots=True)
class Promise:
    """A schedule as it was: `timing` from `created_at` on."""

    id: UUID
    timing: Timing
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ConnectionFacts:
    """What is known of a connection at a moment, for the days asked about.

    `first_day`, `last_day`: the earliest and the newest that were ever read; `fresh_at`: when one
    of the two newest days of its account was last read. `read_days` of those asked about, in
    order; `mature_days`: how many of them have settled. `compared`: by day, how many totals were
    compared and how many were apart. `records` were read, `rejected` of them refused.
    """

    id: UUID
    source: Source
    time_zone: str
    created_at: datetime
    is_active: bool
    promises: tuple[Promise, ...]
    first_day: date | None
    last_day: date | None
    fresh_at: datetime | None
    read_days: tuple[date, ...]
    mature_days: int
    compared: Mapping[date, tuple[int, int]]
    records: int
    rejected: int


@dataclass(frozen=True, slots=True)
class HealthCounts:
    """Connections and their entries, and the moment whose knowledge it is."""

    as_of: datetime
    facts: tuple[ConnectionFacts, ...]
    entries: tuple[EntryCount, ...]


@dataclass(frozen=True, slots=True)
class SpendAtRisk:
    """Spend of entries below the threshold, of all spend of the currency."""

    currency: str
    at_risk: Decimal
    spend: Decimal

    @property
    def share(self) -> float | None:
        """From 0 to 1; None without spend."""
        return float(self.at_risk / self.spend) if self.spend else None


@dataclass(frozen=True, slots=True)
class CheckCount:
    """To how many entries a check applied, and how many of those failed it."""

    check: Check
    applied: int
    failed: int


@dataclass(frozen=True, slots=True)
class Health:
    """Of a tenant, a source, a connection or a week.

    `entries` were there, of which `unassessed` have no score. `worst_decile`: the mean score of
    the lowest tenth of those that have one. `missing_days`: days that should have been read, in
    order. `read_days` and `mature_days` count days of connections.
    """

    vector: QualityVector
    entries: int = 0
    unassessed: int = 0
    worst_decile: float | None = None
    at_risk: tuple[SpendAtRisk, ...] = ()
    at_risk_entries: int = 0
    missing_days: tuple[date, ...] = ()
    expected_days: int = 0
    read_days: int = 0
    mature_days: int = 0
    records: int = 0
    rejected: int = 0
    checks: tuple[CheckCount, ...] = ()

    @property
    def quarantine_rate(self) -> float | None:
        """The share of the records read that were refused; None where none was read."""
        return self.rejected / self.records if self.records else None


@dataclass(frozen=True, slots=True)
class DataHealth:
    """All of it, as it was known at `as_of`, and its parts."""

    as_of: datetime
    where: HealthFilter
    whole: Health
    sources: Mapping[Source, Health] = field(default_factory=dict)
    connections: Mapping[UUID, Health] = field(default_factory=dict)
    weeks: Mapping[date, Health] = field(default_factory=dict)
