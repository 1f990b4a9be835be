"""PerformanceRow: the figures of one group of one period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import UUID

import strawberry

from core.records.answers import Area
from core.records.connections import Source
from core.records.entries import DateBasis, Device, SeriesRole
from core.records.performance import PerformanceDimension, PerformanceRecord
from core.traces import written
from graph.bounds.sizes import listed
from graph.context import Info
from graph.fields import resolved
from graph.pagination import Connection, edges, page_info
from graph.types import campaigns as campaign_types
from graph.types.connections import ConnectedSource
from graph.types.dates import DateRange
from graph.types.figures import MetricValue
from resolvers import campaigns, connections
from resolvers.performance import Figures, figures

if TYPE_CHECKING:
    from graph.types.campaigns import Campaign

E = TypeVar("E", bound=StrEnum)
APART = "Null unless `groupBy` names it, and where it is not told."
_USUALLY = 6
"""Metrics of a row, about."""


@strawberry.type(
    description=(
        "One period and group: sums over the entries behind it, ratios of those sums, and what "
        "they are compared with."
    )
)
class PerformanceRow:
    """PerformanceRecord on the wire."""

    found: strawberry.Private[Figures]
    record: strawberry.Private[PerformanceRecord]
    group: strawberry.Private[Mapping[PerformanceDimension, str | None]]
    dates: DateRange | None = strawberry.field(
        description=(
            "The days of the period, as far as they are asked for. Null where only what it is "
            "compared with has such a period."
        )
    )
    compared_dates: DateRange | None = strawberry.field(
        description="The days that they are compared with; null without `compareTo`."
    )
    source: Source | None = strawberry.field(description=f"Which source. {APART}")
    channel: str | None = strawberry.field(description=f"Marketing channel. {APART}")
    account_id: str | None = strawberry.field(description=f"The source's account. {APART}")
    country: str | None = strawberry.field(description=f"ISO 3166-1 alpha-2 code. {APART}")
    geo: str | None = strawberry.field(description=f"The source's name of a region. {APART}")
    device: Device | None = strawberry.field(description=f"Kind of device. {APART}")
    date_basis: DateBasis | None = strawberry.field(
        description=f"What the dates of its entries are the dates of. {APART}"
    )
    attribution_setting: str | None = strawberry.field(
        description=f"By which rules conversions were attributed. {APART}"
    )
    series: str | None = strawberry.field(description="Name of the series; facts: SERIES alone.")
    series_role: SeriesRole | None = strawberry.field(
        description="What the series is to a model; facts: SERIES alone."
    )
    currency: str = strawberry.field(description="ISO 4217 code of the amounts.")
    values: list[MetricValue] = listed("A figure for each of `metrics`, in their order.", _USUALLY)
    entries: int = strawberry.field(description="How many entries were summed.")
    unconverted: int = strawberry.field(
        description=(
            "How many of its entries have an amount in a currency without a rate on their day. "
            "The figures they belong to are null."
        )
    )
    is_mature: bool = strawberry.field(
        description=(
            "Whether no entry behind it is expected to change any more; false where there is none."
        )
    )
    quality: float | None = strawberry.field(
        description="Score of its entries from 0 to 1; null when none was assessed."
    )
    learned_at: dt.datetime | None = strawberry.field(
        description="When the newest of its numbers became known; null where there are none."
    )

    @classmethod
    def from_record(cls, found: Figures, record: PerformanceRecord) -> PerformanceRow:
        """The row on the wire."""
        group = dict(zip(found.question.by, record.group, strict=True))
        days, compared = found.days(record), found.compared_days(record)
        sums = record.sums
        return cls(
            found=found,
            record=record,
            group=group,
            dates=DateRange.from_record(days) if days else None,
            compared_dates=DateRange.from_record(compared) if compared else None,
            source=_member(Source, group.get(PerformanceDimension.SOURCE)),
            channel=group.get(PerformanceDimension.CHANNEL),
            account_id=group.get(PerformanceDimension.ACCOUNT),
            country=group.get(PerformanceDimension.COUNTRY),
            geo=group.get(PerformanceDimension.GEO),
            device=_member(Device, group.get(PerformanceDimension.DEVICE)),
            date_basis=_member(DateBasis, group.get(PerformanceDimension.DATE_BASIS)),
            attribution_setting=group.get(PerformanceDimension.ATTRIBUTION_SETTING),
            series=group.get(PerformanceDimension.SERIES),
            series_role=_member(SeriesRole, group.get(PerformanceDimension.SERIES_ROLE)),
            currency=found.question.facts.currency or group[PerformanceDimension.CURRENCY] or "",
            values=values_of(found, record),
            entries=sums.entries if sums else 0,
            unconverted=sums.unconverted if sums else 0,
            is_mature=sums.is_mature if sums else False,
            quality=sums.quality if sums else None,
            learned_at=sums.learned_at if sums else None,
        )

    @resolved(f"The connection that brought it. {APART}", reads=(Area.SOURCES,))
    async def connection(self, info: Info) -> ConnectedSource | None:
        """Batched over the whole answer."""
        key = self.group.get(PerformanceDimension.CONNECTION)
        if key is None:
            return None
        record = await connections.connection(info.context.session, UUID(key))
        return None if record is None else ConnectedSource.from_record(record)

    @resolved(
        f"The campaign, under its current name. {APART}",
        reads=(Area.SOURCES,),
    )
    async def campaign(
        self, info: Info
    ) -> Annotated[Campaign, strawberry.lazy("graph.types.campaigns")] | None:
        """Batched over the whole answer."""
        key = self.group.get(PerformanceDimension.CAMPAIGN)
        if key is None:
            return None
        record = await campaigns.campaign(info.context.session, UUID(key))
        return None if record is None else campaign_types.Campaign.from_record(record)

    @resolved(
        "Where its figures come from: `performanceEntries` answers the entries behind them, as "
        "they were known then. Null where there are none.",
        reads=(),
    )
    def trace(self) -> str | None:
        """Written on demand."""
        trace = self.found.trace(self.record)
        return None if trace is None else written(trace)

    @resolved(
        "The same of the figures that they are compared with; null where there are none.",
        reads=(),
    )
    def compared_trace(self) -> str | None:
        """Written on demand."""
        trace = self.found.compared_trace(self.record)
        return None if trace is None else written(trace)


def values_of(found: Figures, record: PerformanceRecord) -> list[MetricValue]:
    """A figure for each metric that was asked for."""
    told = figures(found.question.metrics, record.sums, record.compared)
    return [MetricValue.from_figure(each) for each in told]


def _member(kind: type[E], value: str | None) -> E | None:
    return None if value is None else kind(value)


@strawberry.type(description="One page of figures, all of one moment's knowledge.")
class PerformanceConnection(Connection[PerformanceRow]):
    """A page of rows that says of when it is."""

    as_of: dt.datetime = strawberry.field(
        description=(
            "What was known at this moment is what the page tells, and every page that follows "
            "by its cursors. Give it as `asOf` to get the same again, at any time."
        )
    )
    compared_as_of: dt.datetime | None = strawberry.field(
        description="The moment that the compared figures are of; null without `compareTo`."
    )
    compared_dates: DateRange | None = strawberry.field(
        description="The days that all of it is compared with; null without `compareTo`."
    )

    @classmethod
    def from_figures(cls, found: Figures) -> PerformanceConnection:
        """The page on the wire."""
        nodes = [PerformanceRow.from_record(found, record) for record in found.page.items]
        other = found.question.comparison
        return cls(
            nodes=nodes,
            edges=edges(found.page, found.listing, nodes),
            page_info=page_info(found.page, found.listing),
            as_of=found.as_of,
            compared_as_of=found.compared_as_of,
            compared_dates=DateRange.from_record(other.dates) if other else None,
        )
