"""Webhooks as their senders meet them: who an endpoint belongs to, and messages kept for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import orjson

from core.records.connections import ConnectionStatus
from core.records.webhooks import Acceptance, WebhookEndpoint, WebhookMessage
from core.scope import SystemScope, TenantId, TenantScope
from core.webhook_signing import secret_key
from stores.postgres.database import Database
from stores.postgres.sealing import wrapped_key
from stores.vault import Vault

SECRET = "signing_secret"  # noqa: S105 - the name, not the secret
PREVIOUS = "previous_signing_secret"


class WebhookStore:
    """Endpoints and the inbox; the worker's side is in `webhook_work.py`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def endpoint(self, connection_id: UUID) -> WebhookEndpoint | None:
        """Whose endpoint this is and how it is signed; None when there is no such endpoint."""
        async with self._database.unbound() as connection:
            row = await connection.fetchrow("SELECT * FROM webhook_endpoint($1)", connection_id)
        return await self._endpoint(connection_id, row) if row else None

    async def accept(
        self, scope: TenantScope, messages: Sequence[WebhookMessage]
    ) -> tuple[Acceptance, ...]:
        """Keep messages of one tenant, committed when this returns; what became of each.

        A message id that stands twice among `messages` is kept once.
        """
        async with self._database.write(scope) as connection:
            rows = await connection.fetch(_ACCEPT, scope.tenant_id, *_columns(messages))
        return tuple(Acceptance[row["outcome"]] for row in rows)

    async def sweep(self, scope: SystemScope, older_than: timedelta) -> int:
        """Forget ids of messages that came longer ago; answers how many."""
        async with self._database.system(scope) as connection:
            done = await connection.execute(_SWEEP, older_than)
        return int(done.rpartition(" ")[2])

    async def _endpoint(self, connection_id: UUID, row: asyncpg.Record) -> WebhookEndpoint:
        place = (row["tenant_id"].bytes, connection_id.bytes)
        sealed = row["sealed_credentials"]
        secrets = orjson.loads(await self._vault.open(wrapped_key(row), *place, sealed))
        previous = secrets.get(PREVIOUS)
        return WebhookEndpoint(
            tenant_id=TenantId(row["tenant_id"]),
            connection_id=connection_id,
            status=ConnectionStatus(row["status"]),
            version=row["version"],
            key=secret_key(secrets[SECRET]),
            previous_key=secret_key(previous) if previous else None,
            previous_until=row["previous_until"],
        )


def _columns(messages: Sequence[WebhookMessage]) -> tuple[list[object], ...]:
    return (
        [message.connection_id for message in messages],
        [message.version for message in messages],
        [message.id for message in messages],
        [message.sent_at for message in messages],
        [message.body for message in messages],
    )


# What the door believed of an endpoint is compared with what stands, in the transaction that
# keeps the message: a secret that was rotated or a connection that was paused ends at once, in
# every process.
_ACCEPT = """
WITH sent AS (
    SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::bytea[])
        WITH ORDINALITY AS s (connection_id, version, message_id, sent_at, body, number)
), standing AS (
    SELECT s.*, row_number() OVER (PARTITION BY s.connection_id, s.message_id ORDER BY s.number)
           AS occurrence
    FROM sent s
    JOIN connection c ON c.tenant_id = $1 AND c.id = s.connection_id AND c.status = 'ACTIVE'
        AND md5(c.sealed_credentials) = s.version
), fresh AS (
    INSERT INTO webhook_message (tenant_id, connection_id, message_id)
    SELECT $1, connection_id, message_id FROM standing WHERE occurrence = 1
    ORDER BY connection_id, message_id
    ON CONFLICT DO NOTHING RETURNING connection_id, message_id
), kept AS (
    INSERT INTO webhook_inbox (tenant_id, connection_id, message_id, sent_at, body)
    SELECT $1, t.connection_id, t.message_id, t.sent_at, t.body
    FROM standing t JOIN fresh f USING (connection_id, message_id) WHERE t.occurrence = 1
)
SELECT CASE WHEN t.number IS NULL THEN 'OUTDATED'
            WHEN f.message_id IS NULL OR t.occurrence > 1 THEN 'REPEATED'
            ELSE 'KEPT' END AS outcome
FROM sent s
LEFT JOIN standing t USING (number)
LEFT JOIN fresh f ON f.connection_id = t.connection_id AND f.message_id = t.message_id
ORDER BY s.number
"""
_SWEEP = "DELETE FROM webhook_message WHERE received_at < now() - $1::interval"
