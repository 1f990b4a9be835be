"""The tenants' calendars."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index

from stores.postgres.tables.columns import (
    DAY,
    ID,
    INT,
    INTS,
    JSON,
    MOMENT,
    NUMBER,
    STRING,
    STRINGS,
    TRUTH,
    Table,
    column,
    key,
    tenant_key,
)


class CalendarVersionRow(Table, table=True):
    """One row per tenant and moment at which its calendar changed: what it was made from."""

    __tablename__ = "calendar_version"

    tenant_id: UUID = tenant_key()
    learned_at: dt.datetime = key(MOMENT)
    countries: list[str] = column(STRINGS)
    subdivisions: list[str] = column(STRINGS)
    fiscal_start_month: int = column(INT)
    fiscal_year_named_by_end: bool = column(TRUTH)
    week_start: int = column(INT)
    retail_pattern: str = column(STRING)
    industry: str = column(STRING)
    weekend: list[int] = column(INTS)
    since: dt.date = column(DAY)
    until: dt.date = column(DAY)
    rules: str = column(STRING)


class CalendarDayRow(Table, table=True):
    """One row per tenant, day and version in which what is kept on that day changed."""

    __tablename__ = "calendar_day"

    tenant_id: UUID = tenant_key()
    date: dt.date = key(DAY)
    learned_at: dt.datetime = key(MOMENT)
    holidays: list[dict[str, object]] = column(JSON)
    retail_events: list[dict[str, object]] = column(JSON)


class CalendarEventRow(Table, table=True):
    """One row per tenant, event and moment at which it was written, changed or removed."""

    __tablename__ = "calendar_event"
    __table_args__ = (
        CheckConstraint("until >= since", "until"),
        Index("calendar_event_days", "tenant_id", "since", "until"),
    )

    tenant_id: UUID = tenant_key()
    id: UUID = key(ID, default="uuidv7()")
    learned_at: dt.datetime = key(MOMENT)
    is_present: bool = column(TRUTH)
    name: str = column(STRING)
    kind: str = column(STRING)
    since: dt.date = column(DAY)
    until: dt.date = column(DAY)
    countries: list[str] = column(STRINGS)
    geos: list[str] = column(STRINGS)
    effect_direction: str | None = column(STRING)
    effect_size: Decimal | None = column(NUMBER)
    note: str | None = column(STRING)
