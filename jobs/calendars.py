"""Keeps each tenant's calendar filled, from far back to well ahead."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import structlog

from core.errors import Transient
from core.records.tenants import TenantRecord
from core.scope import SystemScope
from jobs.scopes import upkeep_scope
from stores.wiring import Stores
from transform.calendar import CalendarProfile, calendar_days

FIRST_DAY = date(2010, 1, 1)
_AHEAD = timedelta(days=3 * 366)
_SLACK = timedelta(days=366)
_EVERY_SECONDS = 60.0

log = structlog.get_logger(__name__)


async def keep_calendars(stores: Stores) -> None:
    """Fill the calendars of all tenants, now and as time goes on, for ever."""
    while True:
        try:
            reason = SystemScope(reason="fill calendars", actor="worker")
            for tenant in await stores.tenants.all(reason):
                await fill_calendar(stores, tenant, datetime.now(UTC).date())
        except Transient as error:
            log.warning("calendars were not filled", error=error.message)
        await asyncio.sleep(_EVERY_SECONDS)


async def fill_calendar(stores: Stores, tenant: TenantRecord, today: date) -> None:
    """Fill a tenant's calendar when it ends less than two years ahead of `today`."""
    scope = upkeep_scope(tenant)
    extent = await stores.calendar.extent(scope)
    if extent is not None and extent.until >= today + _AHEAD - _SLACK:
        return
    profile = CalendarProfile(
        tenant.countries, tenant.fiscal_start_month, tenant.fiscal_year_named_by_end
    )
    days = await asyncio.to_thread(calendar_days, profile, FIRST_DAY, today + _AHEAD)
    await stores.calendar.replace(scope, days)
    log.info("calendar filled", tenant_id=str(tenant.id), days=len(days))
