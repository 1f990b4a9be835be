"""Where numbers came from, and what was refused."""

from __future__ import annotations

from uuid import UUID

from core.errors import NotFound
from core.records.lineage import RawPageRecord, RejectedRecord
from core.records.pages import Page
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import uuid_part

MAX_REJECTED = 100


def _sort_key(record: RejectedRecord) -> tuple[str]:
    return (str(record.id),)


REJECTED: Listing[RejectedRecord] = Listing("rejected", MAX_REJECTED, (uuid_part,), _sort_key)


async def raw_page(session: Session, page_id: UUID) -> RawPageRecord | None:
    """What is known of a raw page, without its body."""
    return await session.loaders.raw_pages.load(page_id)


async def rejected(
    session: Session, run_id: UUID, arguments: PageArguments
) -> Page[RejectedRecord]:
    """One page of the records that a run refused."""
    request = session.request(REJECTED, arguments)
    if await session.loaders.runs.load(run_id) is None:
        raise NotFound("no such run", field="runId", mend="list your runs with the field runs")
    return await session.stores.lineage.rejected(session.scope, run_id, request)
