"""What kept answers are made of, and when it changed."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint

from stores.postgres.tables.columns import (
    BIG,
    ID,
    INT,
    JSON,
    MOMENT,
    STRING,
    Table,
    column,
    key,
    tenant_key,
)


class DataVersionRow(Table, table=True):
    """One row per tenant whose data ever changed.

    `tokens`: one for each area and each month of facts that did, drawn anew by changes.
    """

    __tablename__ = "data_version"

    tenant_id: UUID = tenant_key()
    tokens: dict[str, str] = column(JSON, default="'{}'")


class DataEpochRow(Table, table=True):
    """One row per installation, for what is of no tenant or was changed for many at once.

    `unsettled_until`: labels may change until then without anything being committed.
    """

    __tablename__ = "data_epoch"
    __table_args__ = (CheckConstraint("id = 1", "id"),)

    id: int = key(INT)
    unsettled_until: dt.datetime = column(MOMENT, default="'-infinity'")
    everything: UUID = column(ID, default="gen_random_uuid()")
    rates: UUID = column(ID, default="gen_random_uuid()")


class DataChangeRow(Table, table=True):
    """One row per area that a transaction under way has changed; it goes with the transaction."""

    __tablename__ = "data_change"

    tenant_id: UUID = key(ID)
    transaction: int = key(BIG)
    area: str = key(STRING)
