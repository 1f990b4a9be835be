"""The public door: the deployed app behind a real server, real tokens, and what was issued."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import jwt
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from app.cli.api import server_config
from core.scope import Role
from core.settings import Settings
from stores.postgres.logins import role_password
from tests.serving import serving
from tests.support import MASTER_KEY, Services
from tests.tenancy.documents import abstract_members, document

JWT_SECRET = "planted-jwt-secret-0123456789-0123456789-0123"
GATEWAY_SECRET = "planted-gateway-secret-0123456789"
APP_SECRET = "planted-app-secret-0123456789"
META_TOKEN = "sandbox-token-1001"
META_TOKENS = (META_TOKEN, "sandbox-token-1002", "EAABplanted0123456789refused")

Json = dict[str, Any]
Credentials = Mapping[str, str]
"""Headers of a request, or the payload of a socket's first message."""


def settings_for(services: Services, home: Any, sandbox_url: str) -> Settings:
    return Settings(
        home=home,
        port=0,
        database_url=SecretStr(services.logins.owner or ""),
        redis_url=SecretStr(services.redis_url),
        master_key=SecretStr(base64.b64encode(MASTER_KEY).decode()),
        jwt_secret=SecretStr(JWT_SECRET),
        gateway_secret=SecretStr(GATEWAY_SECRET),
        meta_app_secret=SecretStr(APP_SECRET),
        meta_app_id="102000000000001",
        meta_base_url=sandbox_url,
        worker_heartbeat_seconds=1.0,
        log_level="debug",
    )


def planted() -> set[str]:
    """Every secret that is known before the first request."""
    proofs = {
        hmac.new(APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
        for token in META_TOKENS
    }
    passwords = {role_password(role, MASTER_KEY) for role in ("liftos_app", "liftos_system")}
    keys = {MASTER_KEY.hex(), base64.b64encode(MASTER_KEY).decode()}
    return {JWT_SECRET, GATEWAY_SECRET, APP_SECRET, *META_TOKENS, *proofs, *passwords, *keys}


@dataclass
class Door:
    """A served app. `secrets` grows with every token that is made here."""

    url: str
    http: httpx2.AsyncClient
    secrets: set[str] = field(default_factory=planted)

    def token(
        self,
        tenant_id: UUID,
        *roles: Role,
        lifetime: timedelta = timedelta(hours=1),
        secret: str = JWT_SECRET,
        algorithm: str = "HS256",
        subject: str = "ada",
    ) -> str:
        claims = {
            "sub": subject,
            "org_id": str(tenant_id),
            "roles": [role.value for role in roles],
            "exp": datetime.now(UTC) + lifetime,
        }
        made = jwt.encode(claims, secret, algorithm=algorithm)
        self.secrets.add(made)
        return made

    async def post(self, credentials: Credentials, body: Json) -> httpx2.Response:
        return await self.http.post("/graphql", json=body, headers=dict(credentials))

    async def ask(
        self, token: str, coordinate: str, variables: Json | None = None, on: str | None = None
    ) -> Json:
        """The answer to a root field with these arguments and everything below it."""
        given = variables or {}
        if on is None:
            on = abstract_members(coordinate)[0]
        return await self.say(token, document(coordinate, given, on), given)

    async def say(self, token: str, query: str, variables: Json | None = None) -> Json:
        answer = await self.post(bearer(token), {"query": query, "variables": variables or {}})
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def upload(
        self, credentials: Credentials, body: bytes, name: str = "spend.csv"
    ) -> httpx2.Response:
        return await self.http.post(
            f"/uploads?filename={name}", content=body, headers=dict(credentials)
        )

    @asynccontextmanager
    async def socket(self, payload: Credentials, **headers: str) -> AsyncIterator[ClientConnection]:
        """A socket that has said who it is and has not listened yet."""
        async with connect(
            f"{self.url.replace('http', 'ws', 1)}/graphql",
            subprotocols=[Subprotocol("graphql-transport-ws")],
            additional_headers={name.replace("_", "-"): value for name, value in headers.items()},
        ) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": dict(payload)}))
            yield socket


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def code_of(answer: Json) -> str | None:
    """The code of the answer's only error; None when there is none."""
    errors = answer.get("errors") or []
    assert len(errors) <= 1, errors
    return str(errors[0]["extensions"]["code"]) if errors else None


async def hear(socket: ClientConnection) -> Json:
    async with asyncio.timeout(10):
        heard: Json = json.loads(await socket.recv())
    return heard


async def closing(socket: ClientConnection, unless: str | None = None) -> int:
    """With which code the other side closed the socket; 0 when it said `unless` instead."""
    try:
        while True:
            if (await hear(socket))["type"] == unless:
                return 0
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


async def subscribed(
    door: Door,
    token: str,
    variables: Json,
    until: int = 1,
    coordinate: str = "Subscription.ingestionProgress",
) -> list[Json]:
    """What a subscription tells: `until` messages, or fewer if it ends."""
    heard: list[Json] = []
    query = document(coordinate, variables)
    async with door.socket(bearer(token)) as socket:
        assert (await hear(socket))["type"] == "connection_ack"
        payload = {"query": query, "variables": variables}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        while len(heard) < until:
            message = await hear(socket)
            heard.append(message)
            if message["type"] in {"complete", "error"}:
                break
    return heard


def gateway_headers(
    tenant_id: UUID,
    method: str,
    target: str,
    body: bytes,
    secret: str = GATEWAY_SECRET,
    *,
    nonce: str | None = None,
) -> dict[str, str]:
    """Identity headers signed as the gateway's contract says, spelled out here once more."""
    timestamp = str(int(time.time()))
    digest = hashlib.sha256(body).hexdigest()
    lines = ["liftos-gateway-v1", method, target, timestamp, digest, str(tenant_id), "ada", "admin"]
    lines += [] if nonce is None else ["", nonce]
    mac = hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()
    return {
        "X-Org-Id": str(tenant_id),
        "X-User-Id": "ada",
        "X-User-Roles": "admin",
        "X-Gateway-Timestamp": timestamp,
        "X-Gateway-Body-SHA256": digest,
        "X-Gateway-Signature": mac,
        **({} if nonce is None else {"X-Gateway-Nonce": nonce}),
    }


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Door]:
    async with (
        serving(server_config(settings)) as url,
        httpx2.AsyncClient(base_url=url, timeout=30) as client,
    ):
        yield Door(url, client)


def leaves(value: object) -> Iterable[str]:
    """Every text in a JSON value, keys left out."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, str):
        yield value
