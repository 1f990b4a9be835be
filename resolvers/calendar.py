"""Days, as the tenant's calendar sees them."""

from __future__ import annotations

from datetime import date

from core.records.calendar import CalendarDayRecord
from core.units import DateRange
from resolvers.dates import not_longer
from resolvers.session import Session

MAX_DAYS = 3660


async def days(session: Session, dates: DateRange) -> tuple[CalendarDayRecord, ...]:
    """The days of `dates`, in order."""
    session.budget.take(not_longer(dates, MAX_DAYS, "dates").days)
    return await session.stores.calendar.range(session.scope, dates)


async def day(session: Session, on: date) -> CalendarDayRecord | None:
    """One day; None outside the tenant's calendar."""
    return await session.loaders.calendar.load(on)
