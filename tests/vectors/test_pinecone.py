"""What is Pinecone's own: refusals, outages, limits of a request, and what shows later."""

from __future__ import annotations

import pytest

from core.errors import ConfigError, Transient
from core.records.documents import DocumentFilter
from core.vectors import VectorItem
from stores.vectors.pinecone import PineconeVectors
from stores.vectors.places import PineconePlace
from tests.serving import quiet, serving
from tests.support import Tenant, free_port
from tests.vectors.conftest import opened
from tests.vectors.corpus import Corpus, document, unit
from tests.vectors.pinecone_stand_in import KEY, PineconeStandIn, refusal

MODEL = "words"
ANY = DocumentFilter()
ITEM = VectorItem(document(1), unit([1.0] * 256))


async def test_a_tenant_and_a_model_are_a_namespace(
    pinecone: PineconeStandIn, tenant: Tenant
) -> None:
    async with opened(pinecone) as vectors:
        await vectors.upsert(tenant.scope, MODEL, [ITEM])
        await vectors.fence(tenant.scope)
    assert list(pinecone.namespaces) == [f"{tenant.record.id}.{MODEL}"]
    assert pinecone.requests == ["POST /vectors/upsert", "POST /query"]  # no control plane


async def test_a_fence_waits_until_queries_show_what_was_written(
    pinecone: PineconeStandIn, tenant: Tenant
) -> None:
    pinecone.lag = 5
    async with opened(pinecone) as vectors:
        await vectors.upsert(tenant.scope, MODEL, [ITEM])
        before = await vectors.query(tenant.scope, MODEL, ITEM.vector, ANY, 1)
        await vectors.fence(tenant.scope)
        after = await vectors.query(tenant.scope, MODEL, ITEM.vector, ANY, 1)
        asked = len(pinecone.requests)
        await vectors.fence(tenant.scope)
        assert len(pinecone.requests) == asked  # nothing is left to wait for
    assert (len(before), len(after)) == (0, 1)


async def test_a_fence_waits_no_longer_than_it_may(
    pinecone: PineconeStandIn, tenant: Tenant
) -> None:
    pinecone.lag = 1_000_000
    async with serving(quiet(pinecone.app)) as url:
        vectors = PineconeVectors(PineconePlace(KEY, url, fence_seconds=0.05))
        await vectors.upsert(tenant.scope, MODEL, [ITEM])
        with pytest.raises(Transient, match=r"within 0\.05 s"):
            await vectors.fence(tenant.scope)
        await vectors.aclose()


async def test_requests_hold_no_more_than_they_may(
    pinecone: PineconeStandIn, tenant: Tenant
) -> None:
    async with opened(pinecone) as vectors:
        await vectors.upsert(tenant.scope, MODEL, Corpus(3).items(1000))
        await vectors.fence(tenant.scope)
        assert await vectors.count(tenant.scope, MODEL) == 1000
        hits = await vectors.query(tenant.scope, MODEL, ITEM.vector, ANY, 20_000)
    assert len(hits) == 1000
    assert pinecone.requests.count("POST /vectors/upsert") == 3


@pytest.mark.parametrize("status", [429, 503])
async def test_what_passes_is_tried_again(
    pinecone: PineconeStandIn, tenant: Tenant, status: int
) -> None:
    pinecone.faults.append(refusal(status, "later", {"Retry-After": "0"}))
    async with opened(pinecone) as vectors:
        await vectors.upsert(tenant.scope, MODEL, [ITEM])
        await vectors.fence(tenant.scope)
        assert await vectors.count(tenant.scope, MODEL) == 1


async def test_an_outage_is_transient_and_ends_in_time(tenant: Tenant) -> None:
    place = PineconePlace(KEY, f"http://127.0.0.1:{free_port()}", query_seconds=0.3)
    vectors = PineconeVectors(place)
    with pytest.raises(Transient, match="Pinecone did"):
        await vectors.query(tenant.scope, MODEL, ITEM.vector, ANY, 1)
    await vectors.aclose()


async def test_a_question_does_not_wait_as_long_as_pinecone_may_ask(
    pinecone: PineconeStandIn, tenant: Tenant
) -> None:
    pinecone.faults.append(refusal(429, "later", {"Retry-After": "60"}))
    async with serving(quiet(pinecone.app)) as url:
        vectors = PineconeVectors(PineconePlace(KEY, url, query_seconds=0.1))
        with pytest.raises(Transient):
            await vectors.query(tenant.scope, MODEL, ITEM.vector, ANY, 1)
        await vectors.aclose()


async def test_a_key_that_is_refused_is_named_and_not_told(
    pinecone: PineconeStandIn, tenant: Tenant
) -> None:
    async with opened(pinecone, key="pcsk_wrong") as vectors:
        with pytest.raises(ConfigError, match="refused the key") as refused:
            await vectors.query(tenant.scope, MODEL, ITEM.vector, ANY, 1)
    assert refused.value.field == "LIFTOS_PINECONE_KEY"
    assert "pcsk_wrong" not in f"{refused.value}{refused.value.next_step}"


async def test_a_host_that_is_none_of_pinecone_s_is_named(
    pinecone: PineconeStandIn, tenant: Tenant
) -> None:
    pinecone.faults.append(refusal(404, "Not Found"))
    async with opened(pinecone) as vectors:
        with pytest.raises(ConfigError, match="answered 404") as refused:
            await vectors.query(tenant.scope, MODEL, ITEM.vector, ANY, 1)
    assert refused.value.field == "LIFTOS_PINECONE_HOST"


async def test_models_of_other_lengths_have_indexes_of_their_own(tenant: Tenant) -> None:
    new, former = PineconeStandIn(dimension=3), PineconeStandIn()
    async with serving(quiet(new.app)) as new_url, serving(quiet(former.app)) as former_url:
        vectors = PineconeVectors(PineconePlace(KEY, new_url, {MODEL: former_url}))
        small = VectorItem(document(1), unit([1.0, 2.0, 3.0]))
        await vectors.upsert(tenant.scope, MODEL, [ITEM])
        await vectors.upsert(tenant.scope, "new", [small])
        await vectors.fence(tenant.scope)
        counts = [await vectors.count(tenant.scope, each) for each in (MODEL, "new")]
        dropped = await vectors.drop(tenant.scope)
        await vectors.aclose()
    assert (counts, dropped) == ([1, 1], 2)
    assert (new.namespaces, former.namespaces) == ({}, {})
