"""What the HTTP app works with while it is up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, cast
from uuid import UUID

from starlette.requests import HTTPConnection

from app.http.embedding_metrics import EmbeddingTotals
from app.http.graphql_requests import Asked
from app.http.search_metrics import SearchLag
from app.http.webhook_inbox import WebhookInbox
from app.identity.consents import ConsentDoor
from app.identity.door import Door
from app.identity.links import LinkDoor
from app.identity.standing import Standing
from app.identity.webhooks import WebhookDoor
from core.records.audit import Act
from core.records.lineage import UploadRecord
from core.records.quotas import Quota
from core.scope import TenantId, TenantScope
from core.search.tally import SearchTally
from core.time_limit import TimeLimit
from loaders.answers import Tally
from resolvers.following import Cursor
from resolvers.limits import Spent
from stores.objects import ObjectStore

Probe = Callable[[], Awaitable[None]]
"""Returns when a part of the platform is well; raises what is wrong with it otherwise."""

OpenRuns = Callable[[], Awaitable[Mapping[str, int]]]
"""How many runs of all tenants are in each state that is not final."""

EventLag = Callable[[], Awaitable[Mapping[TenantId, int]]]
"""How many events each tenant's stream lacks, of the tenants whose stream is not level."""


class OperationContext(Protocol):
    """What resolvers find in `info.context`; one for each operation."""

    time_limit: TimeLimit
    renders: bool

    def close(self) -> None:
        """The operation has ended: end what it left running."""
        ...


class Contexts(Protocol):
    """Makes the GraphQL context of one operation."""

    def __call__(
        self, scope: TenantScope, request_id: str, cursor: Cursor | None = None, /
    ) -> OperationContext:
        """From its scope and request id; a subscription keeps `cursor` up to date."""
        ...


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


@dataclass(frozen=True, slots=True)
class NamedOperation:
    """A registered document and its id."""

    id: str
    name: str
    document: str


class Operations(Protocol):
    """Which document an operation is carried out with, and whether it may be."""

    async def admit(self, scope: TenantScope, asked: Asked, /) -> Asked:
        """What is asked, with its document; a LiftosError where there is none to carry out."""
        ...

    async def named(self, scope: TenantScope, client: str, name: str, /) -> NamedOperation:
        """What that client registered under that name, or NotFound."""
        ...


class Audit(Protocol):
    """Where acts are kept that leave nothing else behind."""

    async def note(
        self, scope: TenantScope, act: Act, subject: str | None = None, /, **details: object
    ) -> None:
        """Add a line to the audit log; once a minute for what repeats."""
        ...


class SingleUses(Protocol):
    """Proofs that let somebody write but once."""

    async def take(self, scope: TenantScope, /) -> None:
        """Use the scope's proof; Conflict where somebody else did."""
        ...


DeadLetters = Callable[[], Awaitable[int]]
"""How many runs of all tenants ended badly and wait for somebody."""


StorageQuota = Callable[[TenantScope], Awaitable[Quota]]
"""What a tenant keeps, and how much it may."""


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
    audit: Audit
    single_uses: SingleUses
    operations: Operations
    probes: Mapping[str, Probe]
    standing: Standing
    consents: ConsentDoor | None = None
    open_runs: OpenRuns | None = None
    webhooks: Webhooks | None = None
    downloads: Downloads | None = None
    event_lag: EventLag | None = None
    dead_letters: DeadLetters | None = None
    spent: Spent | None = None
    kept: Tally | None = None
    storage: StorageQuota | None = None
    searched: SearchTally | None = None
    search_lag: SearchLag | None = None
    embedding_totals: EmbeddingTotals | None = None
    embedding_price: Decimal | None = None


def services_of(connection: HTTPConnection) -> Services:
    """The services of the app that received this request or socket."""
    return cast("Services", connection.state.services)
