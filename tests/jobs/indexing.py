"""Runs of kind INDEX, worked on in this process."""

from __future__ import annotations

from core.records.documents import Document
from core.records.runs import Receipt
from core.scope import TenantScope
from core.settings import Settings
from jobs.assignments import Assignment
from jobs.indexing.index import index
from stores.postgres.documents import DOCUMENT_COLUMNS, document_record
from stores.postgres.run_work import Claimed
from stores.wiring import Stores
from stores.work import work_stores


async def never() -> bool:
    return False


async def claimed_index(stores: Stores, scope: TenantScope) -> Claimed:
    run = await stores.documents.request(scope)
    claimed = await work_stores(stores).runs.claim(scope, run.id)
    assert claimed is not None
    return claimed


def assignment(stores: Stores, scope: TenantScope, claimed: Claimed) -> Assignment:
    return Assignment(stores, work_stores(stores), Settings(), scope, claimed, never)


async def indexed(stores: Stores, scope: TenantScope) -> Receipt:
    claimed = await claimed_index(stores, scope)
    return await index(assignment(stores, scope, claimed))


async def versions(stores: Stores, scope: TenantScope) -> list[Document]:
    """Every version of every document, in the order of titles, the oldest first."""
    async with stores.database.read(scope) as connection:
        rows = await connection.fetch(
            f"SELECT {', '.join(DOCUMENT_COLUMNS)} FROM document ORDER BY title, learned_at"
        )
    return [document_record(row) for row in rows]


async def documents(stores: Stores, scope: TenantScope) -> dict[str, Document]:
    """Documents as they stand, by their titles."""
    found = await versions(stores, scope)
    return {each.title: each for each in found if each.superseded_at is None}
