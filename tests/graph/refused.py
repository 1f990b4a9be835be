"""Stand-in for the store of refused records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from core.errors import NotFound
from core.jsonvalue import JSONObject
from core.records.dead_letters import DeadLetter, DeadLetterChoice, DeadLetterFilter
from core.records.drift import DriftPolicy, DriftState, SchemaChangeRecord
from core.records.pages import Page, PageRequest
from core.records.rejections import (
    RejectedRecord,
    RejectionChoice,
    RejectionFilter,
    RejectionGroup,
    RejectionState,
)
from core.records.runs import RunKind, RunRecord, RunStatus
from core.scope import TenantScope
from tests.graph import samples
from tests.graph.memory import Memory, paged

CHANGE = UUID(int=0x5C)


class Rejections:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.patches: list[JSONObject | None] = []

    async def page(
        self, scope: TenantScope, where: RejectionFilter, request: PageRequest
    ) -> Page[RejectedRecord]:
        return paged(self._matching(scope, where), request, lambda record: (str(record.id),))

    async def groups(
        self, scope: TenantScope, where: RejectionFilter, limit: int
    ) -> tuple[RejectionGroup, ...]:
        found = self._matching(scope, where)
        counted = Counter((r.connection_id, r.state, r.field, r.reason, r.mend) for r in found)
        newest = max((record.rejected_at for record in found), default=samples.LEARNED)
        return tuple(
            RejectionGroup(*key, records=count, newest_at=newest)
            for key, count in counted.most_common(limit)
        )

    async def dismiss(self, scope: TenantScope, choice: RejectionChoice, why: str) -> int:
        chosen = self._chosen(scope, choice)
        for record in chosen:
            laid = replace(record, state=RejectionState.DISMISSED, note=why)
            self.memory.of(scope).rejected[record.id] = laid
        return len(chosen)

    async def replay(
        self, scope: TenantScope, choice: RejectionChoice, patch: JSONObject | None
    ) -> tuple[RunRecord, ...]:
        self._chosen(scope, choice)
        self.patches.append(patch)
        queued = {"id": UUID(int=0xB0), "kind": RunKind.REPLAY, "status": RunStatus.QUEUED}
        return (samples.run(**queued),)

    def _matching(self, scope: TenantScope, where: RejectionFilter) -> list[RejectedRecord]:
        return [
            record
            for record in self.memory.of(scope).rejected.values()
            if (not where.ids or record.id in where.ids)
            and (not where.runs or record.run_id in where.runs)
            and (not where.connections or record.connection_id in where.connections)
            and (not where.states or record.state in where.states)
        ]

    def _chosen(self, scope: TenantScope, choice: RejectionChoice) -> Sequence[RejectedRecord]:
        where = choice.where or RejectionFilter()
        found = [
            record
            for record in self._matching(scope, where)
            if record.state is RejectionState.OPEN and (not choice.ids or record.id in choice.ids)
        ]
        if not found:
            raise NotFound("no open record matches", field="filter", mend="list them first")
        return found


class DeadLetters:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.dismissed: dict[UUID, str] = {}

    async def page(
        self, scope: TenantScope, where: DeadLetterFilter, request: PageRequest
    ) -> Page[DeadLetter]:
        found = [DeadLetter(run, "the end") for run in self._dead(scope, where)]
        return paged(found, request, lambda letter: (str(letter.run.id),), descending=True)

    async def requeue(self, scope: TenantScope, choice: DeadLetterChoice) -> tuple[RunRecord, ...]:
        chosen = [replace(run, status=RunStatus.QUEUED) for run in self._chosen(scope, choice)]
        self.memory.of(scope).runs |= {run.id: run for run in chosen}
        return tuple(chosen)

    async def dismiss(self, scope: TenantScope, choice: DeadLetterChoice, why: str) -> int:
        chosen = self._chosen(scope, choice)
        self.dismissed |= {run.id: why for run in chosen}
        return len(chosen)

    def _chosen(self, scope: TenantScope, choice: DeadLetterChoice) -> list[RunRecord]:
        found = self._dead(scope, choice.where or DeadLetterFilter())
        chosen = [run for run in found if not choice.ids or run.id in choice.ids]
        if not chosen:
            raise NotFound("no dead letter matches", field="filter", mend="see deadLetters")
        return chosen

    def _dead(self, scope: TenantScope, where: DeadLetterFilter) -> list[RunRecord]:
        return [
            run
            for run in self.memory.of(scope).runs.values()
            if run.status in {RunStatus.FAILED, RunStatus.PARKED}
            and where.is_dismissed == (run.id in self.dismissed)
        ]


class Drifts:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.changes: dict[UUID, SchemaChangeRecord] = {CHANGE: samples.schema_change(CHANGE)}
        self.chosen: dict[tuple[UUID, str], DriftPolicy] = {}

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        connections: Sequence[UUID] = (),
        states: Sequence[DriftState] = (),
    ) -> Page[SchemaChangeRecord]:
        found = [
            change
            for change in self.changes.values()
            if change.connection_id in self.memory.of(scope).connections
            and (not connections or change.connection_id in connections)
            and (not states or change.state in states)
        ]
        return paged(found, request, lambda change: (str(change.id),), descending=True)

    async def accept(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> tuple[tuple[SchemaChangeRecord, ...], tuple[RunRecord, ...]]:
        del scope
        if not set(ids) <= set(self.changes):
            raise NotFound("no such schema change", field="ids", mend="see schemaChanges")
        self.changes |= {key: replace(self.changes[key], state=DriftState.ACCEPTED) for key in ids}
        return tuple(self.changes[key] for key in ids), (samples.run(status=RunStatus.QUEUED),)

    async def policies(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, dict[str, DriftPolicy]]:
        del scope
        return {
            key: {stream: policy for (of, stream), policy in self.chosen.items() if of == key}
            for key in ids
        }

    async def set_policy(
        self, scope: TenantScope, connection_id: UUID, stream: str, policy: DriftPolicy
    ) -> None:
        del scope
        self.chosen[connection_id, stream] = policy
