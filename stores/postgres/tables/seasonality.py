"""Seasonality and its estimation."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from stores.postgres.tables.columns import (
    DAY,
    ID,
    JSON,
    MOMENT,
    SHARE,
    STRING,
    Table,
    column,
    key,
    tenant_key,
)


class SeasonalityRow(Table, table=True):
    """One row per history, kind of season, and moment at which it changed.

    `factors` is a list of `core.records.seasonality.SeasonalFactor`.
    """

    __tablename__ = "seasonality"

    tenant_id: UUID = tenant_key()
    metric: str = key(STRING)
    channel: str = key(STRING)
    series: str = key(STRING)
    period: str = key(STRING)
    learned_at: dt.datetime = key(MOMENT)
    cycles: float = column(SHARE)
    shrinkage: float | None = column(SHARE)
    method: str | None = column(STRING)
    since: dt.date | None = column(DAY)
    until: dt.date | None = column(DAY)
    reason: str | None = column(STRING)
    factors: list[dict[str, object]] = column(JSON)


class SeasonalityEstimationRow(Table, table=True):
    """One row per tenant: whether an estimation waits, and how far the last one has looked."""

    __tablename__ = "seasonality_estimation"

    tenant_id: UUID = tenant_key()
    id: UUID = column(ID, default="uuidv7()")
    status: str = column(STRING, default="'WAITING'")
    requested_at: dt.datetime = column(MOMENT, default="clock_timestamp()")
    requested_by: str = column(STRING)
    claimed_until: dt.datetime | None = column(MOMENT)
    estimated_at: dt.datetime | None = column(MOMENT)
    looked_at: dt.datetime | None = column(MOMENT)
