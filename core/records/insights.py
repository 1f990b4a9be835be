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


@dataclass(frozen=True, slots=True)
class InsightRecord:
    """One statement.

    A restatement: a metric of days already known moved from `before` to `after`, summed over
    `entries` entries of `window`. It is exact, so it carries no p-value.
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
