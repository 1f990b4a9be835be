"""What receipts are judged by, what they hold back, and what the platform says beside them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint

from stores.postgres.tables.columns import (
    AMOUNT,
    BIG,
    DAY,
    ID,
    INT,
    MOMENT,
    NUMBER,
    STRING,
    Table,
    column,
    key,
    refers_to,
)


class ReceiptPolicyRow(Table, table=True):
    """One row per connection whose receipts are not judged by the defaults.

    `tolerance` and `shrink_share` are shares from 0 to 1, `shrink_entries` a count.
    """

    __tablename__ = "receipt_policy"
    __table_args__ = (
        refers_to("connection", "connection_id"),
        CheckConstraint("tolerance BETWEEN 0 AND 1", "tolerance"),
        CheckConstraint("shrink_share BETWEEN 0 AND 1", "shrink_share"),
        CheckConstraint("shrink_entries >= 1", "shrink_entries"),
    )

    tenant_id: UUID = key(ID)
    connection_id: UUID = key(ID)
    tolerance: Decimal = column(NUMBER)
    shrink_share: Decimal = column(NUMBER)
    shrink_entries: int = column(INT)


class HeldShrinkRow(Table, table=True):
    """One row per run that would have buried too much; `standing` entries were there before."""

    __tablename__ = "held_shrink"
    __table_args__ = (refers_to("run", "run_id"),)

    tenant_id: UUID = key(ID)
    run_id: UUID = key(ID)
    connection_id: UUID = column(ID)
    state: str = column(STRING, default="'HELD'")
    standing: int = column(BIG)
    held_at: dt.datetime = column(MOMENT)
    decided_at: dt.datetime | None = column(MOMENT)
    decided_by: str | None = column(STRING)


class HeldEntryRow(Table, table=True):
    """One row per entry that a held shrink would bury; `learned_at` names its vintage then."""

    __tablename__ = "held_entry"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["held_shrink.tenant_id", "held_shrink.run_id"],
            ondelete="CASCADE",
        ),
    )

    tenant_id: UUID = key(ID)
    run_id: UUID = key(ID)
    date: dt.date = key(DAY)
    digest: UUID = key(ID)
    learned_at: dt.datetime = column(MOMENT)


class AccountTotalRow(Table, table=True):
    """One row per run, day and currency: the platform's own total of the account."""

    __tablename__ = "account_total"
    __table_args__ = (refers_to("raw_page", "raw_page_id"),)

    tenant_id: UUID = key(ID)
    run_id: UUID = key(ID)
    date: dt.date = key(DAY)
    currency: str = key(STRING)
    raw_page_id: UUID = column(ID)
    spend: Decimal | None = column(AMOUNT)
    impressions: int | None = column(BIG)
    clicks: int | None = column(BIG)
    link_clicks: int | None = column(BIG)
    video_views: int | None = column(BIG)
    conversions: Decimal | None = column(AMOUNT)
    conversion_value: Decimal | None = column(AMOUNT)


class TotalQuestionRow(Table, table=True):
    """One row per run and question about the platform's totals; `reading` is below zero.

    Without days, `reason` says why the platform could not be asked or did not answer.
    """

    __tablename__ = "total_question"
    __table_args__ = (refers_to("run", "run_id"),)

    tenant_id: UUID = key(ID)
    run_id: UUID = key(ID)
    reading: int = key(INT)
    since: dt.date | None = column(DAY)
    until: dt.date | None = column(DAY)
    reason: str | None = column(STRING)


class OpenGapRow(Table, table=True):
    """One row per connection, day and metric that the last comparison found apart."""

    __tablename__ = "open_gap"
    __table_args__ = (refers_to("connection", "connection_id"),)

    tenant_id: UUID = key(ID)
    connection_id: UUID = key(ID)
    date: dt.date = key(DAY)
    metric: str = key(STRING)
    run_id: UUID = column(ID)


class RestatementLessonRow(Table, table=True):
    """One row per connection, lesson and metric; append-only, so that the past stays as it was.

    The ages are in days; null where there was not enough to learn from.
    """

    __tablename__ = "restatement_lesson"
    __table_args__ = (refers_to("connection", "connection_id"),)

    tenant_id: UUID = key(ID)
    connection_id: UUID = key(ID)
    learned_at: dt.datetime = key(MOMENT)
    metric: str = key(STRING)
    settles_after_days: int | None = column(INT)
    at_least_days: int | None = column(INT)
    at_most_days: int | None = column(INT)
    days: int = column(INT)
    followed_days: int = column(INT)


class FormerLookBackRow(Table, table=True):
    """One row per connection and look-back that was in force `until` another; by a trigger."""

    __tablename__ = "former_look_back"
    __table_args__ = (refers_to("connection", "connection_id"),)

    tenant_id: UUID = key(ID)
    connection_id: UUID = key(ID)
    until: dt.datetime = key(MOMENT)
    days: int = column(INT)
