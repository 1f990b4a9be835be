"""How far it is from a day to the last and the next of some days."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

FAR = dt.timedelta(days=366)
"""Farther than this is not looked for: what is not held of a calendar must not matter."""


class Days:
    """Days that others are counted to and from."""

    def __init__(self, dates: Iterable[dt.date]) -> None:
        self._dates = sorted(dates)

    def about(self, date: dt.date) -> tuple[dt.date | None, dt.date | None]:
        """The last up to `date` and the next from it on, each no farther than a year."""
        dates = self._dates
        after, before = bisect_left(dates, date), bisect_right(dates, date)
        last = dates[before - 1] if before and date - dates[before - 1] <= FAR else None
        following = dates[after] if after < len(dates) and dates[after] - date <= FAR else None
        return last, following
