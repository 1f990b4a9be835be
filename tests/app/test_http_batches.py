"""Several operations in one request."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from core.settings import Settings
from tests.app.conftest import Serve, token

GRAPHQL = "application/graphql-response+json"


async def ask(http: httpx2.AsyncClient, batch: Any, **headers: str) -> httpx2.Response:
    return await http.post("/graphql", json=batch, headers=headers)


async def test_an_array_is_answered_by_an_array(http: httpx2.AsyncClient) -> None:
    batch = [
        {"query": "query($t:String!){echo(text:$t)}", "variables": {"t": str(number)}}
        for number in range(10)
    ]
    answer = await ask(http, batch)
    assert answer.status_code == 200
    assert answer.json() == [{"data": {"echo": str(number)}} for number in range(10)]
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert (await ask(http, batch, Accept=GRAPHQL)).headers["content-type"].startswith(GRAPHQL)


@pytest.mark.parametrize("accept", [GRAPHQL, "application/json"])
async def test_an_operation_that_fails_is_its_own_affair(
    http: httpx2.AsyncClient, accept: str
) -> None:
    batch = [
        {"query": "{"},
        {"query": "{nothing}"},
        {"variables": {}},
        {"query": "query A{actor} query B{actor}"},
        {"query": "subscription{ticks}"},
        {"query": "mutation{touch}"},
    ]
    answer = await ask(http, batch, Accept=accept)
    assert answer.status_code == 200
    *failed, done = answer.json()
    codes = [each["errors"][0]["extensions"]["code"] for each in failed]
    assert codes == [
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
        *["BAD_USER_INPUT"] * 3,
    ]
    assert all(set(each) == {"errors"} for each in failed)
    assert done == {"data": {"touch": True}}


async def test_operations_follow_one_another_each_in_a_context_of_its_own(
    http: httpx2.AsyncClient,
) -> None:
    batch = [{"query": "mutation{count}"}, {"query": "{counted contextId}"}] * 5
    found = [each["data"] for each in (await ask(http, batch)).json()]
    counts = [each["count"] for each in found[::2]]
    assert counts == list(range(counts[0], counts[0] + 5))
    assert [each["counted"] for each in found[1::2]] == counts
    assert len({each["contextId"] for each in found[1::2]}) == 5


@pytest.mark.parametrize(
    "batch", [[], [{"query": "{actor}"}] * 11, [{"query": "{actor}"}, "{actor}"], [[]], [None]]
)
async def test_what_is_no_batch_is_refused_as_a_whole(
    http: httpx2.AsyncClient, batch: list[Any]
) -> None:
    answer = await ask(http, batch)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_batch_without_credentials_is_refused_as_a_whole(http: httpx2.AsyncClient) -> None:
    answer = await ask(http, [{"query": "{actor}"}], Authorization="Bearer x")
    assert (answer.status_code, set(answer.json())) == (401, {"errors"})


async def test_batches_can_be_turned_off(serve: Serve) -> None:
    async with (
        serve(Settings(batch_max_operations=0)) as stand,
        httpx2.AsyncClient(base_url=stand.url) as http,
    ):
        answer = await ask(http, [{"query": "{actor}"}], Authorization=f"Bearer {token()}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == "batches are not taken here"
