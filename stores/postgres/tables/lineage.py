"""Where numbers came from: pages as their source sent them, and what was refused of them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text

from stores.postgres.tables.columns import (
    BIG,
    BYTES,
    DAY,
    DAYS,
    ID,
    IDS,
    INT,
    JSON,
    MOMENT,
    STRING,
    TRUTH,
    Table,
    column,
    key,
    refers_to,
)


class RawPageRow(Table, table=True):
    """One row per page that a run read, numbered from 1 within the run.

    `body` is compressed by zstandard; `size_bytes` and `sha256` are of the page itself.
    `seen_dates` and `seen_digests` name, pairwise, the entries that the page brought. Its
    records are counted, and fetched = stored + unchanged + rejected. All of these and
    `merged_at` are null until the page is merged; `settled_at` is the tenant's clock then.
    `newest_day` is the last of `seen_dates`, infinity where there is none; a trigger keeps it.
    `recipe` names what the page says, and the code and the settings that read it. `body` is null
    since `body_gone_at`.
    """

    __tablename__ = "raw_page"
    __table_args__ = (
        UniqueConstraint("tenant_id", "run_id", "number"),
        refers_to("run", "run_id"),
        CheckConstraint("fetched = stored + unchanged + rejected", "balances"),
        CheckConstraint("(body IS NULL) = (body_gone_at IS NOT NULL)", "body"),
        Index(
            "raw_page_sizes",
            "tenant_id",
            postgresql_include=["size_bytes"],
            postgresql_where=text("body_gone_at IS NULL"),
        ),
        Index(
            "raw_page_alike",
            "tenant_id",
            "connection_id",
            "recipe",
            postgresql_where=text("recipe IS NOT NULL"),
        ),
        Index(
            "raw_page_by_day",
            "tenant_id",
            "connection_id",
            "newest_day",
            postgresql_where=text("fetched > 0"),
        ),
    )

    tenant_id: UUID = key(ID)
    id: UUID = key(ID, default="uuidv7()")
    run_id: UUID = column(ID)
    connection_id: UUID = column(ID)
    reading: int = column(INT)
    number: int = column(INT)
    stream: str = column(STRING)
    media_type: str = column(STRING)
    body: bytes | None = column(BYTES)
    size_bytes: int = column(BIG)
    sha256: str = column(STRING)
    request: dict[str, object] = column(JSON)
    checkpoint: dict[str, object] | None = column(JSON)
    fetched_at: dt.datetime = column(MOMENT, default="clock_timestamp()")
    merged_at: dt.datetime | None = column(MOMENT)
    seen_dates: list[dt.date] | None = column(DAYS)
    seen_digests: list[UUID] | None = column(IDS)
    fetched: int | None = column(BIG)
    stored: int | None = column(BIG)
    unchanged: int | None = column(BIG)
    rejected: int | None = column(BIG)
    recipe: str | None = column(STRING)
    settled_at: dt.datetime | None = column(MOMENT)
    newest_day: dt.date | None = column(DAY)
    body_gone_at: dt.datetime | None = column(MOMENT)


class RejectedRecordRow(Table, table=True):
    """One row per record of a page that was refused; `position` counts from 0 in the page.

    `fingerprint` is the same for records that say the same. `is_pending`: the run that
    `replay_run_id` names has still to try it; once that run has ended, it is free again.
    """

    __tablename__ = "rejected_record"
    __table_args__ = (
        refers_to("raw_page", "raw_page_id"),
        Index("rejected_record_by_run", "tenant_id", "run_id", "id"),
        Index("rejected_record_by_connection", "tenant_id", "connection_id", "id"),
        Index(
            "rejected_record_open",
            "tenant_id",
            "fingerprint",
            postgresql_where=text("state = 'OPEN'"),
        ),
        Index(
            "rejected_record_by_replay",
            "tenant_id",
            "replay_run_id",
            "raw_page_id",
            postgresql_where=text("replay_run_id IS NOT NULL"),
        ),
    )

    tenant_id: UUID = key(ID)
    id: UUID = key(ID, default="uuidv7()")
    run_id: UUID = column(ID)
    raw_page_id: UUID = column(ID)
    position: int = column(INT)
    field: str = column(STRING)
    reason: str = column(STRING)
    mend: str = column(STRING)
    payload: dict[str, object] = column(JSON)
    connection_id: UUID = column(ID)
    stream: str = column(STRING)
    fingerprint: UUID = column(ID)
    rejected_at: dt.datetime = column(MOMENT, default="clock_timestamp()")
    state: str = column(STRING, default="'OPEN'")
    corrected: dict[str, object] | None = column(JSON)
    replay_run_id: UUID | None = column(ID)
    is_pending: bool = column(TRUTH, default="false")
    replays: int = column(INT, default="0")
    settled_at: dt.datetime | None = column(MOMENT)
    settled_by: str | None = column(STRING)
    note: str | None = column(STRING)
    check_id: str | None = column(STRING)
