"""What turns text into vectors, and what keeps them: ports without a driver's types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias
from uuid import UUID

from core.records.documents import Document, DocumentFilter
from core.scope import TenantScope

Vector: TypeAlias = Sequence[float]
"""One number for each dimension; `array('f')` is a compact one."""


class Embedder(Protocol):
    """Turns texts into vectors. Raises Transient when it may be asked again, else ConfigError."""

    @property
    def model(self) -> str:
        """Names the model and all that changes its vectors: others are no match for them."""
        ...

    @property
    def dimension(self) -> int:
        """How long its vectors are."""
        ...

    async def embed(self, scope: TenantScope, texts: Sequence[str]) -> Sequence[Vector]:
        """A vector of length 1 for each text, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class VectorItem:
    """A document with its vector; stores that filter by themselves keep what it is about."""

    document: Document
    vector: Vector


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A document near a vector; `score` is the cosine of their angle."""

    document_id: UUID
    score: float


class VectorStore(Protocol):
    """Keeps the vectors of each tenant apart; every change may be repeated."""

    async def upsert(self, scope: TenantScope, model: str, items: Sequence[VectorItem]) -> None:
        """Keep the vectors of these documents, in place of former ones."""
        ...

    async def query(
        self, scope: TenantScope, model: str, vector: Vector, where: DocumentFilter, k: int
    ) -> Sequence[Neighbour]:
        """The `k` nearest documents that `where` lets through, nearest first."""
        ...

    async def delete(self, scope: TenantScope, document_ids: Sequence[UUID]) -> None:
        """Forget the vectors of these documents, of every model."""
        ...

    async def drop(self, scope: TenantScope, model: str | None = None) -> int:
        """Forget all of the tenant's vectors; those of one model, if it is named.

        How many there were, as far as the store tells.
        """
        ...

    async def fence(self, scope: TenantScope) -> None:
        """Return once queries see every change that was acknowledged before."""
        ...

    async def count(self, scope: TenantScope, model: str) -> int:
        """How many documents have a vector of this model."""
        ...
