"""The index of a tenant's documents: how it stands, and having it made anew."""

from __future__ import annotations

from core.records.documents import SearchStatus
from core.records.runs import RunRecord
from resolvers.session import Session


async def status(session: Session) -> SearchStatus:
    """How it stands now."""
    return await session.stores.search_status.status(session.scope)


async def reindex(session: Session, *, everything: bool) -> RunRecord:
    """A run that brings the index up to the present; one that waits already answers for it too."""
    return await session.stores.documents.rebuild(session.scope, everything=everything)
