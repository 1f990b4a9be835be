"""Exchange rates: published ones, the same for every tenant, and a tenant's own."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint

from stores.postgres.tables.columns import (
    DAY,
    ID,
    INT,
    JSON,
    MOMENT,
    NUMBER,
    STRING,
    Table,
    column,
    in_force,
    key,
    tenant_key,
)


class ExchangePublicationRow(Table, table=True):
    """One row per day on which rates were published; `rates`: units of a currency per euro."""

    __tablename__ = "exchange_publication"

    date: dt.date = key(DAY)
    source: str = column(STRING)
    rates: dict[str, str] = column(JSON)
    learned_at: dt.datetime = column(MOMENT)


class ExchangeRateRow(Table, table=True):
    """One row per version of a tenant's own rate: one `base` is `value` of `quote`."""

    __tablename__ = "exchange_rate"
    __table_args__ = (
        CheckConstraint("value > 0", "value"),
        CheckConstraint("until >= since", "until"),
        in_force("exchange_rate"),
    )

    tenant_id: UUID = tenant_key()
    id: UUID = key(ID, default="uuidv7()")
    version: int = key(INT)
    recorded_at: dt.datetime = column(MOMENT)
    retired_at: dt.datetime | None = column(MOMENT)
    created_at: dt.datetime = column(MOMENT, default="now()")
    name: str = column(STRING)
    base: str = column(STRING)
    quote: str = column(STRING)
    value: Decimal = column(NUMBER)
    since: dt.date = column(DAY)
    until: dt.date | None = column(DAY)
