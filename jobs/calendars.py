"""Keeps each tenant's calendar filled, from far back to well ahead."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import structlog

from core.records.tenants import TenantRecord
from jobs.scopes import upkeep_scope
from stores.wiring import Stores
from transform.calendar import CalendarProfile, calendar_days

FIRST_DAY = date(2010, 1, 1)
_AHEAD = timedelta(days=3 * 366)
_SLACK = timedelta(days=366)

log = structlog.get_logger(__name__)


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
