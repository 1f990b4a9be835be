"""Webhooks as their senders meet them: who an endpoint belongs to, and messages kept for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import orjson

from core.missing import no_connection
from core.records.audit import Act
from core.records.connections import ConnectionStatus
from core.records.webhooks import (
    Acceptance,
    WebhookEndpoint,
    WebhookMessage,
    WebhookSetup,
)
from core.scope import SystemScope, TenantId, TenantScope
from core.webhook_mapping import WebhookMapping
from core.webhook_signing import secret_key
from stores.postgres.audit import acting
from stores.postgres.database import Database
from stores.postgres.sealing import held_key, sealed_for, wrapped_key
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
        async with self._database.unbound() as connection:
            rows = await connection.fetch(_ACCEPT, scope.tenant_id, *_columns(messages))
        return tuple(Acceptance[row["outcome"]] for row in rows)

    async def setups(
        self, scope: TenantScope, connection_ids: Sequence[UUID]
    ) -> dict[UUID, WebhookSetup]:
        """How connections are set up; those that go by the defaults are left out."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_SETUPS, scope.tenant_id, list(connection_ids))
        return {
            row["connection_id"]: WebhookSetup(
                WebhookMapping.from_json(row["mapping"]), row["previous_until"]
            )
            for row in rows
        }

    async def set_mapping(
        self, scope: TenantScope, connection_id: UUID, mapping: WebhookMapping
    ) -> None:
        """Read the connection's events this way from its next page on."""
        subject = f"connection:{connection_id}"
        async with acting(self._database, scope, Act.WEBHOOK_MAPPING_SET, subject) as connection:
            await connection.execute(
                _SET_MAPPING, scope.tenant_id, connection_id, mapping.to_json()
            )

    async def rotate_secret(
        self, scope: TenantScope, connection_id: UUID, secret: str, overlap: timedelta
    ) -> datetime | None:
        """Let `secret` hold at once; answers until when the one before it holds too.

        None when there was none. A secret from before that one ends now.
        """
        place, subject = connection_id.bytes, f"connection:{connection_id}"
        async with acting(
            self._database, scope, Act.WEBHOOK_SECRET_ROTATED, subject, overlap=overlap
        ) as connection:
            await held_key(connection, self._vault, scope)
            row = await connection.fetchrow(_HELD, scope.tenant_id, connection_id)
            if row is None:
                raise no_connection()
            opened = await self._vault.open(
                wrapped_key(row), scope.tenant_id.bytes, place, row["sealed_credentials"]
            )
            parts = {SECRET: secret, PREVIOUS: orjson.loads(opened)[SECRET]}
            sealed = await sealed_for(connection, self._vault, scope, place, orjson.dumps(parts))
            until: datetime | None = await connection.fetchval(
                _ROTATE, scope.tenant_id, connection_id, sealed, overlap
            )
        return until

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


_ACCEPT = "SELECT accept_messages($1, $2, $3, $4, $5, $6) AS outcome"
_SETUPS = """
SELECT connection_id, mapping, previous_until FROM webhook
WHERE tenant_id = $1 AND connection_id = ANY($2)
"""
_SET_MAPPING = """
INSERT INTO webhook (tenant_id, connection_id, mapping) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, connection_id) DO UPDATE SET mapping = excluded.mapping
"""
_HELD = """
SELECT c.sealed_credentials, k.wrapped_key, k.master_key_id
FROM connection c JOIN data_key k ON k.tenant_id = c.tenant_id
WHERE c.tenant_id = $1 AND c.id = $2 AND c.source = 'WEBHOOK'
  AND c.sealed_credentials IS NOT NULL
FOR NO KEY UPDATE OF c
"""
_ROTATE = """
WITH sealed AS (
    UPDATE connection SET sealed_credentials = $3 WHERE tenant_id = $1 AND id = $2
)
INSERT INTO webhook (tenant_id, connection_id, previous_until) VALUES ($1, $2, now() + $4)
ON CONFLICT (tenant_id, connection_id) DO UPDATE SET previous_until = excluded.previous_until
RETURNING previous_until
"""
_SWEEP = "DELETE FROM webhook_message WHERE received_at < now() - $1::interval"
