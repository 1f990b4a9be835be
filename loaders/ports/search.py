"""Ports of what questions are answered by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from core.records.documents import Document, DocumentFilter
from core.records.runs import RunRecord
from core.records.search import Candidate, Concept, Coordinate, DocumentFigures, Ranking
from core.scope import TenantScope
from core.vectors import Neighbour


class DocumentStore(Protocol):
    """Documents."""

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> Mapping[UUID, Document]:
        """The current versions of those of `ids` that exist."""
        ...

    async def rebuild(self, scope: TenantScope, *, everything: bool) -> RunRecord:
        """A run that brings the index up to the present; the one that waits already, if any.

        `everything` is looked at, also where nothing was learned since.
        """
        ...


class SearchStore(Protocol):
    """Words of documents, and their places in the marketing space."""

    async def by_words(
        self, scope: TenantScope, words: Sequence[str], where: DocumentFilter, most: int
    ) -> tuple[Candidate, ...]:
        """Documents that hold any of `words` or of their forms, best first."""
        ...

    async def by_place(
        self,
        scope: TenantScope,
        direction: Mapping[Concept, float],
        where: DocumentFilter,
        most: int,
        among: Sequence[UUID] | None = None,
    ) -> tuple[Candidate, ...]:
        """Documents that lie furthest in `direction`, of `among` if that is given."""
        ...

    async def coordinates(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> Mapping[UUID, tuple[Coordinate, ...]]:
        """Places of documents, in the order of Concept."""
        ...


class WalkStore(Protocol):
    """The graph of what a tenant has."""

    async def by_walks(
        self, scope: TenantScope, words: Sequence[str], where: DocumentFilter, most: int
    ) -> tuple[Candidate, ...]:
        """Documents of what lies near to things that `words` name, nearest first."""
        ...


class NeighbourStore(Protocol):
    """Documents by their vectors."""

    async def nearest(
        self, scope: TenantScope, text: str, where: DocumentFilter, k: int
    ) -> Sequence[Neighbour]:
        """The `k` documents nearest to `text`, which is embedded as they were."""
        ...


class FigureStore(Protocol):
    """Figures of documents, as they stand."""

    async def by_documents(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> Mapping[UUID, DocumentFigures]:
        """Of those documents that have figures."""
        ...


class RankingCache(Protocol):
    """Rankings, kept for later pages."""

    async def keep(self, scope: TenantScope, key: UUID, ranking: Ranking) -> None:
        """Keep it, where that is possible."""
        ...

    async def find(self, scope: TenantScope, key: UUID) -> Ranking | None:
        """The ranking that was kept under `key`, if it still is."""
        ...
