"""What restatements taught about a connection, and the look-back that follows from it."""

from __future__ import annotations

from uuid import UUID

from core.records.connections import ConnectionRecord
from core.records.restatements import Settling, proposed_look_back
from resolvers.session import Session


async def settling(session: Session, connection_id: UUID) -> tuple[Settling, ...]:
    """When each metric settles, by the newest lesson; empty before the first."""
    lesson = await session.loaders.lessons.load(connection_id)
    return lesson.metrics if lesson else ()


async def proposed(session: Session, connection_id: UUID, look_back_days: int) -> int | None:
    """The look-back that the newest lesson proposes in place of `look_back_days`."""
    return proposed_look_back(await settling(session, connection_id), look_back_days)


async def accept(session: Session, connection_id: UUID) -> ConnectionRecord:
    """Take the look-back that is proposed."""
    return await session.stores.restatements.accept_look_back(session.scope, connection_id)
