"""A request that a gateway signed, copied on its way and sent again. It writes: it comes last."""

from __future__ import annotations

import json
import re
from secrets import token_hex
from typing import Any

import httpx2

from tests.tenancy.door import Door, gateway_headers, hear
from tests.tenancy.given import FILE
from tests.tenancy.keys import KINDS, OF_A_TENANT, is_placed
from tests.tenancy.party import Parties, Party

ADD = """mutation($event: CalendarEventInput!) {
  first: addCalendarEvent(event: $event) { ...Told }
  second: addCalendarEvent(event: $event) { ...Told }
}
fragment Told on CalendarEventResult {
  __typename ... on ConflictError { code message mend }
}"""
READ = "{ calendarEvents { name } viewer { tenant { slug } } }"
BOTH = {"first": {"__typename": "CalendarEventPayload"}} | {
    "second": {"__typename": "CalendarEventPayload"}
}
AGAIN = {
    "__typename": "ConflictError",
    "code": "CONFLICT",
    "message": "this signed request was carried out already",
    "mend": "sign every request that writes anew, with an X-Gateway-Nonce of its own",
}


def written(name: str) -> bytes:
    event = {"name": name, "kind": "OTHER", "since": "2026-10-03", "until": "2026-10-05"}
    return json.dumps({"query": ADD, "variables": {"event": event}}).encode()


async def sent(door: Door, body: bytes, headers: dict[str, str]) -> Any:
    kept = {"Content-Type": "application/json", "X-Request-ID": "the-same", **headers}
    answer: httpx2.Response = await door.http.post("/graphql", content=body, headers=kept)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert "errors" not in found, found
    return found["data"]


async def events_of(door: Door, party: Party, name: str) -> int:
    answer = await door.say(party.token, READ)
    return [event["name"] for event in answer["data"]["calendarEvents"]].count(name)


async def test_what_a_signed_request_writes_is_written_once(door: Door, parties: Parties) -> None:
    name, b = f"once {token_hex(4)}", parties.b
    body = written(name)
    headers = gateway_headers(b.id, "POST", "/graphql", body)
    assert await sent(door, body, headers) == BOTH
    for _ in range(2):
        assert await sent(door, body, headers) == {"first": AGAIN, "second": AGAIN}
    assert await events_of(door, b, name) == 2


async def test_a_nonce_tells_two_requests_apart(door: Door, parties: Parties) -> None:
    name, b = f"twice {token_hex(4)}", parties.b
    body = written(name)
    for nonce in ("1", "2"):
        headers = gateway_headers(b.id, "POST", "/graphql", body, nonce=nonce + name)
        assert await sent(door, body, headers) == BOTH
    assert await events_of(door, b, name) == 4


async def test_what_is_read_may_be_read_again(door: Door, parties: Parties) -> None:
    body = json.dumps({"query": "{ viewer { tenant { slug } } }"}).encode()
    headers = gateway_headers(parties.a.id, "POST", "/graphql", body)
    for _ in range(2):
        found = await sent(door, body, headers)
        assert found == {"viewer": {"tenant": {"slug": parties.a.record.slug}}}


async def test_an_upload_is_kept_once(door: Door, parties: Parties) -> None:
    target = f"/uploads?filename={token_hex(4)}.csv"
    headers = gateway_headers(parties.b.id, "POST", target, FILE)
    statuses = [
        (await door.http.post(target, content=FILE, headers=headers)).status_code for _ in range(2)
    ]
    assert statuses == [201, 409]


async def test_a_socket_writes_as_often_as_it_likes_and_its_copy_never(
    door: Door, parties: Parties
) -> None:
    name = f"socket {token_hex(4)}"
    payload = json.loads(written(name))
    headers = gateway_headers(parties.b.id, "GET", "/graphql", b"", nonce=name)
    found = []
    for _ in range(2):
        async with door.socket({}, **headers) as socket:
            assert (await hear(socket))["type"] == "connection_ack"
            for id_ in ("1", "2"):
                await socket.send(json.dumps({"id": id_, "type": "subscribe", "payload": payload}))
                found.append((await hear(socket))["payload"]["data"])
                assert (await hear(socket))["type"] == "complete"
    assert found == [
        BOTH,
        BOTH,
        {"first": AGAIN, "second": AGAIN},
        {"first": AGAIN, "second": AGAIN},
    ]


async def test_redis_was_asked_for_keys_of_every_kind_and_for_no_other(
    asked_keys: set[str],
) -> None:
    """The folder's last test: what follows in the same process asks for keys of its own."""
    assert [key for key in sorted(asked_keys) if not is_placed(key)] == []
    kinds = {
        kind
        for kind in KINDS
        for key in asked_keys
        if (found := OF_A_TENANT.fullmatch(key)) and re.fullmatch(kind, found["kind"])
    }
    assert kinds == set(KINDS)
