"""The HTTP app over stand-ins, behind a real server on a real port."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx2
import pytest
import strawberry
from strawberry.schema import BaseSchema

from app.http.factory import create_app
from app.http.graphql_requests import Asked
from app.http.services import NamedOperation, Services
from app.identity.door import Door
from app.identity.gateway import Gateway
from app.identity.keys import ApiKeys
from app.identity.mint import mint
from app.identity.standing import Standing
from app.identity.tokens import Tokens
from core.errors import BadInput, NotFound
from core.records.audit import Act
from core.records.lineage import UploadRecord
from core.records.tenants import ApiKeyRecord, TenantRecord
from core.scope import Role, TenantId, TenantScope
from core.settings import Settings
from core.time_limit import TimeLimit
from graph.extensions import ValidationCodes
from graph.operation_choice import ChosenOperation
from graph.pacing import Paced
from graph.schema import LiftosSchema
from resolvers.following import Cursor
from tests.serving import quiet, serving

SECRET = "a-development-secret-of-enough-length-0123456789"
GATEWAY_SECRET = "the-gateway-secret"
TENANT = TenantId(UUID("00000000-0000-4000-8000-000000000001"))


@dataclass
class FakeTenants:
    """One tenant, unless it is gone or nobody can be asked."""

    failure: Exception | None = None

    async def current(self, scope: TenantScope) -> TenantRecord:
        if self.failure is not None:
            raise self.failure
        if scope.tenant_id != TENANT:
            raise NotFound("no such tenant")
        return TenantRecord(
            id=TENANT,
            slug="north",
            name="North",
            countries=("DE",),
            fiscal_start_month=1,
            fiscal_year_named_by_end=True,
            reporting_currency="EUR",
            tier="PRO",
            created_at=datetime.now(UTC),
        )


@dataclass
class FakeKeys:
    """Keys by their text."""

    kept: dict[str, ApiKeyRecord] = field(default_factory=dict)

    async def authenticate(self, texts: Sequence[str]) -> dict[str, tuple[TenantId, ApiKeyRecord]]:
        return {text: (TENANT, self.kept[text]) for text in texts if text in self.kept}

    async def all(self, scope: TenantScope) -> tuple[ApiKeyRecord, ...]:
        assert scope.tenant_id == TENANT
        return tuple(self.kept.values())


class FakeSingleUses:
    """Counts nothing: the real one is tried on the deployed app."""

    async def take(self, scope: TenantScope) -> None:
        del scope


@dataclass
class FakeAudit:
    """Keeps what was noted."""

    noted: list[tuple[str, str | None, dict[str, object]]] = field(default_factory=list)

    async def note(
        self, scope: TenantScope, act: Act, subject: str | None = None, /, **details: object
    ) -> None:
        self.noted.append((act, subject, {"actor": scope.actor, **details}))


@dataclass
class FakeUploads:
    """Keeps sizes and hashes, not bodies: a test sends more than it could hold."""

    open: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    done: dict[UUID, UploadRecord] = field(default_factory=dict)
    chunks: list[int] = field(default_factory=list)
    abandoned: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    async def begin(self, scope: TenantScope, filename: str, media_type: str) -> UUID:
        del scope
        upload_id = uuid4()
        self.open[upload_id] = (filename, media_type)
        return upload_id

    async def append(self, scope: TenantScope, upload_id: UUID, number: int, body: bytes) -> None:
        del scope
        assert upload_id in self.open
        assert number == len(self.chunks)
        self.chunks.append(len(body))
        self.digest.update(body)

    async def finish(
        self, scope: TenantScope, upload_id: UUID, size_bytes: int, sha256: str
    ) -> UploadRecord:
        del scope
        filename, media_type = self.open.pop(upload_id)
        now = datetime.now(UTC)
        record = UploadRecord(upload_id, filename, media_type, size_bytes, sha256, now)
        self.done[upload_id] = record
        return record

    async def abandon(self, scope: TenantScope, upload_id: UUID) -> None:
        del scope
        self.open.pop(upload_id)
        self.abandoned += 1


class AnyOperation:
    async def admit(self, scope: TenantScope, asked: Asked) -> Asked:
        del scope
        return asked

    async def named(self, scope: TenantScope, client: str, name: str) -> NamedOperation:
        del scope
        raise NotFound(f"{client} has no {name}")


@dataclass
class FakeContext:
    scope: TenantScope
    request_id: str
    cursor: Cursor | None = None
    number: UUID = field(default_factory=uuid4)
    time_limit: TimeLimit = field(default_factory=TimeLimit)
    renders: bool = False

    def close(self) -> None:
        """Nothing is left over."""


COUNTED: list[int] = []
UNFORESEEN = "password=hunter2"


FILLED: list[int] = []
"""A number for each result of `filling` that was made."""


@strawberry.type
class Query:
    @strawberry.field
    def counted(self) -> int:
        return COUNTED[-1]

    @strawberry.field
    def actor(self, info: strawberry.Info[FakeContext, None]) -> str:
        return info.context.scope.actor

    @strawberry.field
    def context_id(self, info: strawberry.Info[FakeContext, None]) -> str:
        return f"{info.context.number} {info.context.request_id}"

    @strawberry.field
    def long(self) -> str:
        return "long " * 10_000

    @strawberry.field
    def broken(self) -> str:
        raise RuntimeError(UNFORESEEN)

    @strawberry.field
    def echo(self, text: str) -> str:
        return text


@strawberry.type
class Mutation:
    @strawberry.mutation
    def touch(self) -> bool:
        return True

    @strawberry.mutation
    async def count(self) -> int:
        COUNTED.append(len(COUNTED))
        await asyncio.sleep(0)
        return COUNTED[-1]


@strawberry.type
class Late:
    """The first is told at once; the others never."""

    number: int

    @strawberry.field
    async def told(self) -> int:
        if self.number:
            await asyncio.sleep(3600)
        return self.number


@strawberry.type
class Subscription:
    @strawberry.subscription(extensions=[Paced()])  # type: ignore[untyped-decorator]
    async def lates(self) -> AsyncGenerator[Late, None]:
        for number in range(1000):
            yield Late(number=number)

    @strawberry.subscription(extensions=[Paced()])  # type: ignore[untyped-decorator]
    async def ticks(self, seconds: float = 0.05) -> AsyncGenerator[int, None]:
        for number in range(1000):
            yield number
            await asyncio.sleep(seconds)

    @strawberry.subscription
    async def counted(
        self, info: strawberry.Info[FakeContext, None], after: int = 0, until: int = 3
    ) -> AsyncGenerator[int, None]:
        """Numbers of events, as those of runs are told."""
        cursor = info.context.cursor
        assert cursor is not None
        for number in range((cursor.after(after) or 0) + 1, until + 1):
            cursor.reached = number
            yield number

    @strawberry.subscription
    async def filling(self, kilobytes: int = 256) -> AsyncGenerator[str, None]:
        """More than any buffer between us and a reader holds; counted in `filled`."""
        while True:
            FILLED.append(kilobytes)
            yield "x" * kilobytes * 1024

    @strawberry.subscription
    async def failing(self) -> AsyncGenerator[int, None]:
        yield 1
        raise BadInput("nothing more", field="after")

    @strawberry.subscription
    async def breaking(self) -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError(UNFORESEEN)

    @strawberry.subscription
    async def silent(self) -> AsyncGenerator[int, None]:
        await asyncio.sleep(3600)
        yield 1


@dataclass
class Stand:
    """The app over stand-ins, and what they saw."""

    uploads: FakeUploads = field(default_factory=FakeUploads)
    audit: FakeAudit = field(default_factory=FakeAudit)
    failing: dict[str, Exception | float] = field(default_factory=dict)
    url: str = ""
    keys: FakeKeys = field(default_factory=FakeKeys)
    tenants: FakeTenants = field(default_factory=FakeTenants)

    def __post_init__(self) -> None:
        self.standing = Standing(self.tenants, self.keys, seconds=60)

    @asynccontextmanager
    async def services(self) -> AsyncIterator[Services]:
        yield Services(
            door=Door(
                Tokens(SECRET, None), ApiKeys(self.keys), Gateway(GATEWAY_SECRET), self.tenants
            ),
            contexts=FakeContext,
            uploads=self.uploads,
            audit=self.audit,
            single_uses=FakeSingleUses(),
            operations=AnyOperation(),
            standing=self.standing,
            probes={name: self._probe(name) for name in ("database", "cache", "queue")},
        )

    def _probe(self, name: str) -> Callable[[], asyncio.Future[None]]:
        async def probe() -> None:
            failure = self.failing.get(name)
            if isinstance(failure, Exception):
                raise failure
            if failure is not None:
                await asyncio.sleep(failure)

        return lambda: asyncio.ensure_future(probe())

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


def token(role: Role = Role.ANALYST, lifetime: timedelta = timedelta(hours=1)) -> str:
    return mint(Settings(), SECRET, TENANT, role, lifetime)


def schema() -> LiftosSchema:
    """Small, with the rules that hold for a document as such."""
    return LiftosSchema(
        Query,
        Mutation,
        Subscription,
        extensions=[ChosenOperation, ValidationCodes],
        federation_version="2.9",
    )


@asynccontextmanager
async def standing(
    stand: Stand, settings: Settings, other: BaseSchema | None = None
) -> AsyncIterator[Stand]:
    app = create_app(settings, other or schema(), stand.services)
    config = quiet(app, timeout_graceful_shutdown=1, ws_max_size=settings.request_max_bytes)
    async with serving(config) as stand.url:
        yield stand


Serve = Callable[[Settings], AbstractAsyncContextManager[Stand]]


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    settings = Settings(request_max_bytes=20_000, upload_max_bytes=5_000_000)
    async with standing(Stand(), settings) as served:
        yield served


@pytest.fixture
def serve() -> Serve:
    return lambda settings: standing(Stand(), settings)


@pytest.fixture
def make_token() -> Callable[..., str]:
    return token


@pytest.fixture
async def http(stand: Stand) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {token()}"}
    async with httpx2.AsyncClient(base_url=stand.url, headers=headers, timeout=30) as client:
        yield client
