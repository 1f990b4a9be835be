"""The vector stores that one suite is run against."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from core.vectors import VectorStore
from stores.postgres.vectors import PostgresVectors
from stores.vectors.pinecone import PineconeVectors
from stores.vectors.places import PineconePlace
from stores.wiring import Stores
from tests.serving import quiet, serving
from tests.vectors.pinecone_stand_in import KEY, PineconeStandIn


@asynccontextmanager
async def opened(stand_in: PineconeStandIn, key: str = KEY) -> AsyncIterator[PineconeVectors]:
    """Pinecone's own client, led to the stand-in."""
    async with serving(quiet(stand_in.app)) as url:
        vectors = PineconeVectors(PineconePlace(key, url))
        try:
            yield vectors
        finally:
            await vectors.aclose()


@pytest.fixture
def pinecone() -> PineconeStandIn:
    return PineconeStandIn()


@pytest.fixture(params=["exact", "hnsw", "pinecone", "late pinecone"])
async def vectors(
    request: pytest.FixtureRequest, stores: Stores, pinecone: PineconeStandIn
) -> AsyncIterator[VectorStore]:
    if "pinecone" in request.param:
        pinecone.lag = 3 if "late" in request.param else 0
        async with opened(pinecone) as vectors:
            yield vectors
    else:
        # No tenant is small to the second one: all of its searches go through the index.
        small = {} if request.param == "exact" else {"exact_up_to": 0}
        yield PostgresVectors(stores.database, **small)
