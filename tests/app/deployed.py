"""The app as it is deployed, over the services of this test session."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
from pydantic import SecretStr
from starlette.types import ASGIApp

from app.http.wiring import build_app
from app.identity.mint import mint
from core.scope import Role
from core.settings import Settings
from tests.serving import quiet, serving

SECRET = "a-development-secret-of-enough-length-0123456789"


@asynccontextmanager
async def deployed(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    async with served(build_app(settings)) as client:
        yield client


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[httpx2.AsyncClient]:
    async with (
        serving(quiet(app)) as url,
        httpx2.AsyncClient(base_url=url, timeout=30) as client,
    ):
        yield client


def settings_for(services: Any, tmp_path: Any, **changes: Any) -> Settings:
    fields = {
        "home": tmp_path,
        "database_url": SecretStr(services.logins.owner),
        "redis_url": SecretStr(services.redis_url),
        "master_key": SecretStr(base64.b64encode(bytes(range(32))).decode()),
        "jwt_secret": SecretStr(SECRET),
    }
    return Settings(**(fields | changes))


def bearer(tenant: Any, role: Role = Role.ADMIN) -> dict[str, str]:
    token = mint(Settings(), SECRET, tenant.record.id, role, timedelta(hours=1))
    return {"Authorization": f"Bearer {token}"}
