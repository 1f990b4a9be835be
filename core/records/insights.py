"""Insights: statements about the data, with their evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.records.entries import EntryKey
from core.units import DateRange


class InsightKind(StrEnum):
    """What an insight states."""

    RESTATEMENT = "RESTATEMENT"
    TOTAL_GAP = "TOTAL_GAP"


@dataclass(frozen=True, slots=True)
class InsightRecord:
    """One statement.

    A restatement: a metric of days already known moved from `before` to `after`, summed over
    `entries` entries of `window`. A total gap: over the days that were read, the platform says
    `before` and our entries sum to `after`; `window` spans the days on which they are apart, of
    which we have `entries` entries. Both are exact, so they carry no p-value.
    """

    id: UUID
    kind: InsightKind
    connection_id: UUID
    run_id: UUID
    metric: str
    currency: str | None
    window: DateRange
    before: Decimal
    after: Decimal
    entries: int
    evidence: tuple[EntryKey, ...]
    detected_at: datetime
