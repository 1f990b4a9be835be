"""The HTTP app over stand-ins, behind a real server on a real port."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx2
import pytest
import strawberry
import uvicorn

from app.http.factory import create_app
from app.http.services import Services
from app.identity.door import Door
from app.identity.gateway import Gateway
from app.identity.keys import ApiKeys
from app.identity.mint import mint
from app.identity.tokens import Tokens
from core.errors import NotFound
from core.records.lineage import UploadRecord
from core.records.tenants import ApiKeyRecord, TenantRecord
from core.scope import Role, TenantId, TenantScope
from core.settings import Settings

SECRET = "a-development-secret-of-enough-length-0123456789"
GATEWAY_SECRET = "the-gateway-secret"
TENANT = TenantId(UUID("00000000-0000-4000-8000-000000000001"))


class FakeTenants:
    async def current(self, scope: TenantScope) -> TenantRecord:
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


class FakeKeys:
    async def authenticate(self, secret_text: str) -> tuple[TenantId, ApiKeyRecord] | None:
        del secret_text
        return None


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


@dataclass
class FakeContext:
    scope: TenantScope
    request_id: str
    number: UUID = field(default_factory=uuid4)


@strawberry.type
class Query:
    @strawberry.field
    def actor(self, info: strawberry.Info[FakeContext, None]) -> str:
        return info.context.scope.actor

    @strawberry.field
    def context_id(self, info: strawberry.Info[FakeContext, None]) -> str:
        return f"{info.context.number} {info.context.request_id}"

    @strawberry.field
    def echo(self, text: str) -> str:
        return text


@strawberry.type
class Mutation:
    @strawberry.mutation
    def touch(self) -> bool:
        return True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self, seconds: float = 0.05) -> AsyncGenerator[int, None]:
        for number in range(1000):
            yield number
            await asyncio.sleep(seconds)


@dataclass
class Stand:
    """The app over stand-ins, and what they saw."""

    uploads: FakeUploads = field(default_factory=FakeUploads)
    failing: dict[str, Exception | float] = field(default_factory=dict)
    url: str = ""

    @asynccontextmanager
    async def services(self) -> AsyncIterator[Services]:
        yield Services(
            door=Door(
                Tokens(SECRET, None), ApiKeys(FakeKeys()), Gateway(GATEWAY_SECRET), FakeTenants()
            ),
            contexts=FakeContext,
            uploads=self.uploads,
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


@asynccontextmanager
async def serving(stand: Stand, settings: Settings) -> AsyncIterator[Stand]:
    app = create_app(settings, strawberry.Schema(Query, Mutation, Subscription), stand.services)
    config = uvicorn.Config(
        app, port=0, log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by a flag only
        await asyncio.sleep(0.01)
    stand.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield stand
    finally:
        server.should_exit = True
        await task


Serve = Callable[[Settings], AbstractAsyncContextManager[Stand]]


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    settings = Settings(request_max_bytes=20_000, upload_max_bytes=5_000_000)
    async with serving(Stand(), settings) as served:
        yield served


@pytest.fixture
def serve() -> Serve:
    return lambda settings: serving(Stand(), settings)


@pytest.fixture
def make_token() -> Callable[..., str]:
    return token


@pytest.fixture
async def http(stand: Stand) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {token()}"}
    async with httpx2.AsyncClient(base_url=stand.url, headers=headers, timeout=30) as client:
        yield client
