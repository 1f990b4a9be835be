"""Which days of some are next to a day."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable

FAR = 366
"""Days farther than this are not looked for: what is not held of a calendar must not matter."""


class Days:
    """Days that others are counted to and from, numbered as `date.toordinal` does."""

    def __init__(self, dates: Iterable[dt.date]) -> None:
        self._days = sorted(date.toordinal() for date in dates)

    def about(self, day: int) -> tuple[int | None, int | None]:
        """The last up to `day` and the next from it on, each no farther than a year."""
        place = bisect_left(self._days, day)
        following = self._days[place] if place < len(self._days) else None
        if following == day:
            return day, day
        last = self._days[place - 1] if place else None
        return (
            last if last is not None and day - last <= FAR else None,
            following if following is not None and following - day <= FAR else None,
        )
