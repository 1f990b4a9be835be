"""How a tenant reads the names of its campaigns."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint

from stores.postgres.tables.columns import (
    DAY,
    ID,
    INT,
    MOMENT,
    STRING,
    Table,
    column,
    key,
    tenant_key,
)


class NamingRuleRow(Table, table=True):
    """One row per rule; null `source`, `account_id`, `since` and `until` restrict nothing."""

    __tablename__ = "naming_rule"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        CheckConstraint("until >= since", "until"),
    )

    tenant_id: UUID = tenant_key()
    id: UUID = key(ID, default="uuidv7()")
    name: str = column(STRING)
    syntax: str = column(STRING)
    pattern: str = column(STRING)
    source: str | None = column(STRING)
    account_id: str | None = column(STRING)
    since: dt.date | None = column(DAY)
    until: dt.date | None = column(DAY)
    position: int = column(INT)
    created_at: dt.datetime = column(MOMENT, default="now()")
