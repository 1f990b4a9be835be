"""Where numbers came from."""

from __future__ import annotations

from uuid import UUID

from core.records.lineage import RawPageRecord
from core.records.pages import RunSlice
from resolvers.session import Session
from resolvers.slices import take


async def raw_page(session: Session, page_id: UUID) -> RawPageRecord | None:
    """What is known of a raw page, without its body."""
    return await session.loaders.raw_pages.load(page_id)


async def of_run(
    session: Session, run_id: UUID, after: int, first: int
) -> tuple[RawPageRecord, ...]:
    """At most `first` pages of a run after the one numbered `after`."""
    take(session, first, after, "number")
    return await session.loaders.run_pages.load(RunSlice(run_id, after, first)) or ()
