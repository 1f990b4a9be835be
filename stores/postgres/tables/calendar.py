"""The tenants' calendars."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from stores.postgres.tables.columns import (
    DAY,
    INT,
    JSON,
    TRUTH,
    Table,
    column,
    key,
    tenant_key,
)


class CalendarDayRow(Table, table=True):
    """One row per tenant and day; holidays and fiscal periods are the tenant's own.

    Columns after `tenant_id` are the fields of `core.records.calendar.CalendarDayRecord`.
    """

    __tablename__ = "calendar_day"

    tenant_id: UUID = tenant_key()
    date: dt.date = key(DAY)
    year: int = column(INT)
    quarter: int = column(INT)
    month: int = column(INT)
    day: int = column(INT)
    day_of_year: int = column(INT)
    day_of_week: int = column(INT)
    is_weekend: bool = column(TRUTH)
    iso_year: int = column(INT)
    iso_week: int = column(INT)
    week_start: dt.date = column(DAY)
    is_month_start: bool = column(TRUTH)
    is_month_end: bool = column(TRUTH)
    is_quarter_end: bool = column(TRUTH)
    fiscal_year: int = column(INT)
    fiscal_quarter: int = column(INT)
    fiscal_month: int = column(INT)
    is_holiday: bool = column(TRUTH)
    holidays: list[dict[str, object]] = column(JSON)
    retail_events: list[dict[str, object]] = column(JSON)
