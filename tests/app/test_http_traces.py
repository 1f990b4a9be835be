"""Who is told a trace; what is in one is asked in tests/graph and tests/conformance."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable

import httpx2

from app.identity.gateway import SignedRequest, signature
from app.identity.headers import Headers
from core.scope import Role
from tests.app.conftest import GATEWAY_SECRET, TENANT, Stand

ASKED = {"apollo-federation-include-trace": "ftv1"}
BODY = json.dumps({"query": "{ actor }"}).encode()


async def extensions(stand: Stand, headers: dict[str, str]) -> dict[str, str] | None:
    async with httpx2.AsyncClient(base_url=stand.url) as http:
        sent = {"Content-Type": "application/json", **headers}
        answer = (await http.post("/graphql", content=BODY, headers=sent)).json()
    assert "actor" in answer["data"]
    found: dict[str, str] | None = answer.get("extensions")
    return found


def signed() -> dict[str, str]:
    identity = {
        "X-Org-Id": str(TENANT),
        "X-User-Id": "ada",
        "X-User-Roles": "viewer",
        "X-Gateway-Timestamp": str(int(time.time())),
    }
    request = SignedRequest("POST", "/graphql", hashlib.sha256(BODY).hexdigest())
    mac = signature(GATEWAY_SECRET, request, Headers.named(identity.items()))
    return identity | {"X-Gateway-Signature": mac}


async def test_a_gateway_that_asks_is_told_a_trace(stand: Stand) -> None:
    told = await extensions(stand, signed() | ASKED)
    assert told is not None
    assert list(told) == ["ftv1"]
    assert b"actor" in base64.b64decode(told["ftv1"], validate=True)
    assert await extensions(stand, signed()) is None


async def test_others_are_told_if_they_may_see_the_schema(
    stand: Stand, make_token: Callable[..., str]
) -> None:
    viewer, analyst = (
        {"Authorization": f"Bearer {make_token(role)}"} for role in (Role.VIEWER, Role.ANALYST)
    )
    assert await extensions(stand, viewer | ASKED) is None
    assert await extensions(stand, analyst | ASKED) is not None
    for other in ("ftv2", "", "FTV1"):
        header = {"apollo-federation-include-trace": other}
        assert await extensions(stand, analyst | header) is None
