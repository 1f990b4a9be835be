"""Events that an organisation itself knows of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from core.calendar.profile import country_codes
from core.errors import BadInput
from core.records.calendar import CalendarEvent, CalendarEventRecord
from core.units import EVER, DateRange
from resolvers.dates import not_longer
from resolvers.session import Session
from resolvers.text import choices, clean

MAX_DAYS = 3660
MAX_EFFECT = Decimal(100)


async def listed(
    session: Session, dates: DateRange | None, as_of: datetime | None = None
) -> tuple[CalendarEventRecord, ...]:
    """The events known at `as_of` that touch `dates` (all when None), by first day."""
    return await session.stores.calendar_events.range(session.scope, dates or EVER, as_of)


async def add(session: Session, event: CalendarEvent) -> CalendarEventRecord:
    """Write down an event; BadInput or Conflict when it cannot be one."""
    return await session.stores.calendar_events.add(session.scope, checked(event))


async def change(session: Session, event_id: UUID, event: CalendarEvent) -> CalendarEventRecord:
    """Let an event be `event` from now on; answers as of earlier moments keep what it was."""
    return await session.stores.calendar_events.change(session.scope, event_id, checked(event))


async def remove(session: Session, event_id: UUID) -> CalendarEventRecord:
    """Let an event be gone from now on; answers as of earlier moments keep it."""
    return await session.stores.calendar_events.remove(session.scope, event_id)


def checked(event: CalendarEvent) -> CalendarEvent:
    """`event` with clean text, or BadInput naming what is wrong."""
    if event.since > event.until:
        raise BadInput(
            f"the event ends on {event.until}, before it begins on {event.since}",
            field="until",
            mend="give since on or before until",
        )
    if event.since < EVER.since or event.until > EVER.until:
        raise BadInput(
            f"an event lies from {EVER.since} to {EVER.until}",
            field="since",
            mend="check the years",
        )
    not_longer(DateRange(event.since, event.until), MAX_DAYS, "until")
    _check_effect(event)
    return replace(
        event,
        name=clean(event.name, "name"),
        countries=country_codes(event.countries),
        geos=tuple(clean(geo, "geos") for geo in choices(event.geos, "geos")),
        note=None if event.note is None else clean(event.note, "note"),
    )


def _check_effect(event: CalendarEvent) -> None:
    size = event.effect_size
    if size is None:
        return
    if event.effect_direction is None:
        raise BadInput(
            "the effect has a size but no direction",
            field="effectDirection",
            mend="say UP or DOWN",
        )
    if not (size.is_finite() and 0 < size <= MAX_EFFECT):
        raise BadInput(
            f"{size} is no size of an effect",
            field="effectSize",
            mend="give a share above 0 and up to 100: 0.2 for a fifth",
        )
