"""How long one operation may take; of a subscription, what follows each event."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.errors import TimedOut


class TimeLimit:
    """Ends what runs under it after `seconds`, by cancelling it; None: never.

    `since` is the moment of the loop's clock from which they count, the present if left out.
    """

    def __init__(self, seconds: float | None = None, since: float | None = None) -> None:
        self._seconds = seconds
        self._since = since
        self._timeout: asyncio.Timeout | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The block is cancelled when its time is over; TimedOut is raised then."""
        timeout = asyncio.timeout_at(self._end())
        try:
            async with timeout as self._timeout:
                yield
        except TimeoutError:
            if not timeout.expired():
                raise
            raise TimedOut(
                f"the operation took longer than {self._seconds:g} seconds", mend=TimedOut.advice
            ) from None
        finally:
            self._timeout = None

    def pause(self) -> None:
        """Waiting for something to happen takes no time."""
        if self._timeout is not None:
            self._timeout.reschedule(None)

    def resume(self) -> None:
        """It has happened: the time begins anew."""
        if self._timeout is not None:
            self._since = None
            self._timeout.reschedule(self._end())

    def _end(self) -> float | None:
        if self._seconds is None:
            return None
        since = asyncio.get_running_loop().time() if self._since is None else self._since
        return since + self._seconds
