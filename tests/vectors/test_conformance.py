"""What every vector store promises, whatever keeps the vectors."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from core.errors import ConfigError
from core.records.connections import Source
from core.records.documents import DocumentFilter, DocumentKind
from core.units import DateRange
from core.vectors import VectorItem, VectorStore
from tests.support import NewTenant, Tenant
from tests.vectors.corpus import Corpus, cosine, document, nearest, unit

MODEL = "words"
ANY = DocumentFilter()


def pointing(axis: int, **about: object) -> VectorItem:
    """A document whose vector points along one axis."""
    numbers = [0.0] * 256
    numbers[axis] = 1.0
    return VectorItem(document(axis, **about), unit(numbers))


async def found(
    vectors: VectorStore, tenant: Tenant, near: VectorItem, where: DocumentFilter = ANY, k: int = 10
) -> list[UUID]:
    await vectors.fence(tenant.scope)
    hits = await vectors.query(tenant.scope, MODEL, near.vector, where, k)
    return [hit.document_id for hit in hits]


async def test_the_nearest_come_first_with_their_cosine(
    vectors: VectorStore, tenant: Tenant
) -> None:
    items, asked = Corpus(1).items(60), Corpus(1).vector()
    await vectors.upsert(tenant.scope, MODEL, items)
    await vectors.fence(tenant.scope)
    hits = await vectors.query(tenant.scope, MODEL, asked, ANY, 10)
    assert [hit.document_id for hit in hits] == nearest(items, asked, 10)
    by_id = {item.document.id: item.vector for item in items}
    expected = [cosine(by_id[hit.document_id], asked) for hit in hits]
    assert [hit.score for hit in hits] == pytest.approx(expected, abs=2e-3)


async def test_a_vector_takes_the_place_of_the_former_one(
    vectors: VectorStore, tenant: Tenant
) -> None:
    first, second = pointing(1), pointing(2)
    await vectors.upsert(tenant.scope, MODEL, [first, second])
    moved = replace(first, vector=pointing(3).vector)
    await vectors.upsert(tenant.scope, MODEL, [moved])
    assert await found(vectors, tenant, pointing(3), k=1) == [first.document.id]
    assert await vectors.count(tenant.scope, MODEL) == 2


async def test_what_is_written_twice_is_there_once(vectors: VectorStore, tenant: Tenant) -> None:
    items = [pointing(1), pointing(2), pointing(1)]
    await vectors.upsert(tenant.scope, MODEL, items)
    await vectors.upsert(tenant.scope, MODEL, items)
    await vectors.upsert(tenant.scope, MODEL, [])
    await vectors.fence(tenant.scope)
    assert await vectors.count(tenant.scope, MODEL) == 2


FILTERS = {
    "kind": DocumentFilter(kinds=(DocumentKind.AD,)),
    "source": DocumentFilter(sources=(Source("GOOGLE_ADS"),)),
    "channel": DocumentFilter(channels=("search", "video")),
    "account": DocumentFilter(accounts=("other",)),
    "campaign": DocumentFilter(campaigns=(UUID(int=77),)),
    "dates": DocumentFilter(dates=DateRange(date(2026, 9, 30), date(2026, 9, 30))),
    "quality": DocumentFilter(min_quality=0.95),
}
ONE_OF_EACH: dict[str, dict[str, object]] = {
    "kind": {"kind": DocumentKind.AD},
    "source": {"source": Source("GOOGLE_ADS")},
    "channel": {"channel": "search"},
    "account": {"account_id": "other"},
    "campaign": {"campaign_id": UUID(int=77)},
    "dates": {"period": DateRange(date(2026, 9, 1), date(2026, 9, 30))},
    "quality": {"quality": 0.95},
}


async def test_a_filter_lets_through_what_it_says(
    vectors: VectorStore, new_tenant: NewTenant
) -> None:
    tenant = await new_tenant()
    items = {
        name: pointing(axis, **about) for axis, (name, about) in enumerate(ONE_OF_EACH.items())
    }
    await vectors.upsert(tenant.scope, MODEL, list(items.values()))
    for name, where in FILTERS.items():
        assert await found(vectors, tenant, pointing(0), where) == [items[name].document.id], name
    both = DocumentFilter(kinds=(DocumentKind.AD,), channels=("search",))
    assert await found(vectors, tenant, pointing(0), both) == []


async def test_what_is_not_known_of_a_document_is_no_match(
    vectors: VectorStore, tenant: Tenant
) -> None:
    unknown = pointing(
        1, source=None, account_id=None, campaign_id=None, channel=None, period=None, quality=None
    )
    await vectors.upsert(tenant.scope, MODEL, [unknown])
    assert await found(vectors, tenant, unknown) == [unknown.document.id]
    for name, where in FILTERS.items():
        assert await found(vectors, tenant, unknown, where) == [], name


async def test_a_document_is_forgotten_with_its_vectors_of_every_model(
    vectors: VectorStore, tenant: Tenant
) -> None:
    kept, gone = pointing(1), pointing(2)
    for model in (MODEL, "other"):
        await vectors.upsert(tenant.scope, model, [kept, gone])
    await vectors.delete(tenant.scope, [gone.document.id, UUID(int=999)])
    assert await found(vectors, tenant, gone) == [kept.document.id]
    assert [await vectors.count(tenant.scope, each) for each in (MODEL, "other")] == [1, 1]


async def test_models_are_apart_and_one_can_be_dropped(
    vectors: VectorStore, tenant: Tenant
) -> None:
    item = pointing(1)
    for model in (MODEL, "other"):
        await vectors.upsert(tenant.scope, model, [item])
    await vectors.fence(tenant.scope)
    assert await vectors.drop(tenant.scope, "other") == 1
    assert await vectors.drop(tenant.scope, "other") == 0
    await vectors.fence(tenant.scope)
    assert [await vectors.count(tenant.scope, each) for each in (MODEL, "other")] == [1, 0]
    await vectors.drop(tenant.scope)
    await vectors.fence(tenant.scope)
    assert await found(vectors, tenant, item) == []


async def test_another_tenant_sees_and_changes_nothing(
    vectors: VectorStore, new_tenant: NewTenant
) -> None:
    mine, theirs = await new_tenant(), await new_tenant()
    item = pointing(1)
    await vectors.upsert(mine.scope, MODEL, [item])
    await vectors.upsert(theirs.scope, MODEL, [pointing(2)])
    await vectors.delete(theirs.scope, [item.document.id])
    assert await found(vectors, theirs, item) == [pointing(2).document.id]
    await vectors.drop(theirs.scope)
    assert await found(vectors, theirs, item) == []
    assert await found(vectors, mine, item) == [item.document.id]


async def test_where_nothing_is_kept_nothing_is_found(vectors: VectorStore, tenant: Tenant) -> None:
    assert await found(vectors, tenant, pointing(1)) == []
    assert await vectors.count(tenant.scope, MODEL) == 0
    await vectors.delete(tenant.scope, [UUID(int=1)])
    await vectors.drop(tenant.scope)


@pytest.mark.parametrize("numbers", [3, 257])
async def test_a_vector_of_another_length_is_refused_with_its_mend(
    vectors: VectorStore, tenant: Tenant, numbers: int
) -> None:
    await vectors.upsert(tenant.scope, MODEL, [pointing(1)])
    await vectors.fence(tenant.scope)
    wrong = unit([1.0] * numbers)
    with pytest.raises(ConfigError, match=f"{numbers}") as asked:
        await vectors.query(tenant.scope, MODEL, wrong, ANY, 1)
    with pytest.raises(ConfigError, match=f"{numbers}"):
        await vectors.upsert(tenant.scope, MODEL, [VectorItem(document(5), wrong)])
    assert asked.value.field == "LIFTOS_EMBEDDER"
    assert await vectors.count(tenant.scope, MODEL) == 1
