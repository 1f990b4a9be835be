"""The adapter for a place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.vectors import VectorStore
from stores.postgres.database import Database
from stores.postgres.vectors import PostgresVectors
from stores.vectors.places import PostgresPlace, VectorPlace


@asynccontextmanager
async def open_vectors(place: VectorPlace, database: Database) -> AsyncIterator[VectorStore]:
    """Vectors at `place`; nothing is asked of it before the first use."""
    if isinstance(place, PostgresPlace):
        yield PostgresVectors(database)
        return
    # Only installations that keep vectors there pay for its client.
    from stores.vectors.pinecone import PineconeVectors  # noqa: PLC0415

    pinecone = PineconeVectors(place)
    try:
        yield pinecone
    finally:
        await pinecone.aclose()
