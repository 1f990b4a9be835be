"""Where numbers came from."""

from __future__ import annotations

from uuid import UUID

from core.records.lineage import RawPageRecord
from resolvers.session import Session


async def raw_page(session: Session, page_id: UUID) -> RawPageRecord | None:
    """What is known of a raw page, without its body."""
    return await session.loaders.raw_pages.load(page_id)
