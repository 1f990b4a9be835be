"""Documents near a text, by the index that answers."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import ConfigError
from core.records.documents import DocumentFilter
from core.scope import TenantScope
from core.vectors import Embedder, Neighbour, VectorStore
from stores.embedders.every import Embedders
from stores.postgres.database import Database


class Neighbours:
    """While another embedder's index is built, questions are embedded as the old one was."""

    def __init__(self, database: Database, embedders: Embedders, vectors: VectorStore) -> None:
        self._database = database
        self._embedders = embedders
        self._vectors = vectors

    async def nearest(
        self, scope: TenantScope, text: str, where: DocumentFilter, k: int
    ) -> Sequence[Neighbour]:
        """The `k` documents nearest to `text`; what is there yet, where no index serves so far.

        Raises what the embedder and the vector store do, and ConfigError where the serving index
        is of a model that settings do not reach any more.
        """
        embedder = await self._embedder(scope)
        (vector,) = await embedder.embed(scope, [text])
        return await self._vectors.query(scope, embedder.model, vector, where, k)

    async def _embedder(self, scope: TenantScope) -> Embedder:
        async with self._database.read(scope) as connection:
            serving = await connection.fetchval(_SERVING, scope.tenant_id)
        if serving is None:
            return self._embedders.current
        embedder = self._embedders.of(serving)
        if embedder is None:
            raise ConfigError(
                f"the vectors that are there are of {serving}, which is set no more",
                field="LIFTOS_EMBEDDER",
                mend="wait until the documents are embedded anew; the other modes of search work",
            )
        return embedder


_SERVING = "SELECT model FROM search_index WHERE tenant_id = $1 AND state = 'SERVING'"
