"""The adapters for places."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from stores.embedders.every import Embedders
from stores.embedders.places import EmbedderPlace, OpenAIPlace, WordsPlace
from stores.postgres.database import Database
from stores.postgres.embedding_usage import EmbeddingUsageStore


@asynccontextmanager
async def open_embedders(
    place: EmbedderPlace, former: EmbedderPlace | None, database: Database
) -> AsyncIterator[Embedders]:
    """The embedder at `place`; nothing is loaded or asked before the first text.

    `former`: where questions are embedded for as long as an index answers that was made there.
    """
    network = next((each for each in (place, former) if isinstance(each, OpenAIPlace)), None)
    meter = EmbeddingUsageStore(database, network.tokens_a_month if network else {})
    embedders = Embedders(place, former or WordsPlace(), meter)
    try:
        yield embedders
    finally:
        await embedders.aclose()
