"""Every door, and every credential that must not open it."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from starlette.routing import Mount, Route, WebSocketRoute

from app.http.wiring import build_app
from app.recent import FRESH_SECONDS
from core.commands import CreateTenant
from core.scope import Role, SystemScope
from tests.support import scope_of
from tests.tenancy.door import (
    Door,
    bearer,
    closing,
    gateway_headers,
    hear,
    leaves,
)
from tests.tenancy.party import Ground, Parties, checksums
from tests.tenancy.rows import told

Sign = Callable[[str, str, bytes], Mapping[str, str]]
"""Credentials for a method, a target and a body."""

GUARDED = {
    "GET /graphql",
    "POST /graphql",
    "POST /uploads",
    "POST /marketing/export/causal",
    "POST /mcp",
    "GET /marketing/calendar/{year}",
    "GET /marketing/insights",
    "POST /marketing/insights",
    "GET /marketing/search",
    "POST /marketing/search",
    "POST /marketing/ingest",
    "POST /marketing/transform",
    *(f"{method} /operations/{{client}}/{{name}}" for method in ("GET", "HEAD", "POST")),
    "SOCKET /graphql",
}
SIGNED = {"POST /webhooks/{connection_id}"}
"""tests/app/test_http_webhooks.py brings the wrong tenants here."""
STATED = {"GET /oauth/callback/{source}", "HEAD /oauth/callback/{source}"}
"""tests/app/test_http_consents.py brings the wrong states here."""
LINKED = {"GET /exports/{token}/{file}", "HEAD /exports/{token}/{file}"}
"""test_links.py and tests/app/test_http_exports.py bring the wrong links here."""
OPEN = {"GET /healthz", "GET /readyz", "GET /metrics", "GET /openapi.json", "MOUNT /graphiql"}
"""What describes the predecessor's routes is the same for everybody: tests/client."""
QUERY = "{viewer{tenant{slug}}}"
FILE = b"Date,Spend\n2026-10-01,1\n"
LEGACY = b'{"date_range_start": "2026-10-01", "date_range_end": "2026-10-02"}'

ROWS = b"""{"data_source": "meta_business", "data_entries": [{"spend": 1}],
"date_range_start": "2026-10-01", "date_range_end": "2026-10-01"}"""


def routes(router: Any) -> set[str]:
    """Every way in, as FastAPI holds it: routers that were included keep their own routes."""
    found = set()
    for route in router.routes:
        if isinstance(route, Mount):
            found.add(f"MOUNT {route.path}")
        elif isinstance(route, WebSocketRoute):
            found.add(f"SOCKET {route.path}")
        elif isinstance(route, Route):
            # An endpoint without methods of its own takes them all; it answers these two.
            found |= {f"{method} {route.path}" for method in route.methods or ("GET", "POST")}
        else:
            found |= routes(route.original_router)
    return found


def test_every_route_is_guarded_or_known_to_be_open(ground: Ground) -> None:
    assert routes(build_app(ground.settings)) == GUARDED | SIGNED | STATED | LINKED | OPEN


async def test_open_routes_say_nothing_of_any_tenant(
    door: Door, parties: Parties, marks: frozenset[str]
) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        answer = await door.http.get(path)
        assert answer.status_code == 200
        for mark in (*marks, str(parties.a.id), parties.a.record.slug, parties.a.record.name):
            assert mark not in answer.text


async def at_post(door: Door, sign: Sign) -> tuple[int, str]:
    body = b'{"query":"%s"}' % QUERY.encode()
    headers = {**sign("POST", "/graphql", body), "Content-Type": "application/json"}
    answer = await door.http.post("/graphql", content=body, headers=headers)
    return answer.status_code, answer.text


async def at_get(door: Door, sign: Sign) -> tuple[int, str]:
    target = f"/graphql?query={QUERY}"
    headers = sign("GET", target, b"")
    answer = await door.http.get(target, headers={**headers, "Accept": "application/json"})
    return answer.status_code, answer.text


async def at_batch(door: Door, sign: Sign) -> tuple[int, str]:
    body = b'[{"query":"%s"},{"query":"%s"}]' % (QUERY.encode(), QUERY.encode())
    headers = {**sign("POST", "/graphql", body), "Content-Type": "application/json"}
    answer = await door.http.post("/graphql", content=body, headers=headers)
    return answer.status_code, answer.text


async def at_events(door: Door, sign: Sign) -> tuple[int, str]:
    return await _streamed(door, sign, "text/event-stream")


async def at_parts(door: Door, sign: Sign) -> tuple[int, str]:
    return await _streamed(door, sign, 'multipart/mixed; subscriptionSpec="1.0"')


async def _streamed(door: Door, sign: Sign, accept: str) -> tuple[int, str]:
    body = b'{"query":"%s"}' % QUERY.encode()
    headers = {**sign("POST", "/graphql", body), "Content-Type": "application/json"}
    answer = await door.http.post("/graphql", content=body, headers={**headers, "Accept": accept})
    return answer.status_code, answer.text


