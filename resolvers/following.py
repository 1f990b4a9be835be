"""Following what happens: wake-ups under credentials that may run out, and places to resume at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import BadInput

if TYPE_CHECKING:
    from resolvers.session import Session

HIGHEST = 2**63 - 1


@dataclass(slots=True)
class Cursor:
    """Where one subscription stands, for transports that count what they carry.

    `resumed` is the last sequence that the caller has seen by the transport's own account, which
    goes before an argument: the argument still says where the first attempt began. `reached` is
    the sequence of the event that was told last.
    """

    resumed: int | None = None
    reached: int | None = None

    def after(self, argument: int | None) -> int | None:
        """Behind which event to begin."""
        return argument if self.resumed is None else self.resumed


def resumed_at(told: str | None, field: str) -> Cursor:
    """The cursor of a caller who tells in `field` what was seen last; BadInput if it is no place.

    Nothing told is the beginning of a subscription.
    """
    if not told:
        return Cursor()
    if not (told.isascii() and told.isdecimal() and int(told[:20]) <= HIGHEST):
        raise BadInput(
            f"{field} is no sequence of an event",
            field=field,
            mend="send the id of the last event that this subscription told, or nothing",
        )
    return Cursor(int(told[:20]))


async def woken(session: Session, wakeups: AsyncIterator[None]) -> bool:
    """Wait for a wake-up; False when none will come or the scope expires first."""
    try:
        async with asyncio.timeout(_seconds_left(session)):
            await anext(wakeups)
    except (TimeoutError, StopAsyncIteration):
        return False
    return not session.has_expired


def _seconds_left(session: Session) -> float | None:
    if session.scope.expires_at is None:
        return None
    return (session.scope.expires_at - session.clock()).total_seconds()
