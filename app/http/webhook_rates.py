"""How fast a connection may send."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from math import ceil
from time import monotonic
from uuid import UUID

from app.http.errors import Refusal

_REMEMBERED = 10_000
_ROUNDING = 1e-6


class Rates:
    """A bucket of one second's events for each connection, in this process."""

    def __init__(self, events_per_second: int, clock: Callable[[], float] = monotonic) -> None:
        self._rate = events_per_second
        self._clock = clock
        self._filled: OrderedDict[UUID, float] = OrderedDict()

    def take(self, connection_id: UUID, events: int) -> None:
        """Let `events` pass, or refuse them until the bucket has drained.

        A message larger than the bucket passes when the bucket is empty.
        """
        now = self._clock()
        free_at = max(self._filled.get(connection_id, now), now)
        if free_at > now and free_at - now + events / self._rate > 1.0 + _ROUNDING:
            raise Refusal(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"more than {self._rate} events a second came for this connection",
                mend="send more slowly, or several events in one array",
                headers={"Retry-After": str(max(1, ceil(free_at - now)))},
            )
        self._filled[connection_id] = free_at + events / self._rate
        self._filled.move_to_end(connection_id)
        while len(self._filled) > _REMEMBERED:
            self._filled.popitem(last=False)
