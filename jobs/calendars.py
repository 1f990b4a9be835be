"""Keeps each tenant's calendar as it is wished for, from far back to well ahead."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from uuid import UUID

import structlog

from core.records.tenants import TenantRecord
from core.scope import TenantScope
from core.settings import Settings
from core.units import DateRange
from jobs.scopes import upkeep_scope
from stores.wiring import Stores
from transform.calendar import RULES, calendar_marks, edition

FIRST_DAY = date(2010, 1, 1)

log = structlog.get_logger(__name__)


def horizon(today: date) -> date:
    """The day that a calendar must reach on `today`: whole years, so that months are whole."""
    return date(today.year + 2, 12, 31)


async def renew_calendars(stores: Stores, today: date) -> None:
    """Fill the calendars that are not as they should be; one query finds them."""
    for tenant_id in await stores.calendar.outdated(horizon(today), RULES):
        tenant = await stores.tenants.current(upkeep_scope(tenant_id))
        await fill_calendar(stores, tenant, today)


async def fulfil_wish(
    stores: Stores, settings: Settings, scope: TenantScope, tenant_id: UUID
) -> None:
    """Make the calendar that a tenant asked for."""
    del settings, tenant_id
    await fill_calendar(stores, await stores.tenants.current(scope), datetime.now(UTC).date())


async def fill_calendar(stores: Stores, tenant: TenantRecord, today: date) -> None:
    """Make a new version of a tenant's calendar when it is not as it should be on `today`."""
    scope = upkeep_scope(tenant.id)
    current = await stores.calendar.version(scope)
    if (
        current is not None
        and current.edition.dates.until >= horizon(today)
        and current.edition.profile == tenant.calendar
        and current.edition.rules == RULES
    ):
        return
    dates = DateRange(FIRST_DAY, date(today.year + 3, 12, 31))
    marks = await asyncio.to_thread(calendar_marks, tenant.calendar, dates)
    changed = await stores.calendar.renew(scope, edition(tenant.calendar, dates), marks)
    if changed is not None:
        log.info("calendar renewed", tenant_id=str(tenant.id), days=changed)
