"""Ranges of days that came from outside."""

from __future__ import annotations

from datetime import date

from core.errors import BadInput
from core.units import DateRange


def date_range(since: date, until: date, field: str) -> DateRange:
    """The range, or BadInput whose field lies below `field`."""
    try:
        return DateRange(since, until)
    except BadInput as error:
        raise BadInput(error.message, field=f"{field}.{error.field}", mend=error.mend) from error


def not_longer(dates: DateRange, maximum: int, field: str) -> DateRange:
    """`dates`, or BadInput when they are more than `maximum` days."""
    if dates.days <= maximum:
        return dates
    raise BadInput(
        f"{field} holds {dates.days} days, but may hold {maximum}",
        field=field,
        mend="ask for a shorter range",
    )
