"""How a tenant reads the names of its campaigns, and to which channels it counts its rows."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint

from stores.postgres.tables.columns import (
    DAY,
    ID,
    INT,
    JSON,
    MOMENT,
    STRING,
    Table,
    column,
    in_force,
    key,
    tenant_key,
)


class NamingRuleRow(Table, table=True):
    """One row per version of a rule; null fields restrict nothing.

    A version is in force from `recorded_at` until `retired_at`, moments of the tenant's clock.
    """

    __tablename__ = "naming_rule"
    __table_args__ = (
        CheckConstraint("until >= since", "until"),
        in_force("naming_rule"),
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
    version: int = key(INT)
    recorded_at: dt.datetime = column(MOMENT)
    retired_at: dt.datetime | None = column(MOMENT)


class ChannelRuleRow(Table, table=True):
    """One row per version of a rule, as of naming rules; an empty `naming` asks for nothing.

    `naming` holds the conditions of `core.records.naming.NamingCondition`.
    """

    __tablename__ = "channel_rule"
    __table_args__ = (
        CheckConstraint("until >= since", "until"),
        in_force("channel_rule"),
    )

    tenant_id: UUID = tenant_key()
    id: UUID = key(ID, default="uuidv7()")
    version: int = key(INT)
    recorded_at: dt.datetime = column(MOMENT)
    retired_at: dt.datetime | None = column(MOMENT)
    created_at: dt.datetime = column(MOMENT, default="now()")
    name: str = column(STRING)
    channel: str = column(STRING)
    source: str | None = column(STRING)
    account_id: str | None = column(STRING)
    labelled: str | None = column(STRING)
    platform_channel: str | None = column(STRING)
    medium: str | None = column(STRING)
    campaign: str | None = column(STRING)
    entity: str | None = column(STRING)
    naming: list[object] = column(JSON)
    since: dt.date | None = column(DAY)
    until: dt.date | None = column(DAY)
    position: int = column(INT)
