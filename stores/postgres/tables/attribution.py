"""Sums that attribution rows are made of."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index

from stores.postgres.tables.columns import (
    BIG,
    DAY,
    ID,
    INT,
    MOMENT,
    NUMBER,
    STRING,
    TRUTH,
    Table,
    column,
    key,
    tenant_key,
)


class AttributionDayRow(Table, table=True):
    """One row per day of a connection that has, or had, entries.

    `changed_at` is when the newest of its entries was learned. `formula` names what its sums were
    made by; null when they are not to be read. The counts are those of its sums, `varies` has a bit
    for each column that they differ in (stores.postgres.attribution_variety), and `account_id` is
    one of theirs.
    """

    __tablename__ = "attribution_day"
    __table_args__ = (
        Index("attribution_day_due", "formula", "tenant_id"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    tenant_id: UUID = tenant_key()
    date: dt.date = key(DAY)
    connection_id: UUID = key(ID)
    changed_at: dt.datetime = column(MOMENT)
    formula: str | None = column(STRING)
    coarse_sums: int = column(INT, default="0")
    detailed_sums: int = column(INT, default="0")
    varies: int = column(INT, default="-1")
    account_id: str | None = column(STRING)


class AttributionSumRow(Table, table=True):
    """One row per combination of `source` to `entity_id` among a day's present entries.

    Of those that are not detailed, `campaign` to `entity_id` are null. `covers` is the most days
    that one of the entries covers, `reach` means something of a single entry alone.
    """

    __tablename__ = "attribution_sum"

    tenant_id: UUID = key(ID)
    is_detailed: bool = key(TRUTH)
    date: dt.date = key(DAY)
    connection_id: UUID = key(ID)
    number: int = key(INT)
    source: str = column(STRING)
    account_id: str = column(STRING)
    level: str = column(STRING)
    channel: str = column(STRING)
    currency: str = column(STRING)
    date_basis: str = column(STRING)
    attribution_setting: str = column(STRING)
    series_role: str | None = column(STRING)
    campaign: UUID | None = column(ID)
    country: str | None = column(STRING)
    geo: str | None = column(STRING)
    device: str | None = column(STRING)
    entity_id: str | None = column(STRING)
    entries: int = column(BIG)
    covers: int = column(INT)
    spend: Decimal | None = column(NUMBER)
    impressions: Decimal | None = column(NUMBER)
    clicks: Decimal | None = column(NUMBER)
    link_clicks: Decimal | None = column(NUMBER)
    reach: int | None = column(BIG)
    conversions: Decimal | None = column(NUMBER)
    conversion_value: Decimal | None = column(NUMBER)
    value: Decimal | None = column(NUMBER)
    completeness_applied: int | None = column(BIG)
    completeness_failed: int | None = column(BIG)
    validity_applied: int | None = column(BIG)
    validity_failed: int | None = column(BIG)
    consistency_applied: int | None = column(BIG)
    consistency_failed: int | None = column(BIG)
    uniqueness_applied: int | None = column(BIG)
    uniqueness_failed: int | None = column(BIG)
    learned_at: dt.datetime = column(MOMENT)
