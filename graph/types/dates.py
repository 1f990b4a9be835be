"""Ranges of days on the way out."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.units import DateRange as Days


@strawberry.type(description="Whole days, both ends included.")
class DateRange:
    """DateRange on the wire."""

    since: dt.date = strawberry.field(description="First day.")
    until: dt.date = strawberry.field(description="Last day.")

    @classmethod
    def from_record(cls, record: Days) -> DateRange:
        """The range on the wire."""
        return cls(since=record.since, until=record.until)
