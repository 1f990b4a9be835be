"""Days, as the tenant's calendar sees them."""

from __future__ import annotations

from datetime import date, datetime

from core.records.calendar import CalendarDayRecord, DayMoment
from core.units import DateRange
from resolvers.dates import not_longer
from resolvers.session import Session

MAX_DAYS = 3660


async def days(
    session: Session, dates: DateRange, as_of: datetime | None = None
) -> tuple[CalendarDayRecord, ...]:
    """The days of `dates`, in order, as the calendar of `as_of` sees them."""
    session.budget.take(not_longer(dates, MAX_DAYS, "dates").days)
    return await session.stores.calendar.range(session.scope, dates, as_of)


async def day(
    session: Session, on: date, as_of: datetime | None = None
) -> CalendarDayRecord | None:
    """One day; None outside the tenant's calendar."""
    return await session.loaders.calendar.load(DayMoment(on, as_of))
