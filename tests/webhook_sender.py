"""A sender of webhooks that signs with the reference library of Standard Webhooks."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

import httpx2
from standardwebhooks import Webhook

from core.commands import ConnectSource, Credentials
from core.records.connections import ConnectionRecord, Level, Source
from core.scope import TenantScope
from core.webhook_signing import new_secret
from stores.wiring import Stores

NUMBERS = count(1)


@dataclass
class Sender:
    """Knows one connection's secret. `secrets` sign each message, the newest first."""

    http: httpx2.AsyncClient
    connection_id: UUID
    secrets: list[str] = field(repr=False)

    async def send(
        self,
        content: Any,
        *,
        message_id: str | None = None,
        sent_at: float | None = None,
        to: object = None,
        **headers: str | bytes | None,
    ) -> httpx2.Response:
        """`headers` replace those of the signature; None leaves one out."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        made: dict[str, Any] = dict(
            self.headers(body, message_id or f"msg_{next(NUMBERS)}", sent_at)
        )
        made |= {name.replace("_", "-"): value for name, value in headers.items()}
        given = {name: value for name, value in made.items() if value is not None}
        path = f"/webhooks/{to or self.connection_id}"
        return await self.http.post(path, content=body, headers=given)

    def headers(self, body: bytes, message_id: str, sent_at: float | None = None) -> dict[str, str]:
        timestamp = int(time.time() if sent_at is None else sent_at)
        moment = datetime.fromtimestamp(timestamp, UTC)
        text = body.decode("latin-1") if not body.isascii() else body.decode()
        signatures = [Webhook(secret).sign(message_id, moment, text) for secret in self.secrets]
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(signatures),
            "content-type": "application/json",
        }


async def webhook_connection(
    stores: Stores, scope: TenantScope, account: str = "shop", **changes: object
) -> tuple[ConnectionRecord, str]:
    """A WEBHOOK connection, and its secret."""
    secret = new_secret()
    fields: dict[str, Any] = {
        "source": Source.WEBHOOK,
        "account_id": account,
        "name": "Shop",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "level": Level.ORDER,
        "look_back_days": 0,
        "credentials": Credentials(Source.WEBHOOK, {"signing_secret": secret}),
    }
    made = await stores.connections.create(scope, ConnectSource(**(fields | changes)))
    return made, secret
