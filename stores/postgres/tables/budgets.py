"""What a tenant means to spend."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint

from stores.postgres.tables.columns import (
    AMOUNT,
    DAY,
    ID,
    INT,
    MOMENT,
    NUMBERS,
    STRING,
    Table,
    column,
    in_force,
    key,
    tenant_key,
)


class BudgetRow(Table, table=True):
    """One row per version of a budget, as of rules; an empty `weekdays` spreads it evenly.

    A version is in force from `recorded_at` until `retired_at`, moments of the tenant's clock.
    """

    __tablename__ = "budget"
    __table_args__ = (
        CheckConstraint("amount > 0::numeric", "amount"),
        CheckConstraint("until >= since", "until"),
        CheckConstraint("cardinality(weekdays) = ANY (ARRAY[0, 7])", "weekdays"),
        in_force("budget"),
    )

    tenant_id: UUID = tenant_key()
    id: UUID = key(ID, default="uuidv7()")
    version: int = key(INT)
    recorded_at: dt.datetime = column(MOMENT)
    retired_at: dt.datetime | None = column(MOMENT)
    created_at: dt.datetime = column(MOMENT, default="now()")
    name: str = column(STRING)
    subject_level: str = column(STRING)
    subject_key: str = column(STRING)
    since: dt.date = column(DAY)
    until: dt.date = column(DAY)
    amount: Decimal = column(AMOUNT)
    currency: str = column(STRING)
    weekdays: list[Decimal] = column(NUMBERS)
