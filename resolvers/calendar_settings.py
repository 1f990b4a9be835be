"""What an organisation wishes of its calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from types import MappingProxyType

from core.calendar.prior import seasonal_prior
from core.calendar.profile import checked
from core.records.calendar import (
    CalendarChange,
    CalendarProfile,
    CalendarSettings,
    Industry,
    SeasonalPrior,
)
from resolvers.session import Session

_OF_HOLIDAYS = ("holidays", "isHoliday", "isBankHoliday", "lastHoliday", "nextHoliday")
_OF_WORK = ("isBusinessDay", "businessDayOfMonth", "businessDaysInMonth")
_OF_FISCAL_YEARS = ("fiscalYear", "fiscalQuarter", "fiscalMonth", "fiscalWeek", "retail")
AFFECTS = MappingProxyType(
    {
        "countries": (*_OF_HOLIDAYS, *_OF_WORK, "isWeekend", "season", "retailEvents"),
        "subdivisions": (*_OF_HOLIDAYS, *_OF_WORK),
        "fiscal_start_month": _OF_FISCAL_YEARS,
        "fiscal_year_named_by_end": ("fiscalYear", "retail"),
        "week_start": ("weekStart", "weekEnd", "fiscalWeek", "retail"),
        "retail_pattern": ("retail",),
        "industry": (),
    }
)
"""Which columns of a day follow from a setting."""


async def current(session: Session) -> CalendarSettings:
    """The settings, and the version of the calendar that is in force."""
    tenant = await session.stores.tenants.current(session.scope)
    version = await session.stores.calendar.version(session.scope, None)
    return CalendarSettings(tenant.calendar, version)


async def wish(
    session: Session, profile: CalendarProfile, *, preview: bool = False
) -> tuple[CalendarSettings, tuple[CalendarChange, ...]]:
    """Wish for another calendar, or (`preview`) say what would change; BadInput names a setting.

    A worker makes the version that fulfils the wish.
    """
    before, profile = await current(session), checked(profile)
    changes = tuple(changed(before.wished, profile))
    if not preview and changes:
        await session.stores.tenants.wish_for_calendar(session.scope, profile)
    return CalendarSettings(profile, before.version), changes


def changed(before: CalendarProfile, after: CalendarProfile) -> Iterator[CalendarChange]:
    """The settings that differ."""
    for name in (field.name for field in fields(CalendarProfile)):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield CalendarChange(name, _text(old), _text(new), AFFECTS[name])


async def prior(session: Session, industry: Industry | None) -> SeasonalPrior:
    """The specification's constants of an industry (the tenant's own when None)."""
    if industry is None:
        industry = (await session.stores.tenants.current(session.scope)).industry
    return seasonal_prior(industry)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return getattr(value, "name", str(value).lower() if isinstance(value, bool) else str(value))
