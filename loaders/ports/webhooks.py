"""Port of webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from core.records.webhooks import WebhookSetup
from core.scope import TenantScope
from core.webhook_mapping import WebhookMapping


class WebhookStore(Protocol):
    """How WEBHOOK connections are signed and read."""

    async def setups(
        self, scope: TenantScope, connection_ids: Sequence[UUID]
    ) -> dict[UUID, WebhookSetup]:
        """By connection; those that go by the defaults are left out."""
        ...

    async def set_mapping(
        self, scope: TenantScope, connection_id: UUID, mapping: WebhookMapping
    ) -> None:
        """Read the connection's events this way."""
        ...

    async def rotate_secret(
        self, scope: TenantScope, connection_id: UUID, secret: str, overlap: timedelta
    ) -> datetime | None:
        """Let `secret` hold at once, and the one before until the moment that is answered."""
        ...
