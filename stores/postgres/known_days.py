"""Days of calendars that were worked out before, kept for as long as they are asked for."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from core.records.calendar import CalendarDayRecord
from core.scope import TenantScope

MAX_DAYS: Final = 8_192
"""Of all calendars together; a day takes about two kilobytes."""
MAX_DAYS_OF_ONE: Final = MAX_DAYS // 8
"""Of one calendar, so that a tenant who reads decades does not push all others out."""


@dataclass(frozen=True, slots=True)
class CalendarState:
    """What a tenant's days follow from, and nothing else: two moments of its clock.

    `version_at` is its newest version's, `events_at` its newest event's (None: it has none). Both
    only ever get later, and what held at a moment is never changed: so a state is the same for
    ever, and days of it need no invalidation.
    """

    version_at: dt.datetime
    events_at: dt.datetime | None


class KnownDays:
    """Days by tenant, state and date; those of calendars that were not asked for longest go."""

    def __init__(self, most: int = MAX_DAYS, most_of_one: int = MAX_DAYS_OF_ONE) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._held = 0
        self._calendars: OrderedDict[str, dict[dt.date, CalendarDayRecord]] = OrderedDict()

    def find(
        self, scope: TenantScope, state: CalendarState, dates: Iterable[dt.date]
    ) -> dict[dt.date, CalendarDayRecord]:
        """Those of `dates` that are known."""
        key = _key(scope, state)
        known = self._calendars.get(key)
        if known is None:
            return {}
        self._calendars.move_to_end(key)
        return {date: known[date] for date in dates if date in known}

    def keep(
        self, scope: TenantScope, state: CalendarState, days: Mapping[dt.date, CalendarDayRecord]
    ) -> None:
        """Keep them, as far as there is room for so many of one calendar."""
        key = _key(scope, state)
        known = self._calendars.setdefault(key, {})
        self._calendars.move_to_end(key)
        for date, day in days.items():
            if len(known) < self._most_of_one and date not in known:
                known[date] = day
                self._held += 1
        while self._held > self._most:
            _, gone = self._calendars.popitem(last=False)
            self._held -= len(gone)


def _key(scope: TenantScope, state: CalendarState) -> str:
    events_at = state.events_at.isoformat() if state.events_at else ""
    return scope.key("calendar", state.version_at.isoformat(), events_at)
