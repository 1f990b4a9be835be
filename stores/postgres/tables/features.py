"""Feature views, and who reads them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint

from stores.postgres.tables.columns import (
    BIG,
    DAY,
    INT,
    JSON,
    MOMENT,
    STRING,
    Table,
    column,
    key,
    tenant_key,
)


class FeatureViewRow(Table, table=True):
    """One row per version of a view; nothing of it but `retired_at` ever changes.

    `features` is a list of `core.records.features.Feature`.
    """

    __tablename__ = "feature_view"
    __table_args__ = (
        CheckConstraint("version > 0", "version"),
        CheckConstraint("ttl_days > 0", "ttl_days"),
    )

    tenant_id: UUID = tenant_key()
    name: str = key(STRING)
    version: int = key(INT)
    entity: str = column(STRING)
    features: list[object] = column(JSON)
    owner: str = column(STRING)
    description: str = column(STRING)
    currency: str = column(STRING)
    ttl_days: int | None = column(INT)
    created_at: dt.datetime = column(MOMENT, default="now()")
    created_by: str = column(STRING)
    retired_at: dt.datetime | None = column(MOMENT)


class FeatureUsageRow(Table, table=True):
    """One row per version, module and day (UTC); the module '' is one unnamed."""

    __tablename__ = "feature_usage"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "name", "version"],
            ["feature_view.tenant_id", "feature_view.name", "feature_view.version"],
            ondelete="CASCADE",
        ),
    )

    tenant_id: UUID = tenant_key()
    name: str = key(STRING)
    version: int = key(INT)
    day: dt.date = key(DAY)
    module: str = key(STRING)
    requests: int = column(BIG)
    entities: int = column(BIG)
