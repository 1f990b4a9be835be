"""A webhook set up through the API: its secret, rotation with overlap, and its mapping."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from core.scope import Role
from graph.ids import CONNECTION
from stores.wiring import Stores
from tests.support import Services, Tenant
from tests.tenancy.door import Door, Json, opened, settings_for
from tests.webhook_sender import Sender

SHOP: Json = {
    "source": "WEBHOOK",
    "accountId": "shop",
    "name": "Shop",
    "currency": "EUR",
    "timeZone": "Europe/Berlin",
}
WEBHOOK = """query($id: ID!) { node(id: $id) { ... on ConnectedSource { level webhook {
  path previousSecretUntil paths { field path isDefault } types { type means isDefault } } } } }"""


@pytest.fixture(scope="module")
async def door(services: Services, tmp_path_factory: Any) -> AsyncIterator[Door]:
    home: Path = tmp_path_factory.mktemp("home")
    async with opened(settings_for(services, home, "http://127.0.0.1:1")) as found:
        yield found


@pytest.fixture
def token(door: Door, tenant: Tenant) -> str:
    return door.token(tenant.record.id, Role.ADMIN)


async def asked(door: Door, token: str, name: str, given: Json) -> Json:
    answer = await door.ask(token, f"Mutation.{name}", {"input": given})
    found: Json = answer["data"][name]
    return found


async def connected(door: Door, token: str) -> tuple[str, Sender]:
    made = await asked(door, token, "connectSource", SHOP)
    assert "webhook" in made, made
    webhook, id_ = made["webhook"], made["connection"]["id"]
    connection_id = CONNECTION.decode(id_, "id")
    assert webhook["path"] == f"/webhooks/{connection_id}"
    assert webhook["previousUntil"] is None
    return id_, Sender(door.http, connection_id, [webhook["secret"]])


async def test_connecting_answers_what_a_sender_needs(door: Door, token: str) -> None:
    id_, sender = await connected(door, token)
    assert (await sender.send({"id": 1})).status_code == 202
    shown = (await door.say(token, WEBHOOK, {"id": id_}))["data"]["node"]
    assert shown["level"] == "ORDER"
    assert shown["webhook"]["path"] == f"/webhooks/{sender.connection_id}"
    assert shown["webhook"]["previousSecretUntil"] is None
    assert all(each["isDefault"] for each in shown["webhook"]["paths"])


async def test_a_secret_before_holds_for_the_overlap_and_one_before_that_not(
    door: Door, token: str
) -> None:
    id_, sender = await connected(door, token)
    first = sender.secrets[0]
    assert (await sender.send({"id": 1})).status_code == 202
    rotated = await asked(door, token, "rotateWebhookSecret", {"connectionId": id_})
    second = rotated["webhook"]["secret"]
    assert second != first
    assert rotated["webhook"]["previousUntil"] is not None
    for secrets, status in (([first], 202), ([second], 202), ([first, second], 202)):
        sender.secrets = secrets
        assert (await sender.send({"id": 1})).status_code == status
    again = {"connectionId": id_, "overlapHours": 0}
    third = (await asked(door, token, "rotateWebhookSecret", again))["webhook"]["secret"]
    for secrets, status in (([first], 401), ([second], 401), ([third], 202)):
        sender.secrets = secrets
        assert (await sender.send({"id": 1})).status_code == status


async def test_a_disconnected_webhook_lets_nobody_in(door: Door, token: str) -> None:
    id_, sender = await connected(door, token)
    assert (await sender.send({"id": 1})).status_code == 202
    await door.ask(token, "Mutation.disconnectSource", {"connectionId": id_})
    assert (await sender.send({"id": 1})).status_code == 401
    refused = await asked(door, token, "rotateWebhookSecret", {"connectionId": id_})
    assert refused["code"] == "CONFLICT"


async def test_a_mapping_is_tried_then_set_then_obeyed(
    door: Door, token: str, stores: Stores, tenant: Tenant
) -> None:
    id_, sender = await connected(door, token)
    sample = {"kind": "Paid", "key": {"no": 7}, "sum": 12.5, "when": "2026-11-20"}
    mapping = {
        "paths": [
            {"field": "type", "path": "kind"},
            {"field": "order_id", "path": "key.no"},
            {"field": "value", "path": "sum"},
            {"field": "occurred_at", "path": "when"},
        ],
        "types": [{"type": "paid", "means": "ORDER"}],
    }
    given = {"connectionId": id_, "sample": [sample, {"kind": "other"}], "mapping": mapping}
    tried = (await asked(door, token, "testWebhookMapping", given))["readings"]
    assert tried[0]["event"]["orderId"] == "7"
    assert (tried[0]["event"]["value"], tried[0]["event"]["date"]) == ("12.5", "2026-11-20")
    assert (tried[1]["event"], tried[1]["field"]) == (None, "type")
    bare = (await asked(door, token, "testWebhookMapping", {k: given[k] for k in
                        ("connectionId", "sample")}))["readings"]  # fmt: skip
    assert [each["field"] for each in bare] == ["order_id", "order_id"]
    await asked(door, token, "setWebhookMapping", {"connectionId": id_, "mapping": mapping})
    found = await stores.webhooks.setups(tenant.scope, [UUID(str(sender.connection_id))])
    assert found[sender.connection_id].mapping.path("value") == "sum"


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        ({"paths": [{"field": "price", "path": "a"}]}, "paths.price"),
        ({"paths": [{"field": "value", "path": "a["}]}, "paths.value"),
        ({"paths": [{"field": "value", "path": "a" * 501}]}, "paths.value"),
        ({"paths": [{"field": "value", "path": "a"}] * 2}, "paths"),
        ({"types": [{"type": " ", "means": "ORDER"}]}, "types"),
    ],
)
async def test_a_mapping_at_fault_is_refused_where_it_is(
    door: Door, token: str, mapping: Json, field: str
) -> None:
    id_, _ = await connected(door, token)
    given = {"connectionId": id_, "mapping": mapping}
    refused = await asked(door, token, "setWebhookMapping", given)
    assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", field)
    assert refused["mend"]


async def test_other_connections_take_no_events(door: Door, token: str) -> None:
    made = await asked(door, token, "connectSource", SHOP | {"source": "FILE"})
    assert made["webhook"] is None
    given = {"connectionId": made["connection"]["id"]}
    refused = await asked(door, token, "rotateWebhookSecret", given)
    assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", "connectionId")
