"""Ranges of days on the way in."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.units import DateRange
from resolvers.dates import date_range


@strawberry.input(description="Whole days, both ends included, in each account's own zone.")
class DateRangeInput:
    """A range that may still be reversed."""

    since: dt.date = strawberry.field(description="First day; on or before `until`.")
    until: dt.date = strawberry.field(description="Last day.")

    def to_range(self, field: str) -> DateRange:
        """The range, or BadInput whose field lies below `field`."""
        return date_range(self.since, self.until, field)
