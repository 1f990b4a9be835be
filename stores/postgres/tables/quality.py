"""What quality is judged by, as it was known at moments of the tenant's clock."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from stores.postgres.tables.columns import (
    DAY,
    ID,
    INT,
    JSON,
    MOMENT,
    TRUTH,
    Table,
    column,
    key,
    refers_to,
)


class FreshnessGoalRow(Table, table=True):
    """One row per change of when a connection is to be read again."""

    __tablename__ = "freshness_goal"
    __table_args__ = (refers_to("connection", "connection_id"),)

    tenant_id: UUID = key(ID)
    connection_id: UUID = key(ID)
    learned_at: dt.datetime = key(MOMENT)
    is_active: bool = column(TRUTH)
    schedules: list[dict[str, object]] = column(JSON)


class DayReconciliationRow(Table, table=True):
    """One row per comparison of a day's totals with the platform's own."""

    __tablename__ = "day_reconciliation"
    __table_args__ = (refers_to("connection", "connection_id"),)

    tenant_id: UUID = key(ID)
    connection_id: UUID = key(ID)
    date: dt.date = key(DAY)
    learned_at: dt.datetime = key(MOMENT)
    compared: int = column(INT)
    apart: int = column(INT)
