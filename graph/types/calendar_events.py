"""Events that an organisation itself knows of."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import strawberry

from core.records.calendar import CalendarEventKind, CalendarEventRecord, EffectDirection
from graph.ids import CALENDAR_EVENT


@strawberry.type(description="Something of your own that may have moved your numbers.")
class CalendarEvent:
    """CalendarEventRecord on the wire."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    name: str = strawberry.field(description="Its name.")
    kind: CalendarEventKind = strawberry.field(description="What kind of event it is.")
    since: dt.date = strawberry.field(description="Its first day.")
    until: dt.date = strawberry.field(description="Its last day.")
    countries: list[str] = strawberry.field(
        description="ISO 3166 codes of where it happens; empty: everywhere, unless `geos` says."
    )
    geos: list[str] = strawberry.field(
        description="Regions where it happens, as your sources spell them; empty: everywhere."
    )
    effect_direction: EffectDirection | None = strawberry.field(
        description="Where it is expected to move what you sell; null when nobody said."
    )
    effect_size: Decimal | None = strawberry.field(
        description="By how much, as a share of the usual: 0.2 is a fifth; null when nobody said."
    )
    note: str | None = strawberry.field(description="What else there is to say.")
    learned_at: dt.datetime = strawberry.field(
        description="When it was last written; answers `asOf` an earlier moment do not know it so."
    )

    @classmethod
    def from_record(cls, record: CalendarEventRecord) -> CalendarEvent:
        """The event on the wire."""
        event = record.event
        return cls(
            id=CALENDAR_EVENT.encode(record.id),
            name=event.name,
            kind=event.kind,
            since=event.since,
            until=event.until,
            countries=list(event.countries),
            geos=list(event.geos),
            effect_direction=event.effect_direction,
            effect_size=event.effect_size,
            note=event.note,
            learned_at=record.learned_at,
        )
