"""What documents are made of: facts of entities, read in bulk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.calendar.periods import end_of_month
from core.records.calendar import CalendarEventKind, CalendarEventRecord
from core.records.connections import Source
from core.records.documents import DocumentKind, Subject
from core.records.exports import ExportRecord
from core.records.insights import InsightRecord
from core.records.naming import NamingRuleRecord
from core.units import DateRange


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over a month; None where no entry knows. Amounts are of one currency.

    `days` have entries. They are compared, never told: floats do.
    """

    days: int
    spend: float | None
    impressions: float | None
    clicks: float | None
    conversions: float | None
    conversion_value: float | None


@dataclass(frozen=True, slots=True)
class EntityMonth:
    """An account, campaign, ad set or ad in a month of which it has entries.

    Of several ways of counting (currency, date basis, attribution setting) that with the most
    entries speaks; an entity above the level that was read is the sum of what is below it.
    `month` is the first day. `objective` is the platform's word.
    """

    kind: DocumentKind
    source: Source
    account_id: str
    account_name: str | None
    entity_id: str | None
    entity_name: str | None
    campaign_id: UUID | None
    campaign_name: str | None
    objective: str | None
    channel: str
    currency: str
    month: date
    figures: Figures
    quality: float | None

    @property
    def subject_id(self) -> str:
        """As `core.records.documents.Subject` has it."""
        if self.kind is DocumentKind.CAMPAIGN and self.campaign_id is not None:
            return self.campaign_id.hex
        parts = (self.source.value, self.account_id, self.entity_id)
        return "/".join(part for part in parts if part is not None)

    @property
    def subject(self) -> Subject:
        """What its document is about."""
        return Subject(self.kind, self.subject_id, month_range(self.month))


def month_range(month: date) -> DateRange:
    """The days of the month that begins on `month`."""
    return DateRange(month, end_of_month(month.year, month.month))


@dataclass(frozen=True, slots=True)
class MonthDays:
    """What a month holds beside its figures; names in the order of their days."""

    season: str
    marketing_season: str
    holidays: tuple[str, ...] = ()
    retail_events: tuple[str, ...] = ()
    own_events: tuple[tuple[CalendarEventKind, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EntityFacts:
    """Months to write, what they are held against, and how names are read.

    `before` are the months before `months`, as many as count as history.
    """

    months: tuple[EntityMonth, ...]
    before: tuple[EntityMonth, ...]
    days: dict[date, MonthDays]
    naming: tuple[NamingRuleRecord, ...]


@dataclass(frozen=True, slots=True)
class SingleFacts:
    """What has one document each, whatever the month."""

    insights: tuple[InsightRecord, ...]
    events: tuple[CalendarEventRecord, ...]
    exports: tuple[ExportRecord, ...]
    accounts: dict[UUID, tuple[Source, str]]

    @property
    def count(self) -> int:
        """How many documents they come to where each can be read."""
        return len(self.insights) + len(self.events) + len(self.exports)
