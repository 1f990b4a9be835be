"""Two gateways in front of the deployed API and the planner of docs/federation, which run as they
would elsewhere: what is joined both ways, who is asking, what fails, what streams."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from core.scope import Role
from docs.federation import planner
from tests.conformance.conftest import NpmFolder
from tests.conformance.deployed import GATEWAY_SECRET, SINCE, Deployed
from tests.conformance.node import node_folder, surroundings
from tests.support import free_port

ROOT = Path(__file__).resolve().parents[3]
ENGINES = ("apollo", "hive")
Json = dict[str, Any]
both = pytest.mark.parametrize("engine", ENGINES)


@pytest.fixture(scope="module")
def planner_url() -> Iterator[str]:
    port = free_port()
    told = {"LIFTOS_GATEWAY_SECRET": GATEWAY_SECRET}
    arguments = ("docs.federation.planner:app", "--port", str(port), "--log-level", "warning")
    with subprocess.Popen(
        [sys.executable, "-m", "uvicorn", *arguments], cwd=ROOT, env=os.environ | told
    ) as process:
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()


@dataclass(frozen=True)
class Gateways:
    """Where they listen, and what they are asked with."""

    ports: dict[str, dict[str, int]]
    deployed: Deployed

    async def ask(
        self, engine: str, way: str, query: str, headers: dict[str, str] | None = None, **given: Any
    ) -> Json:
        url = f"http://127.0.0.1:{self.ports[engine][way]}/graphql"
        async with httpx2.AsyncClient(timeout=30) as client:
            body = {"query": query, "variables": given}
            answer: Json = (await client.post(url, json=body, headers=headers)).json()
        return answer

    async def signed(self, engine: str, query: str, **given: Any) -> Json:
        return await self.ask(engine, "signing", query, **given)

    async def forwarded(self, engine: str, token: str, query: str, **given: Any) -> Json:
        headers = {"Authorization": f"Bearer {token}"}
        return await self.ask(engine, "forwarding", query, headers, **given)


@pytest.fixture(scope="module")
async def gateways(
    deployed: Deployed, npm_folder: NpmFolder, planner_url: str
) -> AsyncIterator[Gateways]:
    async with httpx2.AsyncClient() as client:
        shown = await client.post(
            deployed.graphql,
            json={"query": "{ _service { sdl } }"},
            headers={"Authorization": f"Bearer {deployed.a.token()}"},
        )
    sdl = shown.json()["data"]["_service"]["sdl"]
    identity = {
        "x-org-id": str(deployed.a.id),
        "x-user-id": "ada",
        "x-user-roles": "admin",
        "x-gateway-client": "gateway",
    }
    told = {
        "subgraphs": [
            {"name": "liftos", "url": deployed.graphql, "sdl": sdl},
            {"name": "planner", "url": planner_url, "sdl": str(planner.schema)},
        ],
        "secret": GATEWAY_SECRET,
        "identity": identity,
    }
    process = await asyncio.create_subprocess_exec(
        node_folder() / "node",
        "gateways.mjs",
        cwd=npm_folder("federation").path,
        env=surroundings({}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(told).encode() + b"\n")
        ready = await asyncio.wait_for(process.stdout.readline(), 60)
        yield Gateways(json.loads(ready), deployed)
    finally:
        process.stdin.close()
        await process.wait()


CAMPAIGNS = "{ campaigns(first: 3) { nodes { id name accountId } } }"
PLAN = (
    "mutation($campaign: ID!, $day: Date!, $budget: Decimal!) "
    "{ planCampaign(campaign: $campaign, firstDay: $day, budget: $budget) { id } }"
)


async def campaigns(gateways: Gateways, token: str) -> list[Json]:
    answer = await gateways.forwarded("apollo", token, CAMPAIGNS)
    found: list[Json] = answer["data"]["campaigns"]["nodes"]
    assert len(found) == 3
    return found


@both
async def test_a_plan_leads_to_its_campaign_and_a_campaign_to_its_plans(
    gateways: Gateways, engine: str
) -> None:
    index = ENGINES.index(engine)
    campaign = (await campaigns(gateways, gateways.deployed.a.token()))[index]
    planned = await gateways.signed(
        engine, PLAN, campaign=campaign["id"], day=SINCE, budget="1250.5"
    )
    plan = planned["data"]["planCampaign"]["id"]
    there = await gateways.signed(
        engine,
        "{ plans { id budget campaign { name entries(first: 1, orderBy: DATE_ASC) "
        "{ nodes { date } } } firstDay { date dayOfWeek plans { id } } } }",
    )
    assert "errors" not in there
    assert {
        "id": plan,
        "budget": "1250.5",
        "campaign": {"name": campaign["name"], "entries": {"nodes": [{"date": SINCE}]}},
        "firstDay": {
            "date": SINCE,
            "dayOfWeek": 7,
            "plans": [{"id": each["id"]} for each in there["data"]["plans"]],
        },
    } in there["data"]["plans"]
    back = await gateways.signed(
        engine,
        "query($id: ID!) { node(id: $id) { ... on Campaign { plannedBudget plans { id } } } }",
        id=campaign["id"],
    )
    assert back == {"data": {"node": {"plannedBudget": "1250.5", "plans": [{"id": plan}]}}}


@both
async def test_a_list_is_joined_by_one_request(gateways: Gateways, engine: str) -> None:
    for campaign in await campaigns(gateways, gateways.deployed.a.token()):
        await gateways.signed(engine, PLAN, campaign=campaign["id"], day=SINCE, budget="1")
    before = asked(gateways.deployed)
    answer = await gateways.signed(engine, "{ plans { campaign { name } } }")
    assert len(answer["data"]["plans"]) >= 3
    deadline = time.monotonic() + 5
    while asked(gateways.deployed) == before and time.monotonic() < deadline:  # noqa: ASYNC110 - a file tells nobody
        await asyncio.sleep(0.05)
    assert asked(gateways.deployed) == before + 1


def asked(deployed: Deployed) -> int:
    """How many requests the API has logged."""
    lines = deployed.log.read_text().splitlines()
    return sum("/graphql" in line and "POST" in line and "request" in line for line in lines)


@both
async def test_nobody_reaches_anothers_campaign_by_planning_it(
    gateways: Gateways, engine: str
) -> None:
    theirs = (await campaigns(gateways, gateways.deployed.b.token()))[0]["id"]
    made = [
        (await gateways.signed(engine, PLAN, campaign=campaign, day=SINCE, budget="1"))["data"]
        for campaign in (theirs, "nonsense")
    ]
    answer = await gateways.signed(engine, "{ plans { id campaign { name accountId } } }")
    plans = {each["id"]: each["campaign"] for each in answer["data"]["plans"]}
    assert [plans[each["planCampaign"]["id"]] for each in made] == [None, None]
    # Hive also says of its own that a campaign it was not given has no account.
    assert "BAD_USER_INPUT" in {error["extensions"]["code"] for error in answer["errors"]}
    told = await gateways.signed(engine, "{ plans { id campaign { name } } }")
    named = {each["id"]: each["campaign"] for each in told["data"]["plans"]}
    assert [named[each["planCampaign"]["id"]] for each in made] == [{"name": None}] * 2


@both
async def test_the_callers_own_token_decides_what_is_seen(gateways: Gateways, engine: str) -> None:
    query = "{ viewer { tenant { id } roles } }"
    for party in (gateways.deployed.a, gateways.deployed.b):
        for role in (Role.VIEWER, Role.ADMIN):
            answer = await gateways.forwarded(engine, party.token(role), query)
            assert answer["data"]["viewer"]["roles"] == [role.name]
    unknown = await gateways.ask(engine, "forwarding", query)
    assert unknown.get("data") is None or unknown["data"]["viewer"] is None
    assert unknown["errors"]


@both
async def test_a_subgraph_that_fails_takes_its_own_fields_only(
    gateways: Gateways, engine: str
) -> None:
    # The planner believes signatures alone, and here is none.
    answer = await gateways.forwarded(
        engine,
        gateways.deployed.a.token(),
        "{ campaigns(first: 2) { nodes { name plannedBudget } } }",
    )
    nodes = answer["data"]["campaigns"]["nodes"]
    assert [node["plannedBudget"] for node in nodes] == [None, None]
    assert all(node["name"] for node in nodes)
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"UNAUTHENTICATED"}


@both
async def test_errors_of_mutations_keep_their_types(gateways: Gateways, engine: str) -> None:
    answer = await gateways.signed(
        engine,
        'mutation { cancelRun(runId: "nonsense") { __typename ... on UserError { code field } } }',
    )
    assert answer == {
        "data": {
            "cancelRun": {"__typename": "InvalidInput", "code": "BAD_USER_INPUT", "field": "runId"}
        }
    }


@pytest.mark.parametrize("way", ["forwarding", "signing"])
async def test_a_run_is_followed_through_hive(gateways: Gateways, way: str) -> None:
    """Over a socket of its own with the caller's token; as server-sent events where it signs."""
    party = gateways.deployed.a
    query = "{ runs(first: 1) { nodes { id } } }"
    runs = await gateways.forwarded("hive", party.token(), query)
    run = runs["data"]["runs"]["nodes"][0]["id"]
    url = f"http://127.0.0.1:{gateways.ports['hive'][way]}/graphql"
    headers = {"Authorization": f"Bearer {party.token()}", "Accept": "text/event-stream"}
    body = {
        "query": "subscription($run: ID!) { ingestionProgress(runId: $run) { sequence status } }",
        "variables": {"run": run},
    }
    async with (
        httpx2.AsyncClient(timeout=30) as client,
        client.stream("POST", url, json=body, headers=headers) as stream,
    ):
        lines = [line async for line in stream.aiter_lines()]
    told = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    assert all("errors" not in event for event in told)
    events = [event["data"]["ingestionProgress"] for event in told]
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["status"] == "SUCCEEDED"
