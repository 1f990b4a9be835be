"""Tenants and their API keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.periods import Weekday
from core.records.calendar import CalendarProfile, Industry, RetailPattern
from core.scope import TenantId


@dataclass(frozen=True, slots=True)
class TenantRecord:
    """One organisation; `slug` is its unique short name, `countries` are ISO 3166 codes.

    `fiscal_start_month` is 1 to 12; `fiscal_year_named_by_end` says whether a fiscal year
    carries the year it ends in (True) or starts in. `calendar` is what the organisation wishes
    of its calendar, of which those are parts.
    """

    id: TenantId
    slug: str
    name: str
    countries: tuple[str, ...]
    fiscal_start_month: int
    fiscal_year_named_by_end: bool
    reporting_currency: str
    tier: str
    created_at: datetime
    subdivisions: tuple[str, ...] = ()
    week_start: Weekday = Weekday.MONDAY
    retail_pattern: RetailPattern = RetailPattern.FOUR_FOUR_FIVE
    industry: Industry = Industry.GENERAL

    @property
    def calendar(self) -> CalendarProfile:
        """What the organisation wishes of its calendar."""
        return CalendarProfile(
            countries=self.countries,
            subdivisions=self.subdivisions,
            fiscal_start_month=self.fiscal_start_month,
            fiscal_year_named_by_end=self.fiscal_year_named_by_end,
            week_start=self.week_start,
            retail_pattern=self.retail_pattern,
            industry=self.industry,
        )


@dataclass(frozen=True, slots=True)
class ApiKeyRecord:
    """A module's key, without its secret, which is shown once and kept hashed."""

    id: UUID
    module: str
    roles: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
