"""What a causal export is to be made of, as the caller says it."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import strawberry

from core.causal import (
    CalendarColumn,
    CausalDefinition,
    CausalKpi,
    ExportCausal,
    GeoBy,
    KpiKind,
    KpiMeasure,
    MediaBy,
)
from core.errors import BadInput
from core.periods import Grain, Weekday
from core.records.connections import Source
from core.records.exports import ExportFormat
from graph.ids import CONNECTION
from graph.inputs.dates import DateRangeInput
from graph.inputs.entries import ALL, texts
from resolvers.text import choices, clean

_NAMES = "Left out: all that are whole over the periods; empty: none."


@strawberry.input(description="Orders of the business itself, whatever led to them.")
class OrdersKpiInput:
    """CausalKpi of kind ORDERS."""

    measure: KpiMeasure = strawberry.field(description="What of them is the KPI.")
    connections: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=(
            "Whose orders. Left out: all connections with orders, if they are of one source; "
            "two sources may tell of the same orders."
        ),
    )


@strawberry.input(
    description=(
        "Conversions that advertising platforms claim for themselves. Several may claim one sale: "
        "the manifest warns of it."
    )
)
class ConversionsKpiInput:
    """CausalKpi of kind CONVERSIONS."""

    measure: KpiMeasure = strawberry.field(description="What of them is the KPI.")
    sources: list[Source] | None = strawberry.field(
        default=None, description=f"Whose claims. {ALL}"
    )
    connections: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Whose claims, by connection. {ALL}"
    )


@strawberry.input(description="A series of role KPI, from a file of yours.")
class SeriesKpiInput:
    """CausalKpi of kind SERIES."""

    name: str = strawberry.field(description="Its name, which is the column of the file.")
    measure: KpiMeasure = strawberry.field(
        description="REVENUE when its values are money, in the currency of its connection."
    )
    connection_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose series, where several connections have one of that name."
    )


@strawberry.input(one_of=True, description="The KPI: exactly one of these.")
class CausalKpiInput:
    """CausalKpi as the caller gives it."""

    orders: OrdersKpiInput | None = strawberry.field(
        default=strawberry.UNSET, description="Orders."
    )
    conversions: ConversionsKpiInput | None = strawberry.field(
        default=strawberry.UNSET, description="Platforms' conversions."
    )
    series: SeriesKpiInput | None = strawberry.field(
        default=strawberry.UNSET, description="A series."
    )

    def to_kpi(self) -> CausalKpi:
        """The KPI, or BadInput naming the part of it that is wrong."""
        if self.orders:
            given = self.orders
            ids = _connections(given.connections, "kpi.orders.connections")
            return CausalKpi(KpiKind.ORDERS, given.measure, ids)
        if self.conversions:
            claimed = self.conversions
            ids = _connections(claimed.connections, "kpi.conversions.connections")
            sources = choices(claimed.sources, "kpi.conversions.sources")
            return CausalKpi(KpiKind.CONVERSIONS, claimed.measure, ids, tuple(sorted(sources)))
        if self.series:
            named = self.series
            field = "kpi.series.connectionId"
            ids = _connections([named.connection_id] if named.connection_id else None, field)
            name = clean(named.name, "kpi.series.name")
            return CausalKpi(KpiKind.SERIES, named.measure, ids, series=name)
        raise BadInput("there is no KPI", field="kpi", mend="give orders, conversions or series")


@strawberry.input(
    description=(
        "What a causal export is made of. The same definition as of the same moment gives the same "
        "bytes for ever."
    )
)
class CausalExportInput:
    """ExportCausal as the caller gives it."""

    dates: DateRangeInput = strawberry.field(
        description="Days to export. Periods that are not wholly in them are cut."
    )
    kpi: CausalKpiInput = strawberry.field(description="What the model is to explain.")
    grain: Grain = strawberry.field(default=Grain.WEEK, description="How long a period is.")
    week_start: Weekday = strawberry.field(
        default=Weekday.MONDAY, description="On which day weeks begin; counts for WEEK alone."
    )
    geo: GeoBy | None = strawberry.field(
        default=None,
        description="Rows by geo. Left out: one row a period, whatever numbers are broken down by.",
    )
    media_by: MediaBy = strawberry.field(
        default=MediaBy.CHANNEL, description="What the columns of media are kept apart by."
    )
    sources: list[Source] | None = strawberry.field(
        default=None, description=f"Media of these sources alone. {ALL}"
    )
    channels: list[str] | None = strawberry.field(
        default=None, description=f"Media of these channels alone, spelled exactly. {ALL}"
    )
    connections: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Media of these connections alone. {ALL}"
    )
    currency: str | None = strawberry.field(
        default=None,
        description=(
            "ISO 4217 code; every amount is converted at the rate of its day. Left out: your "
            "reporting currency."
        ),
    )
    controls: list[str] | None = strawberry.field(
        default=None, description=f"Series of role CONTROL, by name. {_NAMES}"
    )
    organic: list[str] | None = strawberry.field(
        default=None, description=f"Series of role ORGANIC, by name. {_NAMES}"
    )
    treatments: list[str] | None = strawberry.field(
        default=None, description=f"Series of role TREATMENT, by name. {_NAMES}"
    )
    include_events: bool = strawberry.field(
        default=True, description="Whether your own calendar events become columns."
    )
    calendar_columns: list[CalendarColumn] | None = strawberry.field(
        default=None,
        description=(
            "Facts of the calendar as columns. Left out: none, for a model that estimates season "
            "itself would count it twice."
        ),
    )
    formats: list[ExportFormat] | None = strawberry.field(
        default=None, description="How tables are written. Left out: PARQUET."
    )
    cut_immature: bool = strawberry.field(
        default=True,
        description=(
            "Whether periods at the end that may still move, or were not read yet, are cut. They "
            "are marked in `cells` otherwise."
        ),
    )
    min_quality: float | None = strawberry.field(
        default=None,
        description=(
            "Leave out entries whose quality is lower, or was never assessed: 0 to 1. Left out: "
            "none."
        ),
    )
    as_of: dt.datetime | None = strawberry.field(
        default=None,
        description="The moment whose knowledge is exported, exactly. Left out: now, pinned.",
    )

    def to_command(self) -> ExportCausal:
        """The command, or BadInput naming the part of it that is wrong."""
        calendar = choices(self.calendar_columns, "calendarColumns")
        formats = choices(self.formats, "formats")
        definition = CausalDefinition(
            dates=self.dates.to_range("dates"),
            kpi=self.kpi.to_kpi(),
            currency=self.currency or "",
            grain=self.grain,
            week_start=self.week_start,
            geo=self.geo,
            media_by=self.media_by,
            sources=tuple(sorted(choices(self.sources, "sources"))),
            channels=tuple(sorted(texts(self.channels, "channels"))),
            connections=_connections(self.connections, "connections"),
            controls=_names(self.controls, "controls"),
            organic=_names(self.organic, "organic"),
            treatments=_names(self.treatments, "treatments"),
            has_events=self.include_events,
            calendar=tuple(each for each in CalendarColumn if each in calendar),
            formats=tuple(each for each in ExportFormat if each in formats)
            if self.formats is not None
            else (ExportFormat.PARQUET,),
            cuts_immature=self.cut_immature,
            min_quality=self.min_quality,
        )
        return ExportCausal(definition, self.as_of)


def _connections(ids: list[strawberry.ID] | None, field: str) -> tuple[UUID, ...]:
    found = choices(ids, field)
    return tuple(sorted(CONNECTION.decode(each, field) for each in found))


def _names(names: list[str] | None, field: str) -> tuple[str, ...] | None:
    """None is all, and an empty list none."""
    return None if names is None else tuple(sorted(texts(names, field)))
