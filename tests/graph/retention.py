"""Stand-ins for what is kept and who is forgotten: everything for ever, and nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.records.forgetting import SubjectErasure
from core.records.pages import Page, PageRequest
from core.records.retention import LetGo, Retention
from core.records.runs import RunKind, RunRecord
from core.scope import TenantId, TenantScope
from tests.graph import samples


@dataclass
class Retentions:
    kept: dict[TenantId, Retention] = field(default_factory=dict)

    async def of(self, scope: TenantScope) -> Retention:
        return self.kept.get(scope.tenant_id, Retention())

    async def put(self, scope: TenantScope, wanted: Retention) -> None:
        self.kept[scope.tenant_id] = wanted

    async def due(self, scope: TenantScope, wanted: Retention) -> LetGo:
        del scope
        return LetGo(raw_pages=wanted.verbatim_days or 0, raw_bytes=5_000_000_000)


@dataclass
class SubjectErasures:
    named: list[Sequence[str]] = field(default_factory=list)

    async def request(
        self, scope: TenantScope, names: Sequence[str], *, is_preview: bool
    ) -> tuple[SubjectErasure, RunRecord]:
        del scope
        self.named.append(names)
        run = samples.run(kind=RunKind.ERASURE, connection_id=None)
        return SubjectErasure(run.id, is_preview, None, None, None), run

    async def page(self, scope: TenantScope, request: PageRequest) -> Page[SubjectErasure]:
        del scope, request
        return Page((), has_next=False, has_previous=False)
