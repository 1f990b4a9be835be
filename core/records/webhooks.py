"""Webhooks: an endpoint as its door knows it, and messages that were let in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from uuid import UUID

from core.records.connections import ConnectionStatus
from core.scope import TenantId
from core.webhook_mapping import WebhookMapping


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """What it takes to check a signature. `version` changes whenever the secrets do.

    `previous_key` holds until `previous_until`, beside the one that came after it.
    """

    tenant_id: TenantId
    connection_id: UUID
    status: ConnectionStatus
    version: str
    key: bytes = field(repr=False)
    previous_key: bytes | None = field(default=None, repr=False)
    previous_until: datetime | None = None

    def keys(self, now: datetime) -> tuple[bytes, ...]:
        """The keys that hold at `now`."""
        if self.previous_key and self.previous_until and now < self.previous_until:
            return self.key, self.previous_key
        return (self.key,)


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """A message whose signature held under the endpoint's `version`; `body` is JSON as sent."""

    connection_id: UUID
    version: str
    id: str
    sent_at: datetime
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebhookSetup:
    """How a connection's events are read, and until when its secret before the last one holds."""

    mapping: WebhookMapping = field(default_factory=WebhookMapping)
    previous_until: datetime | None = None


class Acceptance(Enum):
    """What became of a message."""

    KEPT = auto()
    REPEATED = auto()
    OUTDATED = auto()
    """Not kept: the endpoint has changed since it was looked up. Look again."""
