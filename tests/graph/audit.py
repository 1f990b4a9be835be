"""Stand-in stores of the audit log and of single uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from core.records.audit import GENESIS, Act, AuditFilter, AuditRecord
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from tests.graph.memory import Memory, paged


class SingleUses:
    async def take(self, scope: TenantScope) -> None:
        assert scope.once is None


class Audit:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def page(
        self, scope: TenantScope, request: PageRequest, wanted: AuditFilter
    ) -> Page[AuditRecord]:
        kept = [r for r in self.memory.of(scope).acts if not wanted.acts or r.act in wanted.acts]
        return paged(kept, request, lambda record: (str(record.number),), descending=True)

    async def note_all(self, scope: TenantScope, act: Act, subjects: Sequence[str]) -> None:
        for subject in subjects:
            await self.note(scope, act, subject)

    async def note(
        self, scope: TenantScope, act: Act, subject: str | None = None, /, **details: object
    ) -> None:
        kept = self.memory.of(scope).acts
        kept.append(
            AuditRecord(
                tenant_id=scope.tenant_id,
                number=len(kept) + 1,
                at=datetime(2026, 11, 23, tzinfo=UTC),
                actor=scope.actor,
                client=scope.client,
                door=scope.door,
                act=act,
                subject=subject,
                request_id=scope.request_id,
                details={name: str(value) for name, value in details.items()},
                previous_hash=GENESIS,
                hash=GENESIS,
            )
        )
