"""The sandbox's own idea of now."""

from datetime import UTC, datetime, timedelta
from time import monotonic

from sandbox.world.world import quarter_hour


class Clock:
    """Follows real time until it is frozen or moved; one per process.

    `ticks` counts seconds for quotas and report runs: real seconds plus every move forward, so
    moving the clock an hour on also gives an hour's quota back.
    """

    def __init__(self, now: datetime | None = None) -> None:
        """Follow real time, or stand still at `now`."""
        self._frozen = now.astimezone(UTC) if now else None
        self._moved = timedelta(0)
        self._ticks_moved = 0.0

    @property
    def is_frozen(self) -> bool:
        """Whether time stands still."""
        return self._frozen is not None

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self._frozen or datetime.now(UTC) + self._moved

    def observed_at(self) -> datetime:
        """The moment up to which the platform's figures have been refreshed."""
        return quarter_hour(self.now())

    def ticks(self) -> float:
        """Seconds that never run backwards."""
        return monotonic() + self._ticks_moved

    def freeze(self, at: datetime) -> None:
        """Stand still at a moment."""
        self._count_move(at - self.now())
        self._frozen = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move forwards or backwards; a frozen clock stays frozen."""
        self._count_move(by)
        if self._frozen is None:
            self._moved += by
        else:
            self._frozen += by

    def follow_real_time(self) -> None:
        """Forget every change."""
        self._frozen = None
        self._moved = timedelta(0)

    def _count_move(self, by: timedelta) -> None:
        self._ticks_moved += max(by.total_seconds(), 0.0)
