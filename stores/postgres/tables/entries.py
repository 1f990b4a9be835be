"""Marketing entries, their vintages, their campaigns, and when their days were read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index

from stores.postgres.tables.columns import (
    AMOUNT,
    BIG,
    DAY,
    ID,
    INT,
    JSON,
    MOMENT,
    NUMBER,
    STRING,
    TRUTH,
    Table,
    column,
    key,
    refers_to,
    tenant_key,
)


class DayReadingRow(Table, table=True):
    """One row per reading of a day of a connection, in the account's time zone.

    Freshness and maturity of entries come from here.
    """

    __tablename__ = "day_reading"
    __table_args__ = (
        refers_to("connection", "connection_id"),
        Index("day_reading_by_moment", "tenant_id", "connection_id", "read_at"),
    )

    tenant_id: UUID = key(ID)
    connection_id: UUID = key(ID)
    date: dt.date = key(DAY)
    read_at: dt.datetime = key(MOMENT)
    run_id: UUID = column(ID)


class CampaignRow(Table, table=True):
    """One row per campaign of an account, under its newest name; `campaign_name` has them all.

    `changed_at` is the tenant's clock when the row last changed.
    """

    __tablename__ = "campaign"

    tenant_id: UUID = tenant_key()
    digest: UUID = key(ID)
    source: str = column(STRING)
    account_id: str = column(STRING)
    campaign_id: str = column(STRING)
    name: str | None = column(STRING)
    status: str | None = column(STRING)
    objective: str | None = column(STRING)
    changed_at: dt.datetime = column(MOMENT, default="'-infinity'")


class CampaignNameRow(Table, table=True):
    """One row per name that a campaign got; it held from `learned_at` until the next one's."""

    __tablename__ = "campaign_name"

    tenant_id: UUID = tenant_key()
    digest: UUID = key(ID)
    learned_at: dt.datetime = key(MOMENT)
    name: str = column(STRING)


class MarketingEntryRow(Table, table=True):
    """One row per entry as it stands: a day, and the digest of every dimension beside it.

    What vanished from its source stays, with `is_present` false and its last metrics.
    Partitioned by month of `date`; `ensure_months` makes the partitions, which are not
    described. `campaign` is a digest, without a foreign key: the tables fill in one merge.
    `content` is a digest of the metrics and labels that a merge left, None once another step has
    changed them.
    """

    __tablename__ = "marketing_entry"
    __table_args__ = (
        Index("marketing_entry_by_connection", "tenant_id", "connection_id", "date"),
        Index("marketing_entry_by_campaign", "tenant_id", "campaign", "date"),
        {"postgresql_partition_by": "RANGE (date)"},
    )

    tenant_id: UUID = key(ID)
    date: dt.date = key(DAY)
    digest: UUID = key(ID)
    source: str = column(STRING)
    connection_id: UUID = column(ID)
    account_id: str = column(STRING)
    level: str = column(STRING)
    entity_id: str = column(STRING)
    entity_name: str | None = column(STRING)
    campaign: UUID | None = column(ID)
    date_basis: str = column(STRING)
    attribution_setting: str = column(STRING)
    channel: str = column(STRING)
    platform_channel: str | None = column(STRING)
    currency: str = column(STRING)
    spend: Decimal | None = column(AMOUNT)
    impressions: int | None = column(BIG)
    clicks: int | None = column(BIG)
    link_clicks: int | None = column(BIG)
    reach: int | None = column(BIG)
    video_views: int | None = column(BIG)
    conversions: Decimal | None = column(AMOUNT)
    conversion_value: Decimal | None = column(AMOUNT)
    conversion_type: str | None = column(STRING)
    actions: dict[str, object] | None = column(JSON)
    is_present: bool = column(TRUTH)
    learned_at: dt.datetime = column(MOMENT)
    first_learned_at: dt.datetime = column(MOMENT)
    vintage_count: int = column(INT)
    run_id: UUID = column(ID)
    raw_page_id: UUID = column(ID)
    raw_position: int = column(INT)
    country: str | None = column(STRING)
    geo: str | None = column(STRING)
    device: str | None = column(STRING)
    series_role: str | None = column(STRING)
    covers_days: int | None = column(BIG)
    value: Decimal | None = column(NUMBER)
    named_at: dt.datetime | None = column(MOMENT)
    checks_applied: int | None = column(BIG)
    checks_failed: int | None = column(BIG)
    content: UUID | None = column(ID)


class MarketingEntryVintageRow(Table, table=True):
    """One row per version of an entry, never changed: what was learned of it, and when.

    A tombstone has `is_present` false, no labels or metrics, and no page: it comes from an absence.
    Partitioned by month of `date`, as `marketing_entry`.
    """

    __tablename__ = "marketing_entry_vintage"
    __table_args__ = (
        Index("marketing_entry_vintage_by_run", "tenant_id", "run_id"),
        {"postgresql_partition_by": "RANGE (date)"},
    )

    tenant_id: UUID = key(ID)
    date: dt.date = key(DAY)
    digest: UUID = key(ID)
    learned_at: dt.datetime = key(MOMENT)
    is_present: bool = column(TRUTH)
    entity_name: str | None = column(STRING)
    campaign: UUID | None = column(ID)
    channel: str | None = column(STRING)
    platform_channel: str | None = column(STRING)
    spend: Decimal | None = column(AMOUNT)
    impressions: int | None = column(BIG)
    clicks: int | None = column(BIG)
    link_clicks: int | None = column(BIG)
    reach: int | None = column(BIG)
    video_views: int | None = column(BIG)
    conversions: Decimal | None = column(AMOUNT)
    conversion_value: Decimal | None = column(AMOUNT)
    conversion_type: str | None = column(STRING)
    actions: dict[str, object] | None = column(JSON)
    run_id: UUID = column(ID)
    raw_page_id: UUID | None = column(ID)
    raw_position: int | None = column(INT)
    country: str | None = column(STRING)
    geo: str | None = column(STRING)
    series_role: str | None = column(STRING)
    covers_days: int | None = column(BIG)
    value: Decimal | None = column(NUMBER)
    named_at: dt.datetime | None = column(MOMENT)
    checks_applied: int | None = column(BIG)
    checks_failed: int | None = column(BIG)
