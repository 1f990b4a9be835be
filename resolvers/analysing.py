"""Having a tenant's data analysed."""

from __future__ import annotations

from core.records.runs import RunRecord
from resolvers.session import Session


async def start(session: Session) -> RunRecord:
    """A run that analyses what is known; one that waits already answers for it too."""
    return await session.stores.analyses.start(session.scope)