async def at_operation(door: Door, sign: Sign) -> tuple[int, str]:
    target = "/operations/graphiql/Start"
    answer = await door.http.get(target, headers=sign("GET", target, b""))
    return answer.status_code, answer.text


async def at_posted_operation(door: Door, sign: Sign) -> tuple[int, str]:
    target = "/operations/graphiql/Start"
    headers = {**sign("POST", target, b"{}"), "Content-Type": "application/json"}
    answer = await door.http.post(target, content=b"{}", headers=headers)
    return answer.status_code, answer.text


async def at_uploads(door: Door, sign: Sign) -> tuple[int, str]:
    headers = sign("POST", "/uploads?filename=spend.csv", FILE)
    answer = await door.upload(headers, FILE)
    return answer.status_code, answer.text


async def at_legacy_export(door: Door, sign: Sign) -> tuple[int, str]:
    target = "/marketing/export/causal?target_metric=revenue"
    answer = await door.http.post(target, content=LEGACY, headers=sign("POST", target, LEGACY))
    return answer.status_code, answer.text


async def at_legacy_calendar(door: Door, sign: Sign) -> tuple[int, str]:
    target = "/marketing/calendar/2026"
    answer = await door.http.get(target, headers=sign("GET", target, b""))
    return answer.status_code, answer.text


async def at_legacy_insights(door: Door, sign: Sign) -> tuple[int, str]:
    target = "/marketing/insights"
    answer = await door.http.post(target, content=LEGACY, headers=sign("POST", target, LEGACY))
    return answer.status_code, answer.text


async def at_asked_insights(door: Door, sign: Sign) -> tuple[int, str]:
    target = "/marketing/insights?date_range_start=2026-10-01&date_range_end=2026-10-02"
    answer = await door.http.get(target, headers=sign("GET", target, b""))
    return answer.status_code, answer.text


async def at_legacy_search(door: Door, sign: Sign) -> tuple[int, str]:
    target = "/marketing/search?query=what"
    answer = await door.http.get(target, headers=sign("GET", target, b""))
    return answer.status_code, answer.text


async def at_legacy_rows(door: Door, sign: Sign) -> tuple[int, str]:
    target = "/marketing/transform"
    answer = await door.http.post(target, content=ROWS, headers=sign("POST", target, ROWS))
    return answer.status_code, answer.text


async def at_mcp(door: Door, sign: Sign) -> tuple[int, str]:
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}'
    headers = {**sign("POST", "/mcp", body), "Content-Type": "application/json"}
    accept = "application/json, text/event-stream"
    answer = await door.http.post("/mcp", content=body, headers={**headers, "Accept": accept})
    return answer.status_code, answer.text


async def at_socket_payload(door: Door, sign: Sign) -> tuple[int, str]:
    async with door.socket(sign("GET", "/graphql", b"")) as socket:
        return await _let_in(socket)


async def at_socket_handshake(door: Door, sign: Sign) -> tuple[int, str]:
    async with door.socket({}, **dict(sign("GET", "/graphql", b""))) as socket:
        return await _let_in(socket)


async def _let_in(socket: Any) -> tuple[int, str]:
    code = await closing(socket, unless="connection_ack")
    return (200, "") if code == 0 else (401 if code == 4403 else code, "UNAUTHENTICATED")


DOORS = (
    at_post,
    at_get,
    at_batch,
    at_events,
    at_parts,
    at_operation,
    at_posted_operation,
    at_uploads,
    at_legacy_export,
    at_legacy_calendar,
    at_legacy_insights,
    at_asked_insights,
    at_legacy_search,
    at_legacy_rows,
    at_mcp,
    at_socket_payload,
    at_socket_handshake,
)


@pytest.fixture(scope="module")
async def gone(ground: Ground) -> tuple[str, str]:
    """A token and a key of a tenant that was deleted."""
    reason = SystemScope(reason="tests of tenancy")
    command = CreateTenant(slug=f"gone-{uuid4().hex[:8]}", name="Gone")
    record = await ground.stores.tenants.create(reason, command)
    _, key = await ground.stores.keys.create(scope_of(record), "causal", frozenset({Role.ADMIN}))
    token = ground.door.token(record.id, Role.ADMIN)
    assert (await at_get(ground.door, lambda *_: {"X-API-Key": key}))[0] == 200
    async with ground.stores.database.system(reason) as connection:
        await connection.execute("DELETE FROM tenant WHERE tenant_id = $1", record.id)
    await asyncio.sleep(FRESH_SECONDS)
    return token, key


def signed(tenant: UUID, **changes: str) -> Sign:
    return lambda method, target, body: gateway_headers(tenant, method, target, body) | changes


def crossed(a: str, b: str) -> str:
    """A key made of B's id and A's secret."""
    mine, theirs = (base64.urlsafe_b64decode(key.removeprefix("lok_")) for key in (a, b))
    return "lok_" + base64.urlsafe_b64encode(theirs[:16] + mine[16:]).decode()


