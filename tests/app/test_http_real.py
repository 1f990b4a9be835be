"""The deployed app over real services: readiness, uploads, identity."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import jwt
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from app.http.wiring import build_app
from app.identity.mint import mint
from core.scope import Role
from core.settings import Settings

SECRET = "a-development-secret-of-enough-length-0123456789"


@asynccontextmanager
async def deployed(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    async with served(build_app(settings)) as client:
        yield client


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[httpx2.AsyncClient]:
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by a flag only
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        await task


def settings_for(services: Any, tmp_path: Any, **changes: Any) -> Settings:
    fields = {
        "home": tmp_path,
        "database_url": SecretStr(services.logins.owner),
        "redis_url": SecretStr(services.redis_url),
        "master_key": SecretStr(base64.b64encode(bytes(range(32))).decode()),
        "jwt_secret": SecretStr(SECRET),
    }
    return Settings(**(fields | changes))


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bearer(tenant: Any, role: Role = Role.ADMIN) -> dict[str, str]:
    token = mint(Settings(), SECRET, tenant.record.id, role, timedelta(hours=1))
    return {"Authorization": f"Bearer {token}"}


async def test_the_real_platform_is_ready_and_answers_its_tenant(
    services: Any, tmp_path: Any, tenant: Any
) -> None:
    async with deployed(settings_for(services, tmp_path)) as client:
        ready = await client.get("/readyz")
        assert (ready.status_code, set(ready.json()["parts"])) == (
            200,
            {"database", "cache", "queue", "migrations"},
        )
        answer = await client.post(
            "/graphql", json={"query": "{viewer{tenant{slug}}}"}, headers=bearer(tenant)
        )
        assert answer.json() == {"data": {"viewer": {"tenant": {"slug": tenant.record.slug}}}}


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        (lambda port: {"redis_url": SecretStr(f"redis://127.0.0.1:{port}")}, {"cache"}),
        (
            lambda port: {"database_url": SecretStr(f"postgresql://u:hunter2@127.0.0.1:{port}/x")},
            {"database", "queue", "migrations"},
        ),
    ],
    ids=["cache", "database"],
)
async def test_a_dead_service_is_named(
    services: Any, tmp_path: Any, tenant: Any, changes: Any, broken: set[str]
) -> None:
    settings = settings_for(services, tmp_path, **changes(closed_port()))
    async with deployed(settings) as client:
        answer = await client.get("/readyz")
        parts = answer.json()["parts"]
        assert answer.status_code == 503
        assert {name for name, part in parts.items() if not part["ok"]} == broken
        assert "hunter2" not in answer.text
        assert (await client.get("/healthz")).status_code == 200
        if "database" in broken:
            asked = await client.post(
                "/graphql", json={"query": "{viewer{actor}}"}, headers=bearer(tenant)
            )
            assert asked.status_code == 503
            assert asked.json()["errors"][0]["extensions"]["code"] == "TRANSIENT"


async def test_an_upload_is_stored_as_it_was_sent_and_a_broken_one_is_not(
    services: Any, stores: Any, tmp_path: Any, tenant: Any, new_tenant: Any
) -> None:
    body = os.urandom(3_400_000)
    settings = settings_for(services, tmp_path, upload_max_bytes=4_000_000)
    async with deployed(settings) as client:
        kept = await client.post("/uploads?filename=a.csv", content=body, headers=bearer(tenant))
        cut = await client.post(
            "/uploads?filename=b.csv", content=body + body, headers=bearer(tenant)
        )
    assert (kept.status_code, cut.status_code) == (201, 413)
    upload_id = UUID(kept.json()["id"])
    read = b"".join([chunk async for chunk in stores.uploads.chunks(tenant.scope, upload_id)])
    assert hashlib.sha256(read).hexdigest() == kept.json()["sha256"]
    assert read == body
    async with stores.database.read(tenant.scope) as connection:
        assert await connection.fetchval("SELECT count(*) FROM upload") == 1
        assert await connection.fetchval("SELECT count(*) FROM upload_chunk") == 4
    other = await new_tenant()
    foreign = [chunk async for chunk in stores.uploads.chunks(other.scope, upload_id)]
    assert foreign == []


async def test_keys_open_until_they_are_revoked(
    services: Any, stores: Any, tmp_path: Any, tenant: Any
) -> None:
    record, secret = await stores.keys.create(tenant.scope, "causal", frozenset({Role.VIEWER}))
    ask, headers = {"query": "{viewer{actor}}"}, {"X-API-Key": secret}
    async with deployed(settings_for(services, tmp_path)) as client:
        before = await client.post("/graphql", json=ask, headers=headers)
        await stores.keys.revoke(tenant.scope, record.id)
        after = await client.post("/graphql", json=ask, headers=headers)
    assert before.json() == {"data": {"viewer": {"actor": f"key:{record.id}"}}}
    assert after.status_code == 401


class Provider:
    """An identity provider on a port of its own."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.calls = 0

    async def keys(self, _request: Request) -> JSONResponse:
        self.calls += 1
        entry = json.loads(ECAlgorithm.to_jwk(self.key.public_key()))
        return JSONResponse({"keys": [entry | {"kid": "one", "use": "sig"}]})

    def token(self, tenant: Any, key_id: str = "one") -> dict[str, str]:
        claims = {
            "sub": "ada",
            "org_id": str(tenant.record.id),
            "roles": ["viewer"],
            "exp": time.time() + 600,
        }
        signed = jwt.encode(claims, self.key, algorithm="ES256", headers={"kid": key_id})
        return {"Authorization": f"Bearer {signed}"}


async def test_tokens_of_a_real_provider_open_and_others_do_not(
    services: Any, tmp_path: Any, tenant: Any
) -> None:
    provider = Provider()
    async with served(Starlette(routes=[Route("/jwks", provider.keys)])) as idp:
        changes = {"jwks_url": f"{str(idp.base_url).rstrip('/')}/jwks", "jwt_secret": None}
        async with deployed(settings_for(services, tmp_path, **changes)) as client:
            ask = {"query": "{viewer{actor}}"}
            good = await client.post("/graphql", json=ask, headers=provider.token(tenant))
            again = await client.post("/graphql", json=ask, headers=provider.token(tenant))
            ours = await client.post("/graphql", json=ask, headers=bearer(tenant))
            provider.key = ec.generate_private_key(ec.SECP256R1())
            forged = await client.post("/graphql", json=ask, headers=provider.token(tenant))
    assert good.json() == again.json() == {"data": {"viewer": {"actor": "user:ada"}}}
    assert (ours.status_code, forged.status_code) == (401, 401)
    assert provider.calls == 1
    assert not (tmp_path / "secrets" / "jwt_secret").exists()
