"""Stand-in stores of registered operations and of stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime

from core.errors import NotFound
from core.records.operations import (
    NewOperation,
    OperationKey,
    OperationRecord,
    SeenOperation,
    Stage,
    StageRecord,
)
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from tests.graph.memory import Memory, paged

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class Operations:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def register(
        self, scope: TenantScope, operations: Sequence[NewOperation]
    ) -> tuple[OperationRecord, ...]:
        kept = self.memory.of(scope).operations
        for each in operations:
            told = {part.name: getattr(each, part.name) for part in fields(each)}
            kept[each.client, each.id] = OperationRecord(
                id=each.id, registered_at=NOW, registered_by=scope.actor, **told
            )
        return tuple(kept[each.client, each.id] for each in operations)

    async def find(self, scope: TenantScope, key: OperationKey) -> OperationRecord | None:
        found = self._all(scope, key)
        return found[0] if found else None

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        clients: Sequence[str] = (),
        *,
        include_retired: bool = False,
    ) -> Page[OperationRecord]:
        found = [
            each
            for each in self.memory.of(scope).operations.values()
            if (not clients or each.client in clients)
            and (include_retired or each.retired_at is None)
        ]
        return paged(found, request, lambda each: (each.client, each.name, each.id))

    async def retire(self, scope: TenantScope, key: OperationKey) -> OperationRecord:
        found = self._all(scope, key)
        if not found:
            raise NotFound("no such operation", field="operationId")
        kept = self.memory.of(scope).operations
        for each in found:
            kept[each.client, each.id] = replace(each, retired_at=NOW)
        return kept[found[0].client, found[0].id]

    def _all(self, scope: TenantScope, key: OperationKey) -> list[OperationRecord]:
        kept = self.memory.of(scope).operations.values()
        return [each for each in kept if each.id == key.id and key.client in {None, each.client}]


class Stages:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def stages(self, scope: TenantScope) -> tuple[StageRecord, ...]:
        kept = self.memory.of(scope).stages.values()
        return tuple(sorted(kept, key=lambda each: each.client or ""))

    async def set_stage(self, scope: TenantScope, client: str | None, stage: Stage | None) -> None:
        kept = self.memory.of(scope).stages
        kept.pop(client, None)
        if stage is not None:
            kept[client] = StageRecord(client, stage, NOW, scope.actor)

    async def seen(
        self,
        scope: TenantScope,
        request: PageRequest,
        clients: Sequence[str],
        known: Sequence[str],
    ) -> Page[SeenOperation]:
        found = [
            each
            for each in await self.all_seen(scope, known)
            if not clients or each.client in clients
        ]
        return paged(
            found,
            request,
            lambda each: (each.first_seen_at.isoformat(), each.client or "", each.id),
            descending=True,
        )

    async def all_seen(self, scope: TenantScope, known: Sequence[str]) -> tuple[SeenOperation, ...]:
        del known
        return tuple(self.memory.of(scope).seen)