def refused(door: Door, parties: Parties, gone: tuple[str, str]) -> dict[str, Sign]:
    a, b = parties.a, parties.b
    whole = door.token(b.id, Role.ADMIN)
    head, claims, _ = whole.split(".")
    unsigned = jwt.encode(jwt.decode(whole, options={"verify_signature": False}), "", "none")
    stolen = f"{head}.{claims}.{a.token.split('.')[2]}"
    tokens = {
        "expired": door.token(b.id, Role.ADMIN, lifetime=timedelta(minutes=-1)),
        "signed by another": door.token(b.id, Role.ADMIN, secret="x" * 40),
        "with a's signature": stolen,
        "unsigned": unsigned,
        "of a deleted tenant": gone[0],
        "of no tenant": door.token(uuid4(), Role.ADMIN),
    }
    keys = {
        "revoked": b.keys["revoked"],
        "expired": b.keys["expired"],
        "of a deleted tenant": gone[1],
        "of b's id and a's secret": crossed(a.keys["good"], b.keys["good"]),
    }
    plain = {"X-Org-Id": str(b.id), "X-User-Id": "ada", "X-User-Roles": "admin"}
    forged = {
        "unsigned": lambda *_: plain,
        "beside a token": lambda *_: plain | bearer(a.token),
        "beside a key": lambda *_: {"X-Org-Id": str(b.id), "X-API-Key": a.keys["good"]},
        "signed by another": lambda method, target, body: gateway_headers(
            b.id, method, target, body, secret="guess"
        ),
        "signed for a": lambda *call: gateway_headers(a.id, *call) | {"X-Org-Id": str(b.id)},
        "with more roles": signed(b.id, **{"X-User-Roles": "admin,developer"}),
        "too old": signed(b.id, **{"X-Gateway-Timestamp": str(int(time.time()) - 61)}),
        "for another path": lambda method, _, body: gateway_headers(b.id, method, "/x", body),
        "for another body": lambda method, target, _: gateway_headers(b.id, method, target, b"x"),
        "under a name that nothing signs": lambda *call: (
            gateway_headers(a.id, *call) | {"X-Organization-Id": str(b.id)}
        ),
    }
    return {
        "nothing": lambda *_: {},
        "two credentials": lambda *_: bearer(a.token) | {"X-API-Key": b.keys["good"]},
        **{f"token {name}": lambda *_, text=text: bearer(text) for name, text in tokens.items()},
        **{f"key {name}": lambda *_, text=text: {"X-API-Key": text} for name, text in keys.items()},
        **{f"key {name} as bearer": lambda *_, t=text: bearer(t) for name, text in keys.items()},
        **{f"gateway {name}": sign for name, sign in forged.items()},
    }


async def test_no_door_opens_to_what_does_not_hold(
    ground: Ground, parties: Parties, gone: tuple[str, str], marks: frozenset[str]
) -> None:
    before = await checksums(ground, parties.a, parties.b)
    attempts = refused(ground.door, parties, gone)
    for name, sign in attempts.items():
        for door in DOORS:
            status, text = await door(ground.door, sign)
            assert (status, "UNAUTHENTICATED" in text) == (401, True), (name, door, status, text)
            assert told(leaves([text])) & marks == set()
    assert await checksums(ground, parties.a, parties.b) == before


async def test_every_door_opens_to_what_holds(ground: Ground, parties: Parties) -> None:
    b = parties.b
    good: dict[str, Sign] = {
        "token": lambda *_: bearer(b.token),
        "key": lambda *_: {"X-API-Key": b.keys["good"]},
        "key as bearer": lambda *_: bearer(b.keys["good"]),
        "gateway": signed(b.id),
    }
    for name, sign in good.items():
        for door in DOORS:
            status, text = await door(ground.door, sign)
            assert status == (201 if door is at_uploads else 200), (name, door, text)
            if door in {at_post, at_get}:
                assert json.loads(text)["data"] == {"viewer": {"tenant": {"slug": b.record.slug}}}
            if door in {at_batch, at_events, at_parts}:
                assert f'{{"viewer":{{"tenant":{{"slug":"{b.record.slug}"}}}}}}' in text


async def test_a_socket_speaks_for_nobody_before_it_was_let_in(door: Door) -> None:
    async with door.socket({}) as socket:
        assert await closing(socket) == 4403


async def test_a_socket_answers_for_the_tenant_that_opened_it(door: Door, parties: Parties) -> None:
    for party in (parties.a, parties.b):
        async with door.socket({"X-API-Key": party.keys["good"]}) as socket:
            assert (await hear(socket))["type"] == "connection_ack"
            await socket.send(
                json.dumps({"type": "subscribe", "id": "1", "payload": {"query": QUERY}})
            )
            answer = (await hear(socket))["payload"]
            assert answer["data"] == {"viewer": {"tenant": {"slug": party.record.slug}}}
