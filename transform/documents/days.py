"""What the days of a month are called, by the tenant's calendar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from core.records.calendar import CalendarDayRecord, CalendarEventRecord, HolidayKind
from core.records.document_facts import MonthDays, month_range


def month_days(
    days: Sequence[CalendarDayRecord], events: Iterable[CalendarEventRecord], month: date
) -> MonthDays:
    """Of the days of a month (none where the calendar does not reach) and the events about it."""
    first = days[0] if days else None
    until = month_range(month).until
    public = (h.name for day in days for h in day.holidays if h.kind is HolidayKind.PUBLIC)
    retail = (event.name for day in days for event in day.retail_events)
    own = (
        (event.event.kind, event.event.name)
        for event in events
        if event.event.since <= until and event.event.until >= month
    )
    return MonthDays(
        season=first.season.value if first else "",
        marketing_season=first.marketing_season.value if first else "",
        holidays=tuple(dict.fromkeys(public)),
        retail_events=tuple(dict.fromkeys(retail)),
        own_events=tuple(dict.fromkeys(own)),
    )
