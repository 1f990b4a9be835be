"""What became of insights, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from core.missing import no_insight
from core.records.incidents import IncidentFilter, IncidentMoment, IncidentRecord
from core.records.insight_acts import InsightRating, InsightWish
from core.records.insights import (
    InsightAct,
    InsightFilter,
    InsightJudgement,
    InsightRecord,
    InsightScore,
)
from core.records.pages import Page, PageRequest
from core.records.runs import RunKind, RunRecord, RunStatus
from core.scope import TenantScope
from tests.graph import samples
from tests.graph.memory import Memory, paged
from tests.graph.samples import LEARNED


@dataclass
class Insights:
    memory: Memory

    async def by_ids(
        self, scope: TenantScope, ids: Sequence[UUID], as_of: datetime | None = None
    ) -> dict[UUID, InsightRecord]:
        assert as_of is None
        found = self.memory.of(scope).insights
        return {key: found[key] for key in ids if key in found}

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        asked: InsightFilter,
        as_of: datetime | None = None,
    ) -> Page[InsightRecord]:
        assert as_of is None
        dates = asked.dates
        found = [
            insight
            for insight in self.memory.of(scope).insights.values()
            if (not asked.kinds or insight.kind in asked.kinds)
            and (
                dates is None
                or (insight.window.since <= dates.until and insight.window.until >= dates.since)
            )
        ]
        return paged(found, request, lambda insight: (str(insight.id),), descending=True)

    async def matching(
        self, scope: TenantScope, ids: Sequence[UUID], asked: InsightFilter
    ) -> frozenset[UUID]:
        found = (await self.page(scope, PageRequest(1000), asked)).items
        return frozenset(insight.id for insight in found) & set(ids)


@dataclass
class Analyses:
    memory: Memory

    async def start(self, scope: TenantScope) -> RunRecord:
        waiting = {"kind": RunKind.ANALYSIS, "status": RunStatus.QUEUED, "connection_id": None}
        run = samples.run(**waiting, receipt=None, options={})
        self.memory.of(scope).runs[run.id] = run
        return run


class Incidents:
    """One of each insight; what several come to is shown over the real store."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def by_ids(
        self, scope: TenantScope, ids: Sequence[UUID], as_of: datetime | None = None
    ) -> dict[UUID, IncidentRecord]:
        assert as_of is None
        found = self.memory.of(scope).insights.values()
        return {each.id: each for each in map(_incident, found) if each.id in ids}

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        asked: IncidentFilter | None = None,
        as_of: datetime | None = None,
    ) -> Page[IncidentRecord]:
        del scope, request, asked, as_of
        return Page((), has_next=False, has_previous=False)

    async def members(
        self, scope: TenantScope, moments: Sequence[IncidentMoment]
    ) -> dict[IncidentMoment, tuple[InsightRecord, ...]]:
        del scope, moments
        return {}

    async def act(self, scope: TenantScope, incident_id: UUID, wish: InsightWish) -> IncidentRecord:
        raise NotImplementedError(scope, incident_id, wish)


def _incident(record: InsightRecord) -> IncidentRecord:
    assert record.incident_id is not None
    return IncidentRecord(
        id=record.incident_id,
        currency=record.currency,
        window=record.window,
        raised_at=record.detected_at,
        learned_at=record.learned_at,
        state=record.state,
        severity=record.severity,
        at_stake=None,
        insights=1,
        subjects=1,
        headline=record,
        as_of=None,
    )


class InsightActs:
    """Acts and verdicts of one moment; the ledger counts them as the store does."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.told: list[InsightAct | InsightJudgement] = []

    async def act(self, scope: TenantScope, insight_id: UUID, wish: InsightWish) -> InsightRecord:
        record = replace(self._found(scope, insight_id), state=wish.state)
        self.memory.of(scope).insights[insight_id] = record
        said = wish.word.note, record.owner, wish.word.cause
        self.told.append(InsightAct(insight_id, LEARNED, wish.state, scope.actor, None, *said))
        return record

    async def assign(
        self,
        scope: TenantScope,
        insight_id: UUID,
        owner: str | None,
        learned_at: datetime | None = None,
    ) -> InsightRecord:
        assert learned_at is None
        record = replace(self._found(scope, insight_id), owner=owner)
        self.memory.of(scope).insights[insight_id] = record
        return record

    async def rate(
        self,
        scope: TenantScope,
        insight_id: UUID,
        rating: InsightRating,
        note: str | None = None,
        learned_at: datetime | None = None,
    ) -> InsightRecord:
        assert learned_at is None
        record = replace(self._found(scope, insight_id), verdict=rating.verdict)
        self.memory.of(scope).insights[insight_id] = record
        judged = InsightJudgement(insight_id, LEARNED, rating.verdict, scope.actor, None, note, {})
        self.told.append(judged)
        return record

    async def acts(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, tuple[InsightAct, ...]]:
        known = self.memory.of(scope).insights
        of = [each for each in self.told if isinstance(each, InsightAct)]
        return {
            id_: tuple(each for each in of if each.insight_id == id_) for id_ in ids if id_ in known
        }

    async def judgements(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, tuple[InsightJudgement, ...]]:
        known = self.memory.of(scope).insights
        of = [each for each in self.told if isinstance(each, InsightJudgement)]
        return {
            id_: tuple(each for each in of if each.insight_id == id_) for id_ in ids if id_ in known
        }

    async def ledger(
        self, scope: TenantScope, as_of: datetime | None = None
    ) -> tuple[InsightScore, ...]:
        assert as_of is None
        found = self.memory.of(scope).insights.values()
        kinds = sorted({each.kind for each in found})
        raised = (sum(each.kind is kind for each in found) for kind in kinds)
        return tuple(
            InsightScore(kind, count, 0, 0, 0, 0, 0)
            for kind, count in zip(kinds, raised, strict=True)
        )

    def _found(self, scope: TenantScope, insight_id: UUID) -> InsightRecord:
        record = self.memory.of(scope).insights.get(insight_id)
        if record is None:
            raise no_insight()
        return record
