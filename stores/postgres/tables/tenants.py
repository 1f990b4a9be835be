"""Tenants, what each has one of, and their keys."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text

from stores.postgres.tables.columns import (
    BIG,
    BYTES,
    ID,
    INT,
    MOMENT,
    STRING,
    STRINGS,
    TRUTH,
    Table,
    column,
    key,
    tenant_key,
)


class TenantRow(Table, table=True):
    """One row per tenant; `countries` are ISO 3166 codes, `slug` is unique whatever its case."""

    __tablename__ = "tenant"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'", "slug"),
        CheckConstraint("fiscal_start_month BETWEEN 1 AND 12", "fiscal_start_month"),
        CheckConstraint("week_start BETWEEN 1 AND 7", "week_start"),
        Index("tenant_slug", text("lower(slug)"), unique=True),
    )

    tenant_id: UUID = key(ID, default="uuidv7()")
    slug: str = column(STRING)
    name: str = column(STRING)
    countries: list[str] = column(STRINGS)
    fiscal_start_month: int = column(INT)
    fiscal_year_named_by_end: bool = column(TRUTH)
    reporting_currency: str = column(STRING)
    tier: str = column(STRING)
    created_at: dt.datetime = column(MOMENT, default="now()")
    subdivisions: list[str] = column(STRINGS, default="'{}'")
    week_start: int = column(INT, default="1")
    retail_pattern: str = column(STRING, default="'FOUR_FOUR_FIVE'")
    industry: str = column(STRING, default="'GENERAL'")


class DataClockRow(Table, table=True):
    """One row per tenant: when its newest vintage was learned.

    A merge moves `learned_at` on, always forward and in the order of commits.
    """

    __tablename__ = "data_clock"

    tenant_id: UUID = tenant_key()
    learned_at: dt.datetime = column(MOMENT, default="'-infinity'")


class TenantShareRow(Table, table=True):
    """One row per tenant that has had a turn, or has a limit of its own in `concurrent_runs`.

    `turn` numbers the turns of all tenants: the lowest had theirs longest ago.
    """

    __tablename__ = "tenant_share"
    __table_args__ = (CheckConstraint("concurrent_runs BETWEEN 1 AND 1000", "concurrent_runs"),)

    tenant_id: UUID = tenant_key()
    concurrent_runs: int | None = column(INT)
    turn: int = column(BIG, default="0")


class TenantQuotaRow(Table, table=True):
    """One row per tenant that has a quota of its own; a null is its tier's number."""

    __tablename__ = "tenant_quota"
    __table_args__ = (
        CheckConstraint("storage_bytes >= 0", "storage_bytes"),
        CheckConstraint("runs_a_day >= 0", "runs_a_day"),
        CheckConstraint("export_rows_a_month >= 0", "export_rows_a_month"),
    )

    tenant_id: UUID = tenant_key()
    storage_bytes: int | None = column(BIG)
    runs_a_day: int | None = column(BIG)
    export_rows_a_month: int | None = column(BIG)


class RetentionRow(Table, table=True):
    """One row per tenant that does not keep for ever; a null is never.

    `verbatim_days`: bodies of pages and files, and what was refused of them. `version_days`:
    superseded versions of documents, with their vectors. `log_days`: events of runs that have
    ended, and runs that follow by themselves and led to nothing.
    """

    __tablename__ = "retention"
    __table_args__ = (
        CheckConstraint("verbatim_days >= 1", "verbatim_days"),
        CheckConstraint("version_days >= 1", "version_days"),
        CheckConstraint("log_days >= 1", "log_days"),
    )

    tenant_id: UUID = tenant_key()
    verbatim_days: int | None = column(INT)
    version_days: int | None = column(INT)
    log_days: int | None = column(INT)


class DataKeyRow(Table, table=True):
    """One row per tenant that keeps a secret: its data key, wrapped by a master key.

    `master_key_id` is null where that was done before master keys had ids.
    """

    __tablename__ = "data_key"
    __table_args__ = (Index("data_key_by_master", "master_key_id"),)

    tenant_id: UUID = tenant_key()
    wrapped_key: bytes = column(BYTES)
    created_at: dt.datetime = column(MOMENT, default="now()")
    master_key_id: str | None = column(STRING)
    rotated_at: dt.datetime | None = column(MOMENT)


class ApiKeyRow(Table, table=True):
    """One row per key of a module, revoked ones too; `secret_hash` is SHA-256."""

    __tablename__ = "api_key"

    tenant_id: UUID = tenant_key()
    id: UUID = key(ID, default="uuidv7()")
    module: str = column(STRING)
    roles: list[str] = column(STRINGS)
    secret_hash: bytes = column(BYTES)
    created_at: dt.datetime = column(MOMENT, default="now()")
    expires_at: dt.datetime | None = column(MOMENT)
    revoked_at: dt.datetime | None = column(MOMENT)
