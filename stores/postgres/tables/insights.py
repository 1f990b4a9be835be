"""Insights."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import UniqueConstraint

from stores.postgres.tables.columns import (
    DAY,
    DAYS,
    ID,
    IDS,
    INT,
    MOMENT,
    NUMBER,
    STRING,
    Table,
    column,
    key,
    refers_to,
)


class InsightRow(Table, table=True):
    """One row per run, kind, metric and currency (null where the metric has none).

    `entries` counts every entry behind it; `evidence_dates` and `evidence_digests` name,
    pairwise, the largest of them.
    """

    __tablename__ = "insight"
    __table_args__ = (
        UniqueConstraint(
            "tenant_id",
            "run_id",
            "kind",
            "metric",
            "currency",
            postgresql_nulls_not_distinct=True,
        ),
        refers_to("connection", "connection_id"),
    )

    tenant_id: UUID = key(ID)
    id: UUID = key(ID, default="uuidv7()")
    kind: str = column(STRING)
    connection_id: UUID = column(ID)
    run_id: UUID = column(ID)
    metric: str = column(STRING)
    currency: str | None = column(STRING)
    since: dt.date = column(DAY)
    until: dt.date = column(DAY)
    before: Decimal = column(NUMBER)
    after: Decimal = column(NUMBER)
    entries: int = column(INT)
    evidence_dates: list[dt.date] = column(DAYS)
    evidence_digests: list[UUID] = column(IDS)
    detected_at: dt.datetime = column(MOMENT, default="clock_timestamp()")
