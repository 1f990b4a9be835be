"""The door of signed webhooks: a message whose signature holds becomes a scope."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from core.errors import Unauthenticated
from core.records.webhooks import WebhookEndpoint
from core.scope import Entrance, TenantScope
from core.webhook_signing import holds

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
_ID = re.compile(r"[\x21-\x7e]{1,255}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_REMEMBERED = 10_000


class Endpoints(Protocol):
    """Where endpoints are looked up."""

    async def endpoint(self, connection_id: UUID, /) -> WebhookEndpoint | None:
        """The endpoint as it stands now, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as it came; headers are None where they are absent."""

    connection_id: UUID | None
    id: str | None
    timestamp: str | None
    signatures: str | None = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A message whose signature held, and whose it is."""

    scope: TenantScope
    endpoint: WebhookEndpoint
    id: str
    sent_at: datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


class WebhookDoor:
    """Checks signatures, and remembers the endpoints of those that held.

    What is remembered is compared with what stands when a message is kept
    (`Acceptance.OUTDATED`), so nothing here must expire.
    """

    def __init__(
        self, store: Endpoints, tolerance_seconds: int, now: Callable[[], datetime] = _utc_now
    ) -> None:
        self._store = store
        self._tolerance = tolerance_seconds
        self._now = now
        self._known: OrderedDict[UUID, WebhookEndpoint] = OrderedDict()

    async def enter(self, delivery: Delivery) -> Admitted:
        """The scope that the signature opens, or Unauthenticated.

        An endpoint that does not exist is answered as a signature that does not hold.
        """
        message_id, timestamp = self._dated(delivery)
        endpoint = await self._signer(delivery, message_id, timestamp)
        if endpoint is None:
            raise Unauthenticated(
                "the signature does not hold",
                field=SIGNATURE,
                mend=(
                    "sign `id.timestamp.body` with the connection's secret, and send the body as "
                    "it was signed, to the address that connectSource answered"
                ),
            )
        return Admitted(
            TenantScope(
                endpoint.tenant_id, actor=f"webhook:{endpoint.connection_id}", door=Entrance.WEBHOOK
            ),
            endpoint,
            message_id,
            datetime.fromtimestamp(timestamp, UTC),
        )

    def forget(self, connection_id: UUID) -> None:
        """Look the endpoint up again when its next message comes."""
        self._known.pop(connection_id, None)

    def _dated(self, delivery: Delivery) -> tuple[str, int]:
        """The message's id and time; refused before anything is looked up."""
        if delivery.id is None or not _ID.fullmatch(delivery.id):
            raise _misshapen(ID, "an id of 1 to 255 visible ASCII characters")
        if delivery.timestamp is None or not _TIMESTAMP.fullmatch(delivery.timestamp):
            raise _misshapen(TIMESTAMP, "the time of sending in Unix seconds")
        timestamp = int(delivery.timestamp)
        if abs(self._now().timestamp() - timestamp) > self._tolerance:
            raise Unauthenticated(
                f"the time of sending is not within {self._tolerance} seconds of ours",
                field=TIMESTAMP,
                mend="set the sender's clock, and sign each attempt anew with its own time",
            )
        if not delivery.signatures:
            raise _misshapen(SIGNATURE, "a signature such as `v1,` and base64")
        return delivery.id, timestamp

    async def _signer(
        self, delivery: Delivery, message_id: str, timestamp: int
    ) -> WebhookEndpoint | None:
        if delivery.connection_id is None:
            return None
        known = self._known.get(delivery.connection_id)
        if known is not None and self._holds(known, delivery, message_id, timestamp):
            self._known.move_to_end(known.connection_id)
            return known
        found = await self._store.endpoint(delivery.connection_id)
        if found is None or not self._holds(found, delivery, message_id, timestamp):
            return None
        self._remember(found)
        return found

    def _holds(
        self, endpoint: WebhookEndpoint, delivery: Delivery, message_id: str, timestamp: int
    ) -> bool:
        keys = endpoint.keys(self._now())
        return holds(keys, message_id, timestamp, delivery.body, delivery.signatures or "")

    def _remember(self, endpoint: WebhookEndpoint) -> None:
        self._known[endpoint.connection_id] = endpoint
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


def _misshapen(header: str, wanted: str) -> Unauthenticated:
    return Unauthenticated(
        f"the header {header} is missing or misshapen", field=header, mend=f"send {wanted}"
    )
