"""Signed messages at the public door: who is let in, what is kept, and that it is kept once."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from app.http.errors import Refusal
from app.http.webhook_content import MOST_EVENTS
from app.http.webhook_rates import Rates
from core.records.connections import ConnectionStatus
from core.webhook_signing import holds, new_secret, secret_key, sign
from stores.wiring import Stores
from tests.support import NewTenant, Services, Tenant
from tests.tenancy.door import Door, opened, settings_for
from tests.tenancy.rows import opened_rows
from tests.webhook_sender import Sender, webhook_connection

ORDER = {"type": "order.created", "data": {"id": "1", "total": "10.00"}}
NewSender = Callable[..., Awaitable[Sender]]


@pytest.fixture(scope="module")
async def door(services: Services, tmp_path_factory: Any) -> AsyncIterator[Door]:
    home: Path = tmp_path_factory.mktemp("home")
    settings = settings_for(services, home, "http://127.0.0.1:1")
    limits = {"webhook_max_bytes": 3_000, "webhook_events_per_second": 100}
    async with opened(settings.model_copy(update=limits)) as found:
        yield found


@pytest.fixture
def new_sender(door: Door, stores: Stores, new_tenant: NewTenant) -> NewSender:
    async def make(tenant: Tenant | None = None, account: str = "shop") -> Sender:
        owner = tenant or await new_tenant()
        made, secret = await webhook_connection(stores, owner.scope, account)
        return Sender(door.http, made.id, [secret])

    return make


@pytest.fixture
async def sender(new_sender: NewSender, tenant: Tenant) -> Sender:
    return await new_sender(tenant)


async def inbox(services: Services, sender: Sender) -> list[tuple[str, bytes]]:
    async with opened_rows(services) as rows:
        found = await rows.connection.fetch(
            "SELECT message_id, body FROM webhook_inbox WHERE connection_id = $1 ORDER BY id",
            sender.connection_id,
        )
    return [(row["message_id"], row["body"]) for row in found]


async def test_what_was_signed_is_kept_as_it_was_sent(services: Services, sender: Sender) -> None:
    body = b'{"type": "order.created",\n "data": {"id": 1, "total": 10.10}}'
    answer = await sender.send(body, message_id="msg_a")
    assert (answer.status_code, answer.json()) == (
        202,
        {"id": "msg_a", "events": 1, "repeated": False},
    )
    assert await inbox(services, sender) == [("msg_a", body)]


async def test_a_repeat_is_accepted_and_changes_nothing(services: Services, sender: Sender) -> None:
    await sender.send(ORDER, message_id="msg_a")
    kept = await inbox(services, sender)
    answer = await sender.send({"type": "another"}, message_id="msg_a")
    assert (answer.status_code, answer.json()["repeated"]) == (200, True)
    assert await inbox(services, sender) == kept


async def test_messages_at_once_are_all_kept_and_doubles_once(
    services: Services, sender: Sender
) -> None:
    answers = await asyncio.gather(
        *(sender.send(ORDER, message_id=f"msg_{number // 2}") for number in range(60))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 30 + [202] * 30
    ids = sorted(message_id for message_id, _ in await inbox(services, sender))
    assert ids == sorted(f"msg_{number}" for number in range(30))


async def test_an_array_counts_its_events(sender: Sender) -> None:
    answer = await sender.send([ORDER, ORDER, ORDER])
    assert (answer.status_code, answer.json()["events"]) == (202, 3)


def _of_another_secret(body: bytes) -> dict[str, str]:
    key = secret_key(new_secret())
    return {"webhook_signature": sign(key, "msg_x", int(time.time()), body)}


REFUSED: dict[str, Callable[[], dict[str, Any]]] = {
    "another secret": lambda: _of_another_secret(b"{}"),
    "no base64": lambda: {"webhook_signature": "v1,%%%"},
    "another version": lambda: {"webhook_signature": "v2,abcd"},
    "no version": lambda: {"webhook_signature": "abcd"},
    "no ascii": lambda: {"webhook_signature": b"v1,\xe9"},
    "another time": lambda: {"webhook_timestamp": str(int(time.time()) + 30)},
    "another id": lambda: {"webhook_id": "msg_other"},
}
"""Made when they are sent: the tests may begin long after this is read."""


@pytest.mark.parametrize("case", REFUSED)
async def test_what_does_not_hold_is_told_like_what_does_not_exist(
    services: Services, sender: Sender, case: str
) -> None:
    refused = await sender.send(ORDER, message_id="msg_x", **REFUSED[case]())
    missing = await sender.send(ORDER, message_id="msg_x", to=uuid4())
    nonsense = await sender.send(ORDER, message_id="msg_x", to="nonsense")
    told = [
        (answer.status_code, answer.json() | {"requestId": ""})
        for answer in (refused, missing, nonsense)
    ]
    assert told[0] == told[1] == told[2]
    assert told[0][0] == 401
    assert told[0][1]["field"] == "webhook-signature"
    assert await inbox(services, sender) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"webhook_id": None}, "webhook-id"),
        ({"webhook_id": "with space"}, "webhook-id"),
        ({"webhook_timestamp": None}, "webhook-timestamp"),
        ({"webhook_timestamp": "yesterday"}, "webhook-timestamp"),
        ({"webhook_signature": None}, "webhook-signature"),
        ({"sent_at": time.time() - 100_000}, "webhook-timestamp"),
        ({"sent_at": time.time() + 100_000}, "webhook-timestamp"),
    ],
)
async def test_a_header_at_fault_is_named(
    sender: Sender, changed: dict[str, Any], field: str
) -> None:
    answer = await sender.send(ORDER, **changed)
    assert (answer.status_code, answer.json()["field"]) == (401, field)
    assert answer.json()["mend"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"{", 400, "body"),
        (b"", 400, "body"),
        (b"\xff", 400, "body"),
        (b'"text"', 400, "body"),
        (b"[]", 400, "body"),
        (b'[{"a": 1}, 2]', 400, "body[1]"),
        (b"[" + b",".join([b"{}"] * (MOST_EVENTS - 400)) + b",[]]", 400, "body[600]"),
        (b'{"deep": ' + b"[" * 300 + b"]" * 300 + b"}", 400, "body"),
        (b'{"text": "' + b"x" * 3_000 + b'"}', 413, None),
    ],
)
async def test_a_body_at_fault_is_told_where(
    services: Services, sender: Sender, body: bytes, status: int, field: str | None
) -> None:
    key = secret_key(sender.secrets[0])
    signature = sign(key, "msg_x", int(time.time()), body)
    answer = await sender.send(
        body,
        message_id="msg_x",
        webhook_signature=signature,
        webhook_timestamp=str(int(time.time())),
    )
    assert (answer.status_code, answer.json().get("field")) == (status, field)
    assert await inbox(services, sender) == []


async def test_a_secret_of_one_connection_opens_no_other(
    services: Services, new_sender: NewSender, tenant: Tenant
) -> None:
    mine, beside, theirs = (
        await new_sender(tenant),
        await new_sender(tenant, "second shop"),
        await new_sender(),
    )
    for other in (beside, theirs):
        answer = await mine.send(ORDER, to=other.connection_id)
        assert answer.status_code == 401
        assert await inbox(services, other) == []


async def test_a_paused_connection_asks_to_come_again(
    services: Services, stores: Stores, tenant: Tenant, sender: Sender
) -> None:
    assert (await sender.send(ORDER)).status_code == 202
    await stores.connections.set_status(tenant.scope, sender.connection_id, ConnectionStatus.PAUSED)
    for _ in range(2):
        answer = await sender.send(ORDER)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert len(await inbox(services, sender)) == 1
    await stores.connections.set_status(tenant.scope, sender.connection_id, ConnectionStatus.ACTIVE)
    assert (await sender.send(ORDER)).status_code == 202


async def test_a_sender_that_does_not_stop_is_slowed_down(sender: Sender) -> None:
    assert (await sender.send([{}] * 600)).status_code == 202
    answer = await sender.send({})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 6


def test_a_bucket_drains_as_fast_as_it_says() -> None:
    now = [1000.0]
    rates, one, other = Rates(10, clock=lambda: now[0]), uuid4(), uuid4()
    rates.take(one, 10)
    rates.take(other, 25)
    with pytest.raises(Refusal):
        rates.take(one, 1)
    now[0] += 0.1
    rates.take(one, 1)
    with pytest.raises(Refusal) as refused:
        rates.take(other, 1)
    assert refused.value.headers == {"Retry-After": "3"}
    now[0] += 2.4
    rates.take(other, 10)


async def test_other_methods_are_refused(door: Door, sender: Sender) -> None:
    answer = await door.http.get(f"/webhooks/{sender.connection_id}")
    assert answer.status_code == 405


async def test_a_secret_comes_out_of_no_answer(sender: Sender) -> None:
    answers: list[httpx2.Response] = [
        await sender.send(ORDER),
        await sender.send(ORDER, webhook_signature="v1,x"),
        await sender.send(b"{"),
    ]
    for answer in answers:
        assert sender.secrets[0].removeprefix("whsec_") not in answer.text + str(answer.headers)


@given(st.binary(max_size=64), st.integers(0, 2**33), st.from_regex(r"[!-~]{1,40}", fullmatch=True))
def test_the_reference_library_signs_as_we_do(body: bytes, timestamp: int, message: str) -> None:
    secret = new_secret()
    key = secret_key(secret)
    ours = sign(key, message, timestamp, body)
    assert holds([key], message, timestamp, body, ours)
    assert holds([b"x", key], message, timestamp, body, f"v1,x {ours}")
    assert not holds([key], message, timestamp, body + b" ", ours)
    assert not holds([key], message, timestamp + 1, body, ours)
    assert not holds([secret_key(new_secret())], message, timestamp, body, ours)


@given(st.text(max_size=64), st.from_regex(r"[!-~]{1,40}", fullmatch=True))
def test_what_we_sign_the_reference_library_verifies(text: str, message: str) -> None:
    secret, now = new_secret(), int(time.time())
    try:
        body = text.encode()
    except UnicodeEncodeError:
        return
    headers = {
        "webhook-id": message,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(secret_key(secret), message, now, body),
    }
    Webhook(secret).verify(body, headers, json_parse=False)


@pytest.mark.parametrize("text", ["", "whsec", "whsec_%%%", base64.b64encode(b"x").decode()])
def test_what_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="the secret"):
        secret_key(text)
