"""When a schedule is due: cron on an account's clock, or an interval of real time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from core.errors import BadInput

_FIELDS = 5
_LONGEST = 200
_MEND = "give minute, hour, day of month, month and day of week, such as `30 6 * * *`"


@dataclass(frozen=True, slots=True)
class Timetable:
    """The moments of a schedule.

    `cron` counts on the clocks of `zone`: each time that it names comes once. One that the clocks
    jump over comes at the jump, one that they show twice comes the first time. `interval` counts
    from `anchor`, whatever the clocks do. Every moment is `jitter` later than its time.
    """

    cron: str | None
    interval: timedelta | None
    zone: ZoneInfo
    anchor: datetime
    jitter: timedelta

    def next_after(self, moment: datetime) -> datetime:
        """The first moment later than `moment`, in UTC."""
        return next(self._after(moment))

    def upcoming(self, moment: datetime, count: int) -> tuple[datetime, ...]:
        """The first `count` moments later than `moment`, in UTC."""
        return tuple(islice(self._after(moment), count))

    def _after(self, moment: datetime) -> Iterator[datetime]:
        since = (moment - self.jitter).astimezone(UTC)
        times = self._cron_times(self.cron, since) if self.cron else self._interval_times(since)
        return (time + self.jitter for time in times)

    def _cron_times(self, cron: str, since: datetime) -> Iterator[datetime]:
        for local in CronSim(cron, since.astimezone(self.zone).replace(tzinfo=None)):
            instant = _instant(local, self.zone)
            if instant > since:
                since = instant
                yield instant

    def _interval_times(self, since: datetime) -> Iterator[datetime]:
        interval = self.interval or timedelta(days=1)
        anchor = self.anchor.astimezone(UTC)
        count = max(0, (since - anchor) // interval)
        while True:
            count += 1
            yield anchor + count * interval


def cron_text(text: str, *, field: str = "cron") -> str:
    """`text` as a cron expression of five fields, or BadInput naming `field`."""
    parts = text.split()
    if len(parts) != _FIELDS or len(text) > _LONGEST:
        raise BadInput(f"a cron expression has {_FIELDS} fields", field=field, mend=_MEND)
    try:
        first = next(CronSim(text, datetime(2000, 1, 1)), None)  # noqa: DTZ001 - a clock, no moment
    except CronSimError as error:
        raise BadInput(
            f"{text!r} is no cron expression: {str(error).lower()}", field=field, mend=_MEND
        ) from error
    if first is None:
        raise BadInput(f"{text!r} never comes", field=field, mend=_MEND)
    return " ".join(parts)


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment when the clocks of `zone` first show `local`, or when they jump over it."""
    first = local.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == local:
        return first
    return _jump(local.replace(tzinfo=zone, fold=1).astimezone(UTC), first, zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second with another offset between two moments."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // timedelta(seconds=2) * timedelta(seconds=1)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
