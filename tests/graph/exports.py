"""Stand-in stores of exports and of their files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from core.causal import CausalDefinition
from core.errors import Conflict, Transient
from core.feature_exports import FeatureDefinition
from core.missing import no_export
from core.records.causal import Choice
from core.records.exports import ExportRecord, ExportState
from core.records.pages import Page, PageRequest
from core.records.runs import RunStatus
from core.scope import TenantScope
from core.units import DateRange
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


class Removals:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def delete(self, scope: TenantScope, export_id: UUID) -> ExportRecord:
        shelf = self.memory.of(scope)
        found = shelf.exports.get(export_id)
        if found is None:
            raise no_export()
        if shelf.runs[found.run_id].status is RunStatus.RUNNING:
            raise Conflict("the export is being made", field="exportId")
        ended = replace(found, state=ExportState.DELETED, removed_by=scope.actor)
        shelf.exports[export_id] = ended
        return ended


class Causal:
    """Starts nothing but records; a shelf's `choices` are what there is to choose from."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def choices(
        self, scope: TenantScope, dates: DateRange, as_of: datetime | None
    ) -> tuple[Choice, ...]:
        del dates, as_of
        return self.memory.of(scope).choices

    async def start(
        self, scope: TenantScope, definition: CausalDefinition, as_of: datetime | None
    ) -> ExportRecord:
        return _started(self.memory, scope, definition, as_of)


class FeatureExports:
    """Starts nothing but records."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def start(
        self, scope: TenantScope, definition: FeatureDefinition, as_of: datetime | None
    ) -> ExportRecord:
        return _started(self.memory, scope, definition, as_of)


def _started(
    memory: Memory,
    scope: TenantScope,
    definition: CausalDefinition | FeatureDefinition,
    as_of: datetime | None,
) -> ExportRecord:
    shelf = memory.of(scope)
    run = next(iter(shelf.runs.values()))
    record = ExportRecord(
        id=UUID(int=0xE0000 + len(shelf.exports)),
        run_id=run.id,
        definition=definition.to_json(),
        definition_sha256=definition.sha256,
        as_of=as_of or datetime(2026, 11, 23, tzinfo=UTC),
        state=ExportState.PENDING,
        files=(),
        checks=(),
        manifest=None,
        row_hash=None,
        rows=None,
        requested_by=scope.actor,
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
        ready_at=None,
        expires_at=None,
        removed_at=None,
    )
    shelf.exports[record.id] = record
    return record


class Objects:
    """Which names were deleted; `is_away` while it does not answer."""

    def __init__(self) -> None:
        self.deleted: list[str] = []
        self.is_away = False

    async def delete(self, scope: TenantScope, names: Sequence[str]) -> None:
        del scope
        if self.is_away:
            raise Transient("the object store does not answer")
        self.deleted += names
