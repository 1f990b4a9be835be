"""What the HTTP app works with while it is up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, cast
from uuid import UUID

from starlette.requests import HTTPConnection

from app.http.webhook_inbox import WebhookInbox
from app.identity.consents import ConsentDoor
from app.identity.door import Door
from app.identity.links import LinkDoor
from app.identity.webhooks import WebhookDoor
from core.records.lineage import UploadRecord
from core.scope import TenantId, TenantScope
from stores.objects import ObjectStore

Probe = Callable[[], Awaitable[None]]
"""Returns when a part of the platform is well; raises what is wrong with it otherwise."""

OpenRuns = Callable[[], Awaitable[Mapping[str, int]]]
"""How many runs of all tenants are in each state that is not final."""

EventLag = Callable[[], Awaitable[Mapping[TenantId, int]]]
"""How many events each tenant's stream lacks, of the tenants whose stream is not level."""

Contexts = Callable[[TenantScope, str], object]
"""The GraphQL context of one operation, from its scope and request id."""


class Uploads(Protocol):
    """Where uploaded files are kept while and after they arrive."""

    async def begin(self, scope: TenantScope, filename: str, media_type: str, /) -> UUID:
        """Announce a file."""
        ...

    async def append(
        self, scope: TenantScope, upload_id: UUID, number: int, body: bytes, /
    ) -> None:
        """Keep one chunk; numbers count from 0."""
        ...

    async def finish(
        self, scope: TenantScope, upload_id: UUID, size_bytes: int, sha256: str, /
    ) -> UploadRecord:
        """The file is complete."""
        ...

    async def abandon(self, scope: TenantScope, upload_id: UUID, /) -> None:
        """Forget a file that was not finished."""
        ...


DeadLetters = Callable[[], Awaitable[int]]
"""How many runs of all tenants ended badly and wait for somebody."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The door of signed messages, and where they are kept."""

    door: WebhookDoor
    inbox: WebhookInbox


@dataclass(frozen=True, slots=True)
class Downloads:
    """The door of links, and where the files behind it lie."""

    door: LinkDoor
    objects: ObjectStore


@dataclass(frozen=True, slots=True)
class Services:
    """Opened by the app's lifespan and closed with it; `probes` are named for /readyz."""

    door: Door
    contexts: Contexts
    uploads: Uploads
    probes: Mapping[str, Probe]
    consents: ConsentDoor | None = None
    open_runs: OpenRuns | None = None
    webhooks: Webhooks | None = None
    downloads: Downloads | None = None
    event_lag: EventLag | None = None
    dead_letters: DeadLetters | None = None


def services_of(connection: HTTPConnection) -> Services:
    """The services of the app that received this request or socket."""
    return cast("Services", connection.state.services)
