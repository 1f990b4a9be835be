"""An embedder behind OpenAI's protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.responses import PlainTextResponse, Response

from app.search import embedder_place, former_place, vector_place
from core.errors import BadInput, ConfigError, QuotaExceeded, Transient
from core.settings import Settings
from stores.embedders import OpenAIPlace, WordsPlace
from stores.embedders.openai import LONGEST_TEXT, OpenAIEmbedder
from stores.postgres.embedding_usage import EmbeddingUsageStore
from stores.vectors import PineconePlace, PostgresPlace
from stores.wiring import Stores
from tests.serving import quiet, serving
from tests.support import Tenant, free_port
from tests.vectors.corpus import cosine, unit
from tests.vectors.openai_stand_in import KEY, OpenAIStandIn, numbers_of, refusal

PLENTY = {"FREE": 1_000_000}
MODEL = "text-embedding-3-small-8"


@pytest.fixture
def endpoint() -> OpenAIStandIn:
    return OpenAIStandIn()


@asynccontextmanager
async def opened(
    stores: Stores, url: str, allowances: Mapping[str, int] = PLENTY, **changes: Any
) -> AsyncIterator[OpenAIEmbedder]:
    fields: dict[str, Any] = {
        "url": f"{url}/v1", "model": "text-embedding-3-small", "dimension": 8, "key": KEY
    }  # fmt: skip
    meter = EmbeddingUsageStore(stores.database, allowances)
    embedder = OpenAIEmbedder(OpenAIPlace(**(fields | changes)), meter)
    try:
        yield embedder
    finally:
        await embedder.aclose()


@pytest.fixture
async def embedder(stores: Stores, endpoint: OpenAIStandIn) -> AsyncIterator[OpenAIEmbedder]:
    async with serving(quiet(endpoint.app)) as url, opened(stores, url) as embedder:
        yield embedder


async def spent(stores: Stores, tenant: Tenant) -> dict[str, int]:
    return await EmbeddingUsageStore(stores.database, {}).spent(tenant.scope)


@pytest.mark.parametrize("lists", [False, True], ids=["base64", "lists"])
async def test_texts_become_vectors_of_length_one_in_their_order(
    embedder: OpenAIEmbedder, endpoint: OpenAIStandIn, tenant: Tenant, *, lists: bool
) -> None:
    endpoint.lists = lists
    texts = ["paid social", "EDM", "новая"]
    vectors = await embedder.embed(tenant.scope, texts)
    assert [list(each) for each in vectors] == [
        pytest.approx(list(unit(numbers_of(text, 8))), abs=1e-6) for text in texts
    ]
    assert cosine(vectors[0], vectors[0]) == pytest.approx(1)
    assert (embedder.model, embedder.dimension) == (MODEL, 8)
    assert endpoint.asked == [
        {
            "model": "text-embedding-3-small",
            "input": texts,
            "encoding_format": "base64",
            "dimensions": 8,
        }
    ]


async def test_many_texts_go_in_as_few_requests_as_they_may(
    embedder: OpenAIEmbedder, endpoint: OpenAIStandIn, tenant: Tenant
) -> None:
    texts = [f"text {number}" for number in range(1100)]
    assert len(await embedder.embed(tenant.scope, texts)) == 1100
    assert [len(asked["input"]) for asked in endpoint.asked] == [512, 512, 76]
    endpoint.asked.clear()
    await embedder.embed(tenant.scope, ["x" * 20_000] * 30)
    assert [len(asked["input"]) for asked in endpoint.asked] == [25, 5]
    assert {len(text) for asked in endpoint.asked for text in asked["input"]} == {LONGEST_TEXT}


async def test_what_is_sent_is_counted_for_the_tenant(
    stores: Stores, embedder: OpenAIEmbedder, endpoint: OpenAIStandIn, tenant: Tenant
) -> None:
    await embedder.embed(tenant.scope, ["one two three", "four"])
    assert await spent(stores, tenant) == {MODEL: 4}
    endpoint.lists = True  # tells no usage
    await embedder.embed(tenant.scope, ["x" * 40])
    assert await spent(stores, tenant) == {MODEL: 4 + 11}


async def test_a_tenant_s_tokens_end_before_anything_is_sent(
    stores: Stores, endpoint: OpenAIStandIn, tenant: Tenant
) -> None:
    async with (
        serving(quiet(endpoint.app)) as url,
        opened(stores, url, {"FREE": 3, "PRO": 9}) as embedder,
    ):
        await embedder.embed(tenant.scope, ["one two three"])
        with pytest.raises(QuotaExceeded) as full:
            await embedder.embed(tenant.scope, ["four"])
    assert full.value.details["quota"] == "EMBEDDED_TOKENS_A_MONTH"
    assert (full.value.used, full.value.limit) == (3, 3)
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    "fault",
    [
        refusal(429, "rate_limit_exceeded", **{"Retry-After": "0"}),
        refusal(503, "server_error"),
        PlainTextResponse("<html>"),
    ],
    ids=["429", "503", "no JSON"],
)
async def test_what_passes_is_tried_again_and_counted_once(
    stores: Stores,
    embedder: OpenAIEmbedder,
    endpoint: OpenAIStandIn,
    tenant: Tenant,
    fault: Response,
) -> None:
    endpoint.faults.append(fault)
    assert len(await embedder.embed(tenant.scope, ["words"])) == 1
    assert len(endpoint.asked) == 2
    assert await spent(stores, tenant) == {MODEL: 1}


async def test_a_wait_that_is_longer_than_a_question_is_worth_is_told(
    embedder: OpenAIEmbedder, endpoint: OpenAIStandIn, tenant: Tenant
) -> None:
    endpoint.faults.append(refusal(429, "rate_limit_exceeded", **{"Retry-After": "60"}))
    with pytest.raises(Transient, match="429") as limited:
        await embedder.embed(tenant.scope, ["words"])
    assert limited.value.retry_after_seconds == 60
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        (refusal(401, "invalid_api_key"), "LIFTOS_EMBEDDER_KEY"),
        (refusal(429, "insufficient_quota"), "LIFTOS_EMBEDDER_KEY"),
        (refusal(404, "model_not_found"), "LIFTOS_EMBEDDER_URL"),
        (refusal(400, "invalid_request"), "LIFTOS_EMBEDDER_URL"),
    ],
    ids=["key", "credit", "model", "request"],
)
async def test_what_an_operator_must_mend_is_asked_once_and_named_without_its_words(
    embedder: OpenAIEmbedder, endpoint: OpenAIStandIn, tenant: Tenant, fault: Response, field: str
) -> None:
    endpoint.faults.append(fault)
    with pytest.raises(ConfigError) as refused:
        await embedder.embed(tenant.scope, ["words"])
    assert refused.value.field == field
    assert KEY not in f"{refused.value}{refused.value.next_step}"
    assert len(endpoint.asked) == 1


async def test_vectors_of_another_length_are_refused_with_their_length(
    stores: Stores, endpoint: OpenAIStandIn, tenant: Tenant
) -> None:
    async with (
        serving(quiet(endpoint.app)) as url,
        opened(stores, url, dimension=9, asks_dimension=False) as embedder,
    ):
        with pytest.raises(ConfigError, match="have 8 numbers, not 9") as refused:
            await embedder.embed(tenant.scope, ["words"])
    assert "dimensions" not in endpoint.asked[0]
    assert refused.value.field == "LIFTOS_EMBEDDER_DIMENSION"


async def test_one_that_is_slow_or_away_is_transient(
    stores: Stores, endpoint: OpenAIStandIn, tenant: Tenant
) -> None:
    endpoint.released = asyncio.Event()
    async with serving(quiet(endpoint.app)) as url:
        async with opened(stores, url, timeout_seconds=0.01) as embedder:
            with pytest.raises(Transient, match="does not answer"):
                await embedder.embed(tenant.scope, ["words"])
        endpoint.released.set()
    async with opened(stores, f"http://127.0.0.1:{free_port()}") as embedder:
        with pytest.raises(Transient, match="does not answer"):
            await embedder.embed(tenant.scope, ["words"])


async def test_nothing_has_no_vector(
    embedder: OpenAIEmbedder, endpoint: OpenAIStandIn, tenant: Tenant
) -> None:
    assert await embedder.embed(tenant.scope, []) == []
    with pytest.raises(BadInput):
        await embedder.embed(tenant.scope, ["words", " "])
    assert endpoint.asked == []


def test_settings_name_what_embeds_and_what_keeps() -> None:
    assert embedder_place(Settings()) == WordsPlace()
    assert vector_place(Settings()) == PostgresPlace()
    assert former_place(Settings()) == WordsPlace()
    back = Settings(embedder_key=SecretStr("k"))
    assert (embedder_place(back), type(former_place(back))) == (WordsPlace(), OpenAIPlace)
    given = Settings(
        embedder="openai",
        embedder_key=SecretStr("k"),
        pinecone_key=SecretStr("p"),
        pinecone_host="index.pinecone.io",
        pinecone_hosts={"former": "other.pinecone.io"},
    )
    place = embedder_place(given)
    assert isinstance(place, OpenAIPlace)
    assert (place.url, place.dimension, place.key) == ("https://api.openai.com/v1", 1536, "k")
    kept = vector_place(given)
    assert isinstance(kept, PineconePlace)
    assert (kept.host_of("new"), kept.host_of("former")) == (
        "index.pinecone.io",
        "other.pinecone.io",
    )
    assert "'k'" not in repr(place)
    assert "'p'" not in repr(kept)


def test_pinecone_without_its_index_is_refused() -> None:
    with pytest.raises(ConfigError) as missing:
        vector_place(Settings(pinecone_key=SecretStr("p")))
    assert missing.value.field == "LIFTOS_PINECONE_HOST"
