"""Stand-in store of exports."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.records.exports import ExportRecord, ExportState
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from tests.graph.memory import Memory, paged


class Exports:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, ExportRecord]:
        found = self.memory.of(scope).exports
        return {key: found[key] for key in ids if key in found}

    async def page(
        self, scope: TenantScope, request: PageRequest, states: Sequence[ExportState] = ()
    ) -> Page[ExportRecord]:
        kept = self.memory.of(scope).exports.values()
        found = [each for each in kept if not states or each.state in states]
        return paged(found, request, lambda each: (str(each.id),), descending=True)
