"""Stand-ins for what questions are answered by: words find every document, an embedder is away."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from core.errors import Transient
from core.records.documents import Document, DocumentFilter, DocumentKind
from core.records.runs import RunKind, RunRecord, RunStatus
from core.records.search import (
    Candidate,
    Concept,
    Coordinate,
    DocumentFigures,
    Path,
    Ranking,
    Step,
)
from core.scope import TenantId, TenantScope
from core.units import DateRange
from core.vectors import Neighbour
from tests.graph import samples
from tests.graph.memory import Memory


def document(number: int) -> Document:
    title = f"Campaign Bikes {number}, Paid Social, November 2026"
    text = "Campaign on Meta.\nVerdict: no sales, wasted spend."
    return Document(
        id=UUID(int=number),
        kind=DocumentKind.CAMPAIGN,
        subject_id=UUID(int=number).hex,
        source=samples.entry(1).source,
        account_id="act_1001",
        entity_id=None,
        campaign_id=UUID(int=number),
        channel="Paid Social",
        period=DateRange(samples.FIRST_DAY, samples.FIRST_DAY),
        title=title,
        text=text,
        content_hash=hashlib.sha256(title.encode()).digest(),
        quality=0.9,
        learned_at=samples.NOW,
    )


@dataclass
class Documents:
    memory: Memory

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, Document]:
        found = self.memory.of(scope).documents
        return {each: found[each] for each in ids if each in found}

    async def rebuild(self, scope: TenantScope, *, everything: bool) -> RunRecord:
        waiting = {"kind": RunKind.INDEX, "status": RunStatus.QUEUED, "connection_id": None}
        run = samples.run(**waiting, receipt=None, options={"everything": everything})
        self.memory.of(scope).runs[run.id] = run
        return run


@dataclass
class Searches:
    memory: Memory

    async def by_words(
        self, scope: TenantScope, words: Sequence[str], where: DocumentFilter, most: int
    ) -> tuple[Candidate, ...]:
        del where
        ids = sorted(self.memory.of(scope).documents)[:most]
        return tuple(
            Candidate(each, 1.0 / place, words=tuple(words)) for place, each in enumerate(ids, 1)
        )

    async def by_place(
        self,
        scope: TenantScope,
        direction: Mapping[Concept, float],
        where: DocumentFilter,
        most: int,
        among: Sequence[UUID] | None = None,
    ) -> tuple[Candidate, ...]:
        del scope, direction, where
        return tuple(Candidate(each, 0.5) for each in (among or ())[-1:][:most])

    async def coordinates(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, tuple[Coordinate, ...]]:
        del scope
        return {each: (Coordinate(Concept.ENGAGEMENT, 0.25, None, 8),) for each in ids}


class Walks:
    async def by_walks(
        self, scope: TenantScope, words: Sequence[str], where: DocumentFilter, most: int
    ) -> tuple[Candidate, ...]:
        del scope, words, where, most
        path = Path("Paid Social", (Step("CARRIES", "Bikes 2"),))
        return (Candidate(UUID(int=2), 0.7, paths=(path,)),)


class Figures:
    async def by_documents(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, DocumentFigures]:
        del scope
        return {
            each: DocumentFigures("EUR", None, 1000, 50, None, None, is_stale=True) for each in ids
        }


@dataclass
class Rankings:
    kept: dict[tuple[TenantId, UUID], Ranking] = field(default_factory=dict)

    async def keep(self, scope: TenantScope, key: UUID, ranking: Ranking) -> None:
        self.kept[scope.tenant_id, key] = ranking

    async def find(self, scope: TenantScope, key: UUID) -> Ranking | None:
        return self.kept.get((scope.tenant_id, key))


class NoNeighbours:
    async def nearest(
        self, scope: TenantScope, text: str, where: DocumentFilter, k: int
    ) -> Sequence[Neighbour]:
        del scope, text, where, k
        raise Transient("the embedder does not answer")
