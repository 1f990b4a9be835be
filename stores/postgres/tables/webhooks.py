"""What webhooks bring: accepted messages, their inbox, and the events of orders."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text

from stores.postgres.tables.columns import (
    BYTES,
    ID,
    INT,
    JSON,
    MOMENT,
    STRING,
    Table,
    column,
    key,
    refers_to,
)


class WebhookRow(Table, table=True):
    """One row per WEBHOOK connection that does not go by the defaults alone.

    `mapping` is core.records.webhooks.WebhookMapping as JSON; until `previous_until` the secret
    before the last rotation holds too.
    """

    __tablename__ = "webhook"
    __table_args__ = (refers_to("connection", "connection_id"),)

    tenant_id: UUID = key(ID)
    connection_id: UUID = key(ID)
    mapping: dict[str, Any] = column(JSON, default="'{}'")
    previous_until: dt.datetime | None = column(MOMENT)


class WebhookMessageRow(Table, table=True):
    """One row per accepted message (its header webhook-id), for as long as it may be repeated."""

    __tablename__ = "webhook_message"
    __table_args__ = (Index("webhook_message_by_age", "received_at"),)

    tenant_id: UUID = key(ID)
    connection_id: UUID = key(ID)
    message_id: str = key(STRING)
    received_at: dt.datetime = column(MOMENT, default="now()")


class WebhookInboxRow(Table, table=True):
    """One row per accepted message that no raw page holds yet; `body` as it came.

    `run_id` and `page`: the run that has taken it, and the number of the page it goes into.
    """

    __tablename__ = "webhook_inbox"
    __table_args__ = (
        refers_to("connection", "connection_id"),
        Index(
            "webhook_inbox_waiting",
            "tenant_id",
            "connection_id",
            "id",
            postgresql_where=text("run_id IS NULL"),
        ),
        Index(
            "webhook_inbox_taken",
            "tenant_id",
            "connection_id",
            "run_id",
            "page",
            postgresql_where=text("run_id IS NOT NULL"),
        ),
    )

    tenant_id: UUID = key(ID)
    id: UUID = key(ID, default="uuidv7()")
    connection_id: UUID = column(ID)
    message_id: str = column(STRING)
    sent_at: dt.datetime = column(MOMENT)
    received_at: dt.datetime = column(MOMENT, default="now()")
    body: bytes = column(BYTES)
    run_id: UUID | None = column(ID)
    page: int | None = column(INT)


class OrderEventRow(Table, table=True):
    """One row per event of an order: `facts` is core.records.webhooks.OrderEvent as JSON."""

    __tablename__ = "order_event"
    __table_args__ = (refers_to("connection", "connection_id"),)

    tenant_id: UUID = key(ID)
    connection_id: UUID = key(ID)
    order_id: str = key(STRING)
    event_id: str = key(STRING)
    facts: dict[str, Any] = column(JSON)
    learned_at: dt.datetime = column(MOMENT, default="now()")
