"""Forgetting one person: asked for, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.records.forgetting import SubjectErasure
from core.records.pages import Page
from core.records.runs import RunRecord
from core.subjects import Naming
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import exact, uuid_part

MAX_ERASURES: Final = 100


def _sort_key(record: SubjectErasure) -> tuple[str]:
    return (str(record.run_id),)


ERASURES: Listing[SubjectErasure] = Listing(
    "subject-erasures", MAX_ERASURES, (uuid_part,), _sort_key
)


async def erase(
    session: Session, identifiers: Sequence[str], *, is_preview: bool
) -> tuple[SubjectErasure, RunRecord]:
    """A run that lets go of whatever names the person; BadInput for what would name many."""
    names = [exact(each, "identifiers") for each in identifiers]
    Naming.of(names)
    erasure, run = await session.stores.subject_erasures.request(
        session.scope, names, is_preview=is_preview
    )
    await session.stores.topics.announce(session.scope, run.id)
    return erasure, run


async def page(session: Session, arguments: PageArguments) -> Page[SubjectErasure]:
    """One page of the tenant's erasures, newest first."""
    request = session.request(ERASURES, arguments)
    return await session.stores.subject_erasures.page(session.scope, request)
