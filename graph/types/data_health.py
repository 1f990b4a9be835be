"""DataHealth: the whole, and the same by source, connection and week."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import strawberry

from core.records.connections import Source
from core.records.health import DataHealth
from graph.bounds.sizes import listed
from graph.context import Info
from graph.fields import resolved
from graph.types.connections import ConnectedSource
from graph.types.dates import DateRange
from graph.types.health import HealthSummary
from graph.types.links import present
from resolvers import connections


@strawberry.type(description="Health of everything from one source.")
class SourceHealth:
    """A source's part on the wire."""

    source: Source = strawberry.field(description="Which source.")
    health: HealthSummary = strawberry.field(description="Over all its connections.")


@strawberry.type(description="Health of one connection.")
class ConnectionHealth:
    """A connection's part on the wire."""

    key: strawberry.Private[UUID]
    health: HealthSummary = strawberry.field(description="Of its entries and days alone.")

    @resolved("Which connection.")
    async def connection(self, info: Info) -> ConnectedSource:
        """Batched over the whole answer."""
        record = await connections.connection(info.context.session, self.key)
        return ConnectedSource.from_record(present(record, "connection"))


@strawberry.type(description="Health of one week, for a trend. Timeliness is of no week.")
class WeekHealth:
    """A week's part on the wire."""

    week_start: dt.date = strawberry.field(
        description="Its Monday; days outside `dates` are not in it."
    )
    health: HealthSummary = strawberry.field(description="Of the week's entries and days.")


@strawberry.type(name="DataHealth", description="How far your data can be trusted.")
class DataHealthAnswer:
    """DataHealth on the wire."""

    as_of: dt.datetime = strawberry.field(
        description="The moment whose knowledge it is; asked again with it, the answer is the same."
    )
    dates: DateRange = strawberry.field(description="The days it is about.")
    whole: HealthSummary = strawberry.field(description="Of everything asked about.")
    sources: list[SourceHealth] = listed("The same by source.", size=8)
    connections: list[ConnectionHealth] = listed("The same by connection.", size=20)
    weeks: list[WeekHealth] = listed("The same by week, oldest first.", size=26)

    @classmethod
    def from_record(cls, record: DataHealth) -> DataHealthAnswer:
        """The health on the wire."""
        told = HealthSummary.from_record
        return cls(
            as_of=record.as_of,
            dates=DateRange.from_record(record.where.dates),
            whole=told(record.whole),
            sources=[SourceHealth(source=s, health=told(h)) for s, h in record.sources.items()],
            connections=[
                ConnectionHealth(key=key, health=told(h)) for key, h in record.connections.items()
            ],
            weeks=[WeekHealth(week_start=w, health=told(h)) for w, h in record.weeks.items()],
        )
