"""The deployed app over real services: readiness, uploads, identity."""

from __future__ import annotations

import hashlib
import json
import os
import time
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from core.scope import Role
from tests.app.deployed import bearer, deployed, served, settings_for
from tests.support import free_port


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
        assert answer.json()["data"] == {"viewer": {"tenant": {"slug": tenant.record.slug}}}


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
    settings = settings_for(services, tmp_path, **changes(free_port()))
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
    assert before.json()["data"] == {"viewer": {"actor": f"key:{record.id}"}}
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
    assert good.json()["data"] == again.json()["data"] == {"viewer": {"actor": "user:ada"}}
    assert (ours.status_code, forged.status_code) == (401, 401)
    assert provider.calls == 1
    assert not (tmp_path / "secrets" / "jwt_secret").exists()
