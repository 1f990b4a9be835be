"""A document as the rules make it, and words that they share."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.calendar.periods import MONTH_NAMES
from core.records.connections import Source
from core.records.documents import Subject, embedded_text
from core.units import DateRange


@dataclass(frozen=True, slots=True)
class Written:
    """A document before it has its place among versions.

    `period`: the days that it is about, also where they are no part of its subject.
    """

    subject: Subject
    period: DateRange | None
    title: str
    text: str
    source: Source | None = None
    account_id: str | None = None
    entity_id: str | None = None
    campaign_id: UUID | None = None
    channel: str | None = None
    quality: float | None = None

    @property
    def content_hash(self) -> bytes:
        """The SHA-256 of what an embedder sees."""
        return hashlib.sha256(embedded_text(self.title, self.text).encode()).digest()


def words(name: str | None) -> str:
    """`OUTCOME_SALES` as people write it."""
    return (name or "").replace("_", " ").lower()


def said(label: str, told: str) -> str:
    """A sentence, or nothing where nothing is told."""
    return f"{label}: {told}." if told else ""


def month_name(day: date) -> str:
    """Such as `March 2026`, whatever the machine's language."""
    return f"{MONTH_NAMES[day.month - 1]} {day.year}"


def months_of(period: DateRange) -> str:
    """Such as `March 2026 to May 2026`."""
    first, last = month_name(period.since), month_name(period.until)
    return first if first == last else f"{first} to {last}"
