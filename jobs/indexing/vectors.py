"""Documents into vectors: what was embedded before, in whatever document, is not embedded again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from core.records.documents import Document
from core.vectors import Vector, VectorItem
from jobs.assignments import Assignment
from stores.postgres.embeddings import STEP


class VectorStep:
    """Brings documents to the index of one model: a `jobs.indexing.steps.IndexStep`."""

    def __init__(self, at: Assignment) -> None:
        self._embedder = at.stores.embedder
        self._embeddings = at.work.embeddings
        self._vectors = at.stores.vectors

    @property
    def name(self) -> str:
        """Of another model it is another step: its index is built while the old one answers."""
        return STEP.format(model=self._embedder.model)

    async def begin(self, at: Assignment) -> None:
        """Let there be an index."""
        embedder = self._embedder
        await self._embeddings.begin(at.scope, embedder.model, embedder.dimension)

    async def follow(
        self, at: Assignment, documents: Sequence[Document], gone: Sequence[UUID]
    ) -> None:
        """Embed the texts that are new, keep the vectors of all, forget those of what is gone."""
        vectors = await self._vectors_of(at, documents)
        items = [VectorItem(each, vectors[each.content_hash]) for each in documents]
        await self._vectors.upsert(at.scope, self._embedder.model, items)
        if gone:
            await self._vectors.delete(at.scope, gone)

    async def serve(self, at: Assignment) -> None:
        """Let the index, which holds every document by now, answer in place of any other."""
        await self._vectors.fence(at.scope)
        count = await self._vectors.count(at.scope, self._embedder.model)
        for retired in await self._embeddings.serve(at.scope, self._embedder.model, count):
            await self._vectors.drop(at.scope, retired)

    async def _vectors_of(
        self, at: Assignment, documents: Sequence[Document]
    ) -> Mapping[bytes, Vector]:
        scope, model = at.scope, self._embedder.model
        texts = {each.content_hash: each.embedded_text for each in documents}
        known = await self._embeddings.known(scope, model, list(texts))
        missing = [each for each in texts if each not in known]
        if not missing:
            await self._embeddings.count(scope, model, 0, len(documents))
            return known
        made = await self._embedder.embed(scope, [texts[each] for each in missing])
        fresh = dict(zip(missing, made, strict=True))
        await self._embeddings.keep(scope, model, fresh)
        await self._embeddings.count(scope, model, len(missing), len(documents) - len(missing))
        return {**known, **fresh}
