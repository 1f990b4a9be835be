"""Of the nearest documents of every tenant, the smallest included, hardly one is missed."""

from __future__ import annotations

from uuid import UUID

import pytest

from core.records.documents import DocumentFilter, DocumentKind
from core.vectors import VectorItem
from stores.postgres.vectors import PostgresVectors
from stores.wiring import Stores
from tests.support import NewTenant, Tenant
from tests.vectors.corpus import Corpus, document, nearest

MODEL = "words"
SIZES = (20, 150, 400, 900)
LARGE = 300


@pytest.fixture
def vectors(stores: Stores) -> PostgresVectors:
    """The last two tenants are large to it."""
    return PostgresVectors(stores.database, exact_up_to=LARGE)


async def walked(stores: Stores, tenant: Tenant) -> dict[bool, int]:
    sql = "SELECT is_walked, count(*) FROM document_vector GROUP BY 1"
    async with stores.database.read(tenant.scope) as connection:
        return {row["is_walked"]: row["count"] for row in await connection.fetch(sql)}


async def test_recall_at_ten_of_every_tenant(
    stores: Stores, vectors: PostgresVectors, new_tenant: NewTenant
) -> None:
    kept: list[tuple[Tenant, list[VectorItem]]] = []
    for size in SIZES:
        tenant, items = await new_tenant(), Corpus(size).items(size)
        await vectors.upsert(tenant.scope, MODEL, items)
        kept.append((tenant, items))
    for (tenant, items), size in zip(kept, SIZES, strict=True):
        corpus, found, wanted = Corpus(size), 0, 0
        for vector in [corpus.vector() for _ in range(20)]:
            hits = await vectors.query(tenant.scope, MODEL, vector, DocumentFilter(), 10)
            expected = nearest(items, vector, 10)
            found += len({hit.document_id for hit in hits} & set(expected))
            wanted += len(expected)
        assert found / wanted >= 0.98, size
        assert await walked(stores, tenant) == {size > LARGE: size}


async def test_a_filter_that_lets_few_through_finds_them_all(
    vectors: PostgresVectors, tenant: Tenant
) -> None:
    items = Corpus(5).items(600)
    rare = [
        VectorItem(document(number, kind=DocumentKind.INSIGHT), items[number].vector)
        for number in (1, 300, 599)
    ]
    await vectors.upsert(tenant.scope, MODEL, [*items, *rare])
    where = DocumentFilter(kinds=(DocumentKind.INSIGHT,))
    hits = await vectors.query(tenant.scope, MODEL, Corpus(6).vector(), where, 10)
    assert {hit.document_id for hit in hits} == {UUID(int=2), UUID(int=301), UUID(int=600)}


async def test_a_tenant_that_grows_is_walked_from_then_on(
    stores: Stores, vectors: PostgresVectors, tenant: Tenant
) -> None:
    items = Corpus(7).items(LARGE + 50)
    await vectors.upsert(tenant.scope, MODEL, items[:LARGE])
    assert await walked(stores, tenant) == {False: LARGE}
    await vectors.upsert(tenant.scope, MODEL, items[LARGE : LARGE + 1])
    assert await walked(stores, tenant) == {True: LARGE + 1}
    await vectors.upsert(tenant.scope, MODEL, items)
    assert await walked(stores, tenant) == {True: LARGE + 50}
    hits = await vectors.query(tenant.scope, MODEL, items[7].vector, DocumentFilter(), 1)
    assert [hit.document_id for hit in hits] == [items[7].document.id]
