"""Registered operations as resources: addresses, parameters, bodies, and answers that hold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st

from app.http.operation_variables import in_url
from core.operation_text import sha256_of
from core.scope import Role
from graph.inputs.operations import new_operations
from graph.operation_variables import variables_of
from graph.schema import build_schema
from stores.wiring import Stores
from tests.support import NewTenant, Services, Tenant
from tests.tenancy.door import Door, bearer, opened, settings_for

SCHEMA = build_schema().graphql
ECHO = """query Echo($dates: DateRangeInput!, $channels: [String!], $first: Int = 5, $by: Grain) {
  attributionRows(dates: $dates, channels: $channels, first: $first, grain: $by) {
    nodes { date } pageInfo { hasNextPage } } }"""
ACTOR = "query Actor { viewer { actor } }"
PAUSE = "mutation Pause($id: ID!) { pauseConnection(connectionId: $id) { __typename } }"
FOLLOW = "subscription Follow { events(after: 0) { __typename } }"
DATES = '{"since": "2026-10-01", "until": "2026-10-03"}'


@dataclass(frozen=True)
class Caller:
    door: Door
    stores: Stores
    tenant: Tenant
    token: str

    async def get(self, name: str, *pairs: tuple[str, str], **headers: str) -> httpx2.Response:
        sent = bearer(self.token) | {key.replace("_", "-"): each for key, each in headers.items()}
        return await self.door.http.get(
            f"/operations/console/{name}", params=list(pairs), headers=sent
        )

    async def post(self, name: str, body: object, query: str = "") -> httpx2.Response:
        return await self.door.http.post(
            f"/operations/console/{name}{query}", json=body, headers=bearer(self.token)
        )


@pytest.fixture(scope="module")
async def caller(
    services: Services,
    stores: Stores,
    new_tenant: NewTenant,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Caller]:
    home: Path = tmp_path_factory.mktemp("home")
    tenant = await new_tenant()
    documents = [(each, None) for each in (ECHO, ACTOR, PAUSE, FOLLOW)]
    operations = new_operations(SCHEMA, "console", "the team", documents)
    await stores.operations.register(tenant.scope, operations)
    async with opened(settings_for(services, home, "http://127.0.0.1:1")) as door:
        yield Caller(door, stores, tenant, door.token(tenant.record.id, Role.ADMIN))


def told(answer: httpx2.Response) -> tuple[int, str, str | None]:
    """Status, code and field of the only error."""
    [error] = answer.json()["errors"]
    return answer.status_code, error["extensions"]["code"], error["extensions"].get("field")


async def test_an_address_answers_as_the_document_would(caller: Caller) -> None:
    pairs = (("dates", DATES), ("channels", "a"), ("channels", "b"), ("first", "2"), ("by", "DAY"))
    variables = {"dates": {"since": "2026-10-01", "until": "2026-10-03"}, "channels": ["a", "b"]}
    body: dict[str, Any] = {"query": ECHO, "variables": variables | {"first": 2, "by": "DAY"}}
    asked = await caller.door.post(bearer(caller.token), body)
    by_get = await caller.get("Echo", *pairs)
    by_post = await caller.post("Echo", body["variables"])
    assert by_get.status_code == by_post.status_code == asked.status_code == 200
    assert by_get.json()["data"] == by_post.json()["data"] == asked.json()["data"]
    own = await caller.door.http.get(
        "/operations/causal/CausalMedia",
        params={"dates": DATES, "asOf": "2026-11-01T00:00:00Z"},
        headers=bearer(caller.token),
    )
    assert own.json()["data"]["attributionRows"]["nodes"] == []


@pytest.mark.parametrize(("role", "is_told"), [(Role.VIEWER, False), (Role.ANALYST, True)])
async def test_what_types_hold_is_told_to_those_who_see_the_schema(
    caller: Caller, role: Role, *, is_told: bool
) -> None:
    headers = bearer(caller.door.token(caller.tenant.record.id, role))
    variables = {"dates": {"since": "2026-10-01", "until": "2026-10-03"}, "by": "YEAR"}
    by_name = await caller.door.http.post(
        "/operations/console/Echo", json=variables, headers=headers
    )
    query = "query ($v: JSON, $i: ID!) { explain(operationId: $i, variables: $v) { rows } }"
    asked = {"query": query, "variables": {"v": variables, "i": sha256_of(ECHO)}}
    explained = await caller.door.post(headers, asked)
    for answer in (by_name, explained):
        [error] = answer.json()["errors"]
        assert error["extensions"]["field"] == "by"
        assert ("WEEK" in answer.text) is is_told


@pytest.mark.parametrize(
    ("pairs", "field"),
    [
        ([], "dates"),
        ([("dates", "2026")], "dates"),
        ([("dates", "{")], "dates"),
        ([("dates", '{"since": "2026-10-01", "until": "soon"}')], "dates.until"),
        ([("dates", DATES), ("first", "many")], "first"),
        ([("dates", DATES), ("first", "1.5")], "first"),
        ([("dates", DATES), ("first", "99999999999")], "first"),
        ([("dates", DATES), ("by", "YEAR")], "by"),
        ([("dates", DATES), ("by", "DAY"), ("by", "DAY")], "by"),
        ([("dates", DATES), ("frist", "1")], "frist"),
    ],
)
async def test_a_parameter_at_fault_is_named(
    caller: Caller, pairs: list[tuple[str, str]], field: str
) -> None:
    assert told(await caller.get("Echo", *pairs)) == (400, "BAD_USER_INPUT", field)


async def test_what_cannot_be_asked_so_is_refused(caller: Caller) -> None:
    missing = await caller.get("Nothing")
    assert told(missing) == (404, "NOT_FOUND", None)
    assert told(await caller.get("a-b"))[0] == 404
    mutation = await caller.get("Pause", ("id", "x"))
    assert (mutation.status_code, mutation.headers["Allow"]) == (405, "POST")
    assert told(await caller.post("Follow", {})) == (400, "BAD_USER_INPUT", None)
    assert told(await caller.post("Actor", [])) == (400, "BAD_USER_INPUT", None)
    assert told(await caller.post("Actor", {}, "?first=1")) == (400, "BAD_USER_INPUT", None)
    assert told(await caller.post("Actor", {"x": 1})) == (400, "BAD_USER_INPUT", "x")
    form = await caller.door.http.post(
        "/operations/console/Actor", data={"x": "1"}, headers=bearer(caller.token)
    )
    assert form.status_code == 415
    unknown = await caller.door.http.get("/operations/console/Actor")
    assert told(unknown)[:2] == (401, "UNAUTHENTICATED")


async def test_a_mutation_is_posted(caller: Caller) -> None:
    answer = await caller.post("Pause", {"id": "bm9uZQ=="})
    assert answer.json()["data"]["pauseConnection"]["__typename"] == "InvalidInput"


async def test_a_name_is_what_was_registered_last_under_it(caller: Caller) -> None:
    first, second = (f"query Moved {{ viewer {{ {name} }} }}" for name in ("actor", "roles"))
    for document, held in ((first, "actor"), (second, "roles"), (first, "actor")):
        operations = new_operations(SCHEMA, "console", None, [(document, None)])
        await caller.stores.operations.register(caller.tenant.scope, operations)
        answer = await caller.get("Moved")
        assert list(answer.json()["data"]["viewer"]) == [held]


@pytest.mark.parametrize("place", ["/operations/console/Actor", "/graphql"])
async def test_an_answer_is_asked_for_again_only_when_it_has_changed(
    caller: Caller, place: str
) -> None:
    params = {} if place.startswith("/operations") else {"documentId": sha256_of(ACTOR)}
    first = await caller.door.http.get(place, params=params, headers=bearer(caller.token))
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "X-API-Key"} <= set(first.headers["Vary"].split(", "))
    tagged = {"If-None-Match": first.headers["ETag"]}
    same = await caller.door.http.get(place, params=params, headers=bearer(caller.token) | tagged)
    assert (same.status_code, same.content) == (304, b"")
    other = caller.door.token(caller.tenant.record.id, Role.ADMIN, subject="grace")
    changed = await caller.door.http.get(place, params=params, headers=bearer(other) | tagged)
    assert changed.json()["data"]["viewer"]["actor"] == "user:grace"
    sent = await caller.door.http.get(
        "/graphql", params={"query": ACTOR}, headers=bearer(caller.token) | tagged
    )
    assert (sent.status_code, sent.headers["Cache-Control"]) == (200, "no-store")


async def test_of_one_name_the_last_registered_is_answered(caller: Caller) -> None:
    later = "query Latest { viewer { roles } }"
    for document in ("query Latest { viewer { actor } }", later):
        operations = new_operations(SCHEMA, "console", None, [(document, None)])
        await caller.stores.operations.register(caller.tenant.scope, operations)
    assert (await caller.get("Latest")).json()["data"] == {"viewer": {"roles": ["ADMIN"]}}


@given(st.text(max_size=20), st.integers(-(2**31), 2**31 - 1), st.booleans())
def test_parameters_are_read_by_their_types(text: str, number: int, flag: bool) -> None:  # noqa: FBT001 - drawn
    document = (
        "query Q($s: String, $n: Int, $b: Boolean, $l: [Int!], $f: Float) { "
        "runs(after: $s, first: $n) @include(if: $b) { __typename } }"
    )
    pairs = [("s", text), ("n", f"{number}"), ("b", f"{flag}".lower()), ("l", f"{number}")]
    found = in_url(
        variables_of(SCHEMA, parse(document)), [*pairs, ("l", "0"), ("f", f"{number / 4}")]
    )
    assert found == {"s": text, "n": number, "b": flag, "l": [number, 0], "f": number / 4}
