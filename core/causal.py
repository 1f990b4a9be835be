"""What a causal export is made of: everything that its bytes follow from, but the moment."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter

from core.jsonvalue import JSONObject
from core.periods import Grain, Weekday
from core.records.connections import Source
from core.records.exports import ExportFormat
from core.units import DateRange

FORMAT: Final = "liftos-causal-export"
FORMAT_VERSION: Final = 1
"""Grows when the same definition and moment begin to give other bytes."""

ROW_HASH: Final = (
    "sha256 of the wide table as text: a line of column names and one for each row, sorted by geo "
    "and time; values separated by commas and lines ended by LF; dates as YYYY-MM-DD, numbers as "
    "the shortest decimal that reads back as the same double, as Python's repr writes it, texts as "
    "RFC 4180 has them. It is the sha256 of wide.csv."
)


class GeoBy(StrEnum):
    """What a geo of an export is: a country, or a region as the source names it."""

    COUNTRY = "COUNTRY"
    GEO = "GEO"


class MediaBy(StrEnum):
    """What media is kept apart by. A channel of files is its own, whatever its source."""

    CHANNEL = "CHANNEL"
    CHANNEL_AND_SOURCE = "CHANNEL_AND_SOURCE"


class KpiKind(StrEnum):
    """Where a KPI comes from.

    ORDERS: the business's own. CONVERSIONS: what platforms claim for themselves. SERIES: a series
    of role KPI.
    """

    ORDERS = "ORDERS"
    CONVERSIONS = "CONVERSIONS"
    SERIES = "SERIES"


class KpiMeasure(StrEnum):
    """What of it is the KPI: how many, or the money that they brought."""

    COUNT = "COUNT"
    REVENUE = "REVENUE"


class CalendarColumn(StrEnum):
    """Facts of the calendar that may stand beside the rest: days of the period that are one."""

    HOLIDAYS = "HOLIDAYS"
    WEEKEND_DAYS = "WEEKEND_DAYS"
    RETAIL_EVENTS = "RETAIL_EVENTS"


@dataclass(frozen=True, slots=True)
class CausalKpi:
    """The KPI. `connections` and `sources` restrict it; `series` names one of kind SERIES.

    `measure` says of a series whether it is money.
    """

    kind: KpiKind
    measure: KpiMeasure
    connections: tuple[UUID, ...] = ()
    sources: tuple[Source, ...] = ()
    series: str | None = None


@dataclass(frozen=True, slots=True)
class CausalDefinition:
    """Everything that decides over the rows and columns of a causal export.

    `controls`, `organic` and `treatments` name series; None: all of the role that are whole.
    `sources`, `channels` and `connections` restrict media; empty: no restriction. Amounts are in
    `currency` (ISO 4217).
    """

    dates: DateRange
    kpi: CausalKpi
    currency: str
    grain: Grain = Grain.WEEK
    week_start: Weekday = Weekday.MONDAY
    geo: GeoBy | None = None
    media_by: MediaBy = MediaBy.CHANNEL
    sources: tuple[Source, ...] = ()
    channels: tuple[str, ...] = ()
    connections: tuple[UUID, ...] = ()
    controls: tuple[str, ...] | None = None
    organic: tuple[str, ...] | None = None
    treatments: tuple[str, ...] | None = None
    has_events: bool = True
    calendar: tuple[CalendarColumn, ...] = ()
    formats: tuple[ExportFormat, ...] = (ExportFormat.PARQUET,)
    cuts_immature: bool = True
    min_quality: float | None = None

    def to_json(self) -> JSONObject:
        """As it is kept with an export."""
        kept: JSONObject = _KEPT.dump_python(self, mode="json")
        return kept

    @classmethod
    def from_json(cls, kept: JSONObject) -> CausalDefinition:
        """The definition that `to_json` kept."""
        return _KEPT.validate_python(kept)

    @property
    def sha256(self) -> str:
        """Of its canonical JSON, in hex."""
        return hashlib.sha256(canonical_json(self.to_json())).hexdigest()


@dataclass(frozen=True, slots=True)
class ExportCausal:
    """Ask for an export; `as_of` None: of everything that is known by now.

    Without a currency in `definition` (an empty text) amounts are in the tenant's own, and without
    connections of orders all of them count, if they are of one source.
    """

    definition: CausalDefinition
    as_of: datetime | None = None


def canonical_json(value: object) -> bytes:
    """JSON in one form: UTF-8, sorted keys, no spaces."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


_KEPT: Final = TypeAdapter(CausalDefinition)
