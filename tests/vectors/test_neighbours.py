"""A question is asked of the index that serves, as its documents were embedded."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.errors import ConfigError
from core.records.documents import DocumentFilter
from core.vectors import VectorItem
from stores.embedders import OpenAIPlace, WordsPlace
from stores.embedders.every import Embedders
from stores.embedders.words import WordsEmbedder
from stores.neighbours import Neighbours
from stores.postgres.embedding_usage import EmbeddingUsageStore
from stores.postgres.embeddings import EmbeddingStore
from stores.wiring import Stores
from tests.serving import quiet, serving
from tests.support import Tenant
from tests.vectors.corpus import document
from tests.vectors.openai_stand_in import KEY, OpenAIStandIn

ANY = DocumentFilter()
MEANT, OTHER = document(1), document(2)
TEXTS = ["cheap shoes on sale", "quarterly tax filing"]


@pytest.fixture
def endpoint() -> OpenAIStandIn:
    return OpenAIStandIn()


@pytest.fixture
async def changed(stores: Stores, endpoint: OpenAIStandIn) -> AsyncIterator[Embedders]:
    """Settings name an endpoint by now, where the offline embedder was before."""
    async with serving(quiet(endpoint.app)) as url:
        place = OpenAIPlace(f"{url}/v1", "new", 8, KEY)
        meter = EmbeddingUsageStore(stores.database, {"FREE": 1_000})
        embedders = Embedders(place, WordsPlace(), meter)
        yield embedders
        await embedders.aclose()


async def serve_words(stores: Stores, tenant: Tenant) -> None:
    kept = EmbeddingStore(stores.database)
    model = stores.embedder.model
    vectors = await stores.embedder.embed(tenant.scope, TEXTS)
    items = [VectorItem(each, v) for each, v in zip((MEANT, OTHER), vectors, strict=True)]
    await kept.begin(tenant.scope, model, 256)
    await stores.vectors.upsert(tenant.scope, model, items)
    await kept.serve(tenant.scope, model, 2)


async def test_the_old_index_answers_while_another_one_is_built(
    stores: Stores, changed: Embedders, endpoint: OpenAIStandIn, tenant: Tenant
) -> None:
    await serve_words(stores, tenant)
    kept, new = EmbeddingStore(stores.database), changed.current
    await kept.begin(tenant.scope, new.model, 8)
    neighbours = Neighbours(stores.database, changed, stores.vectors)
    hits = await neighbours.nearest(tenant.scope, "discount footwear offer", ANY, 2)
    assert [hit.document_id for hit in hits] == [MEANT.id, OTHER.id]
    assert endpoint.asked == []
    vectors = await new.embed(tenant.scope, TEXTS)
    await stores.vectors.upsert(tenant.scope, new.model, [VectorItem(OTHER, vectors[1])])
    await kept.serve(tenant.scope, new.model, 1)
    endpoint.asked.clear()
    hits = await neighbours.nearest(tenant.scope, TEXTS[1], ANY, 2)
    assert [hit.document_id for hit in hits] == [OTHER.id]
    assert [asked["input"] for asked in endpoint.asked] == [[TEXTS[1]]]


async def test_where_no_index_serves_yet_what_is_there_answers(
    stores: Stores, tenant: Tenant
) -> None:
    (vector,) = await stores.embedder.embed(tenant.scope, TEXTS[:1])
    await stores.vectors.upsert(tenant.scope, stores.embedder.model, [VectorItem(MEANT, vector)])
    hits = await stores.neighbours.nearest(tenant.scope, TEXTS[0], ANY, 5)
    assert [hit.document_id for hit in hits] == [MEANT.id]
    assert hits[0].score == pytest.approx(1, abs=2e-3)


async def test_an_index_of_a_model_that_is_not_set_any_more_says_so(
    stores: Stores, tenant: Tenant
) -> None:
    kept = EmbeddingStore(stores.database)
    await kept.begin(tenant.scope, "gone-8", 8)
    await kept.serve(tenant.scope, "gone-8", 0)
    with pytest.raises(ConfigError, match="gone-8") as unknown:
        await stores.neighbours.nearest(tenant.scope, "words", ANY, 1)
    assert unknown.value.field == "LIFTOS_EMBEDDER"


async def test_models_are_known_that_settings_reach(
    changed: Embedders, endpoint: OpenAIStandIn, tenant: Tenant
) -> None:
    former, words = changed.of("former-16"), changed.of(WordsEmbedder.model)
    assert former is not None
    assert words is not None
    assert (former.model, former.dimension) == ("former-16", 16)
    assert former is changed.of("former-16")
    assert changed.of("new-8") is changed.current
    assert changed.of("nonsense") is None
    assert len((await former.embed(tenant.scope, ["words"]))[0]) == 16
    assert endpoint.asked[0]["model"] == "former"
