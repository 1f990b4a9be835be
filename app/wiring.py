"""The composition root: from settings to a running platform."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.embedded import attach, default_home
from app.identity.masters import masters_of
from app.identity.secrets import Secrets, secrets_of
from app.objects import object_place
from app.search import embedder_place, former_place, vector_place
from core.settings import Settings
from stores.postgres.logins import Logins, derive_logins
from stores.wiring import Stores, open_stores


@dataclass(frozen=True, slots=True, repr=False)
class Endpoints:
    """Where the services are and the secrets to use them; out of repr, so out of logs."""

    home: Path
    secrets: Secrets
    logins: Logins
    redis_url: str


@dataclass(frozen=True, slots=True, repr=False)
class Platform:
    """Settings, endpoints and every store of one process."""

    settings: Settings
    endpoints: Endpoints
    stores: Stores


def home_of(settings: Settings) -> Path:
    """The folder of all state."""
    return (settings.home or default_home()).expanduser().resolve()


@contextmanager
def open_endpoints(settings: Settings) -> Iterator[Endpoints]:
    """The services that settings name; the embedded ones for those that they leave out.

    Embedded services run for as long as some process holds this open.
    """
    home = home_of(settings)
    if settings.database_url is not None and settings.redis_url is not None:
        redis_url = settings.redis_url.get_secret_value()
        yield _endpoints(settings, home, settings.database_url.get_secret_value(), redis_url)
        return
    with attach(home) as embedded:
        owner, redis_url = embedded.postgres_url, embedded.redis_url
        if settings.database_url is not None:
            owner = settings.database_url.get_secret_value()
        if settings.redis_url is not None:
            redis_url = settings.redis_url.get_secret_value()
        yield _endpoints(settings, home, owner, redis_url)


@asynccontextmanager
async def open_platform(
    settings: Settings, statement_seconds: float | None = None
) -> AsyncIterator[Platform]:
    """Everything a process needs to work; closed in the opposite order.

    `statement_seconds` bound each SQL statement that is made for a tenant.
    """
    with open_endpoints(settings) as endpoints:
        masters = masters_of(settings, endpoints.home)
        place = object_place(settings, endpoints.home)
        stores = open_stores(
            endpoints.logins,
            endpoints.redis_url,
            masters,
            objects=place,
            embedder=embedder_place(settings),
            former_embedder=former_place(settings),
            vectors=vector_place(settings),
            statement_seconds=statement_seconds,
            statements_kept=settings.database_statements_kept,
        )
        async with stores as opened:
            yield Platform(settings, endpoints, opened)


def _endpoints(settings: Settings, home: Path, owner: str, redis_url: str) -> Endpoints:
    secrets = secrets_of(settings, home)
    app, system = settings.database_app_url, settings.database_system_url
    logins = derive_logins(
        owner,
        secrets.role_secret,
        app=app.get_secret_value() if app else None,
        system=system.get_secret_value() if system else None,
    )
    return Endpoints(home, secrets, logins, redis_url)
