"""How long things are kept: told, set, and what is due by that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.errors import BadInput
from core.records.retention import LetGo, Retention
from resolvers.session import Session

MOST_DAYS: Final = 36_500


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept for how long, and what goes by that at the next look."""

    wanted: Retention
    due: LetGo


async def kept(session: Session) -> Retention:
    """As it is set."""
    return await session.stores.retention.of(session.scope)


async def current(session: Session) -> Keeping:
    """As it is set, and what is due."""
    return await _keeping(session, await kept(session))


async def change(session: Session, wanted: Retention, *, is_preview: bool) -> Keeping:
    """Keep so long from now on; a preview only tells what would go. BadInput for odd days."""
    _check("verbatimDays", wanted.verbatim_days)
    _check("versionDays", wanted.version_days)
    _check("logDays", wanted.log_days)
    if not is_preview:
        await session.stores.retention.put(session.scope, wanted)
    return await _keeping(session, wanted)


async def _keeping(session: Session, wanted: Retention) -> Keeping:
    return Keeping(wanted, await session.stores.retention.due(session.scope, wanted))


def _check(name: str, days: int | None) -> None:
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise BadInput(
            f"{days} is no number of days",
            field=name,
            mend=f"give 1 to {MOST_DAYS:,}, or null to keep for ever",
        )
