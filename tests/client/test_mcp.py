"""Assistants: the SDK's own client, over HTTP and over the standard input of `liftos mcp`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from core.scope import Role
from graph.inputs.operations import new_operations
from graph.schema import build_schema
from tests.client.conftest import Shop
from tests.jobs.indexing import indexed
from tests.support import NewTenant
from tests.tenancy.door import bearer

DATES = {"since": "2026-09-01", "until": "2026-09-30"}
OWN = """query Slug { viewer { tenant { slug } } }"""
PAUSE = "mutation Pause($id: ID!) { pauseConnection(connectionId: $id) { __typename } }"
TOOLS = {
    *("Calendar", "CampaignPerformance", "Context", "DataHealth", "Entries", "Insights"),
    *("Performance", "Search", "Sources", "WhereFrom"),
}


@asynccontextmanager
async def asking(shop: Shop, token: str, query: str = "") -> AsyncIterator[Client]:
    async with (
        httpx2.AsyncClient(headers=bearer(token), timeout=30) as http,
        Client(streamable_http_client(f"{shop.door.url}/mcp{query}", http_client=http)) as client,
    ):
        yield client


def text(result: Any) -> str:
    [content] = result.content
    return str(content.text)


async def test_tools_are_the_operations_that_are_registered_for_assistants(shop: Shop) -> None:
    async with asking(shop, shop.token()) as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert listed.keys() >= TOOLS
    performance = listed["Performance"]
    assert performance.description is not None
    assert performance.description.startswith("Spend, clicks, conversions, value and ROAS")
    schema = performance.input_schema
    assert (schema["type"], schema["required"]) == ("object", ["dates"])
    assert schema["properties"]["dates"]["$ref"] == "#/$defs/DateRangeInput"
    assert schema["$defs"]["DateRangeInput"]["properties"]["since"]["format"] == "date"
    assert schema["properties"]["grain"] == {
        "type": "string",
        "enum": ["DAY", "WEEK", "MONTH"],
        "description": "How long the periods are.",
        "default": "WEEK",
    }
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in listed.values())


async def test_a_tool_answers_as_the_operation_does(shop: Shop) -> None:
    variables = {"dates": DATES, "grain": "MONTH", "currency": "EUR"}
    async with asking(shop, shop.token()) as client:
        told = await client.call_tool("Performance", variables)
    by_name = await shop.door.http.post(
        "/operations/assistant/Performance", json=variables, headers=bearer(shop.token())
    )
    assert not told.is_error
    answered = json.loads(text(told))["attributionRows"]["nodes"]
    assert answered == by_name.json()["data"]["attributionRows"]["nodes"]
    assert {row["source"] for row in answered} == {"META_ADS"}


async def test_an_assistant_is_told_facts_or_that_there_are_none(shop: Shop) -> None:
    await indexed(shop.stores, shop.tenant.scope)
    async with asking(shop, shop.token()) as client:
        found = await client.call_tool("Search", {"text": "campaigns on Meta", "first": 1})
        told = await client.call_tool("Context", {"question": "campaigns on Meta", "limit": 1})
        none = await client.call_tool("Context", {"question": "How do I bake sourdough bread?"})
    [hit] = json.loads(text(found))["search"]["nodes"]
    context = json.loads(text(told))["llmContext"]
    [fact] = context["facts"]
    assert context["isEnough"] is True
    assert (fact["number"], fact["hit"]["title"]) == (1, hit["title"])
    assert context["text"].splitlines()[1].startswith(f"[1] {hit['title']}")
    empty = json.loads(text(none))["llmContext"]
    assert (empty["text"], empty["isEnough"], empty["facts"]) == ("", False, [])
    assert [gap["reason"] for gap in empty["missing"]] == ["NOTHING_FOUND"]


async def test_what_is_wrong_is_told_so_that_it_can_be_mended(shop: Shop) -> None:
    async with asking(shop, shop.token()) as client:
        missing = await client.call_tool("Performance", {})
        wrong = await client.call_tool("Performance", {"dates": DATES, "grain": "YEAR"})
        late = await client.call_tool("Performance", {"dates": DATES, "first": 10_001})
        unknown = await client.call_tool("DropTables", {})
    assert [each.is_error for each in (missing, wrong, late, unknown)] == [True] * 4
    assert "dates is missing" in text(missing)
    assert "DAY, WEEK, MONTH" in text(wrong)
    assert "ask for at most 10000" in text(late)
    assert "no operation of that client has that name" in text(unknown)


async def test_an_answer_that_would_fill_its_memory_is_not_sent(shop: Shop) -> None:
    async with asking(shop, shop.token()) as client:
        told = await client.call_tool("Calendar", {"dates": {**DATES, "until": "2028-09-30"}})
    assert told.is_error
    assert "ask for fewer rows, or fewer days" in text(told)


async def test_it_is_bound_to_who_asks(shop: Shop, new_tenant: NewTenant) -> None:
    other = await new_tenant()
    operations = new_operations(build_schema().graphql, "assistant", "the team", [(OWN, None)])
    await shop.stores.operations.register(other.scope, operations)
    foreign = shop.door.token(other.record.id, Role.ADMIN)
    variables = {"dates": DATES, "grain": "MONTH"}
    async with asking(shop, foreign) as client:
        nothing = await client.call_tool("Performance", variables)
        slug = await client.call_tool("Slug", {})
        names = {tool.name for tool in (await client.list_tools()).tools}
    assert json.loads(text(nothing))["attributionRows"]["nodes"] == []
    assert json.loads(text(slug)) == {"viewer": {"tenant": {"slug": other.record.slug}}}
    assert names == TOOLS | {"Slug"}
    async with asking(shop, shop.token(Role.VIEWER)) as client:
        refused = await client.call_tool("Performance", variables)
        mine = {tool.name for tool in (await client.list_tools()).tools}
    assert refused.is_error
    assert "FORBIDDEN" in text(refused)
    assert "Slug" not in mine


async def test_it_reads_only_unless_it_was_told_otherwise(
    shop: Shop, new_tenant: NewTenant
) -> None:
    tenant = await new_tenant()
    operations = new_operations(build_schema().graphql, "assistant", "the team", [(PAUSE, None)])
    await shop.stores.operations.register(tenant.scope, operations)
    token = shop.door.token(tenant.record.id, Role.ADMIN)
    variables = {"id": "Q29ubmVjdGlvbjp4"}
    async with asking(shop, token) as client:
        assert "Pause" not in {tool.name for tool in (await client.list_tools()).tools}
        refused = await client.call_tool("Pause", variables)
    async with asking(shop, token, "?mutations=allow") as client:
        [pause] = [tool for tool in (await client.list_tools()).tools if tool.name == "Pause"]
        tried = await client.call_tool("Pause", variables)
    assert "only reads" in text(refused)
    assert pause.annotations is not None
    assert pause.annotations.destructive_hint is True
    assert json.loads(text(tried)) == {"pauseConnection": {"__typename": "InvalidInput"}}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nobody"}])
async def test_nobody_else_is_let_in(shop: Shop, headers: dict[str, str]) -> None:
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    answer = await shop.door.http.post("/mcp", json=ping, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    listening = await shop.door.http.get("/mcp", headers=bearer(shop.token()))
    assert (listening.status_code, listening.headers["allow"]) == (405, "POST")


async def test_over_standard_input_it_is_the_same(shop: Shop) -> None:
    told = os.environ | {"LIFTOS_URL": shop.door.url, "LIFTOS_TOKEN": shop.token()}
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "app.cli.main", "mcp"], env=dict(told)
    )
    async with Client(server) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        sources = await client.call_tool("Sources", {})
        wrong = await client.call_tool("Performance", {})
    assert names >= TOOLS
    [account] = json.loads(text(sources))["connections"]["nodes"]
    assert account["source"] == "META_ADS"
    assert (wrong.is_error, "dates is missing" in text(wrong)) == (True, True)


async def test_without_a_token_the_command_says_what_to_set() -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("LIFTOS_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli.main", "mcp"),
        env=bare,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode != 0
    assert b"set LIFTOS_TOKEN" in said
