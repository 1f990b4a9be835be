"""Which days to sum for a page: the periods that its rows are likely to be of, and no more."""

from __future__ import annotations

from datetime import date, timedelta

from core.periods import Grain, Weekday, stretch
from core.records.attribution import AttributionDefinition
from core.records.pages import PageRequest
from core.units import EVER, DateRange

_AT_FIRST = 8
_GROWTH = 8
"""Periods of the first window, and how much longer one is after one without rows."""

_SHORTEST = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 28}
"""Days of a period, at least."""


def stored(dates: DateRange) -> DateRange | None:
    """The part of `dates` that entries can lie in; None when there is none."""
    since, until = max(dates.since, EVER.since), min(dates.until, EVER.until)
    return DateRange(since, until) if since <= until else None


class Windows:
    """Windows of whole periods from a page's cursor on, each as long as those before suggest.

    The first is as long as `a_period` rows of a period suggest, if that is known.
    """

    def __init__(
        self, definition: AttributionDefinition, request: PageRequest, a_period: int | None = None
    ) -> None:
        self._definition = definition
        self._request = request
        self._since = max(definition.dates.since, EVER.since)
        self._until = min(definition.dates.until, EVER.until)
        if request.cursor is not None:
            self._begin_at(date.fromisoformat(request.cursor[0]))
        self._periods = (request.size + 1) // a_period + 1 if a_period else _AT_FIRST
        self._seen = 0

    def next(self, found: int) -> DateRange | None:
        """The next window, after `found` rows so far; None when there is nothing further on."""
        if self._since > self._until:
            return None
        if self._seen:
            self._periods = self._likely(found)
        self._seen += self._periods
        return self._take(self._periods)

    def _begin_at(self, time: date) -> None:
        if self._request.backward:
            whole = stretch(max(time, EVER.since), 1, *self._grain)
            self._until = min(self._until, whole.until)
        else:
            self._since = max(self._since, time)

    @property
    def _grain(self) -> tuple[Grain, Weekday]:
        return self._definition.grain, self._definition.week_start

    def _likely(self, found: int) -> int:
        if not found:
            return self._periods * _GROWTH
        missing = self._request.size + 1 - found
        return missing * self._seen // found + 1

    def _take(self, count: int) -> DateRange:
        is_backward = self._request.backward
        start = self._until if is_backward else self._since
        # No more periods than there are days for: far beyond them there are no dates.
        days = (self._until - self._since).days
        count = min(count, days // _SHORTEST[self._definition.grain] + 1)
        whole = stretch(start, count, *self._grain, backward=is_backward)
        window = DateRange(max(whole.since, self._since), min(whole.until, self._until))
        if is_backward:
            self._until = window.since - timedelta(days=1)
        else:
            self._since = window.until + timedelta(days=1)
        return window
