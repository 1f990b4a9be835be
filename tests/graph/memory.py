"""What the stand-in stores hold, tenant by tenant, and how they page through it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar
from uuid import UUID

from core.records.attribution import AttributionRowRecord
from core.records.audit import AuditRecord
from core.records.calendar import CalendarDayRecord
from core.records.causal import Choice
from core.records.connections import ConnectionRecord
from core.records.credentials import AlertRecord, ConnectionTestRecord, CredentialRecord
from core.records.documents import Document
from core.records.entries import CampaignRecord, EntryKey, EntryRecord, VintageRecord
from core.records.events import DataEventRecord
from core.records.exports import ExportRecord
from core.records.insights import InsightRecord
from core.records.lineage import RawPageRecord
from core.records.operations import OperationRecord, SeenOperation, StageRecord
from core.records.pages import Page, PageRequest
from core.records.receipts import HeldShrink, ReceiptPolicy
from core.records.rejections import RejectedRecord
from core.records.restatements import Lesson
from core.records.runs import RunEventRecord, RunRecord
from core.records.schedules import ScheduleRecord
from core.records.tenants import TenantRecord
from core.records.webhooks import WebhookSetup
from core.scope import TenantId, TenantScope

T = TypeVar("T")


@dataclass
class Shelf:
    """Everything of one tenant."""

    tenant: TenantRecord | None = None
    entries: dict[EntryKey, EntryRecord] = field(default_factory=dict)
    vintages: dict[EntryKey, tuple[VintageRecord, ...]] = field(default_factory=dict)
    campaigns: dict[UUID, CampaignRecord] = field(default_factory=dict)
    days: dict[date, CalendarDayRecord] = field(default_factory=dict)
    connections: dict[UUID, ConnectionRecord] = field(default_factory=dict)
    credentials: dict[UUID, CredentialRecord] = field(default_factory=dict)
    tests: dict[UUID, ConnectionTestRecord] = field(default_factory=dict)
    alerts: dict[UUID, tuple[AlertRecord, ...]] = field(default_factory=dict)
    webhooks: dict[UUID, WebhookSetup] = field(default_factory=dict)
    runs: dict[UUID, RunRecord] = field(default_factory=dict)
    events: dict[UUID, list[RunEventRecord]] = field(default_factory=dict)
    schedules: dict[UUID, ScheduleRecord] = field(default_factory=dict)
    data_events: list[DataEventRecord] = field(default_factory=list)
    raw_pages: dict[UUID, RawPageRecord] = field(default_factory=dict)
    rejected: dict[UUID, RejectedRecord] = field(default_factory=dict)
    rows: list[AttributionRowRecord] = field(default_factory=list)
    insights: dict[UUID, InsightRecord] = field(default_factory=dict)
    documents: dict[UUID, Document] = field(default_factory=dict)
    shrinks: dict[UUID, HeldShrink] = field(default_factory=dict)
    lessons: dict[UUID, Lesson] = field(default_factory=dict)
    policies: dict[UUID, ReceiptPolicy] = field(default_factory=dict)
    exports: dict[UUID, ExportRecord] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    acts: list[AuditRecord] = field(default_factory=list)
    operations: dict[tuple[str, str], OperationRecord] = field(default_factory=dict)
    stages: dict[str | None, StageRecord] = field(default_factory=dict)
    seen: list[SeenOperation] = field(default_factory=list)


@dataclass
class Memory:
    """Every tenant's shelf, and who waits for which run."""

    shelves: defaultdict[TenantId, Shelf] = field(default_factory=lambda: defaultdict(Shelf))
    waiting: defaultdict[UUID | None, list[asyncio.Event]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def of(self, scope: TenantScope) -> Shelf:
        return self.shelves[scope.tenant_id]

    def tell(self, scope: TenantScope, event: RunEventRecord) -> None:
        """Write an event and wake whoever follows its run."""
        self.of(scope).events.setdefault(event.run_id, []).append(event)
        for waiter in (*self.waiting[event.run_id], *self.waiting[None]):
            waiter.set()


def paged(
    records: Sequence[T],
    request: PageRequest,
    key: Callable[[T], tuple[str, ...]],
    *,
    descending: bool = False,
) -> Page[T]:
    """One keyset page of `records`."""
    ordered = sorted(records, key=key, reverse=descending)
    cursor = request.cursor
    if cursor is not None:
        onward = descending == request.backward
        ordered = [r for r in ordered if (key(r) > cursor if onward else key(r) < cursor)]
    more = len(ordered) > request.size
    if request.backward:
        return Page(tuple(ordered[-request.size :]), cursor is not None, more)
    return Page(tuple(ordered[: request.size]), more, cursor is not None)
