"""The clients that others wrote read our streams: each script is a program of theirs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graph.ids import RUN
from stores.wiring import Stores
from tests.conformance.conftest import NpmFolder
from tests.conformance.deployed import Deployed
from tests.docs.pages import ROOT, blocks

EVENT_STREAM = "text/event-stream; charset=utf-8"
PARTS = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
VIEWER = [{"data": {"viewer": {"actor": "user:ada"}}}]


@pytest.fixture(scope="module")
async def steps(deployed: Deployed, stores: Stores) -> list[int]:
    """The sequences of the run's events, from the database."""
    party = deployed.a
    told = await stores.runs.events_after(party.tenant.scope, party.run.id, 0, 1000)
    found = [event.sequence for event in told]
    assert len(found) >= 4
    return found


async def heard(
    npm_folder: NpmFolder, deployed: Deployed, steps: list[int], script: str
) -> dict[str, Any]:
    environment = {
        **deployed.environment(),
        "LIFTOS_RUN": RUN.encode(deployed.a.run.id),
        "LIFTOS_EVENTS": str(len(steps)),
    }
    found: dict[str, Any] = json.loads(await npm_folder("streams").run(script, **environment))
    return found


def without_cost(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"data": result["data"]} for result in results]


def documented() -> list[str]:
    """The programs that docs/subscriptions.md shows."""
    return [
        each.body for each in blocks(ROOT / "docs" / "subscriptions.md") if each.language == "js"
    ]


@pytest.mark.parametrize("program", documented(), ids=["sockets", "events", "parts"])
async def test_what_the_page_shows(
    deployed: Deployed, npm_folder: NpmFolder, steps: list[int], program: str
) -> None:
    here = program.replace("127.0.0.1:8000", deployed.url.removeprefix("http://"))
    told = await npm_folder("streams").run(
        "--input-type=module",
        "--eval",
        here,
        TOKEN=deployed.a.token(),
        RUN=RUN.encode(deployed.a.run.id),
    )
    assert [int(line) for line in told.split()] == steps


async def test_graphql_ws(deployed: Deployed, npm_folder: NpmFolder, steps: list[int]) -> None:
    found = await heard(npm_folder, deployed, steps, "graphql_ws.mjs")
    assert found["subscription"] == steps
    assert without_cost(found["query"]) == VIEWER
    [mutation] = found["mutation"]
    assert mutation["data"] == {"cancelRun": {"field": "runId"}}
    assert found["refused"] == ["GRAPHQL_VALIDATION_FAILED"]
    assert found["multiplexed"] == [steps] * 50
    assert found["unauthenticated"] == [4403, "Forbidden: the token does not hold"]
    assert found["pong"] == [True, None]
    assert found["resumed"] == steps[:4]
    assert found["retried"] == steps


async def test_graphql_sse(deployed: Deployed, npm_folder: NpmFolder, steps: list[int]) -> None:
    found = await heard(npm_folder, deployed, steps, "graphql_sse.mjs")
    assert found["subscription"] == steps
    assert without_cost(found["query"]) == VIEWER
    assert found["refused"] == ["GRAPHQL_VALIDATION_FAILED"]
    assert found["parallel"] == [steps] * 20
    assert (found["unauthenticated"], found["single"]) == (401, 405)


async def test_event_source(deployed: Deployed, npm_folder: NpmFolder, steps: list[int]) -> None:
    found = await heard(npm_folder, deployed, steps, "event_source.mjs")
    assert found["seen"] == steps
    assert found["ids"] == [str(sequence) for sequence in steps]
    assert found["sent"] == [None, str(steps[1])]


async def test_apollo_client(deployed: Deployed, npm_folder: NpmFolder, steps: list[int]) -> None:
    found = await heard(npm_folder, deployed, steps, "apollo.mjs")
    assert found["multipart"] == found["sockets"] == steps
    assert found["query"] == "user:ada"
    assert found["refused"] == ["GRAPHQL_VALIDATION_FAILED"]
    (asked, told), (_, json_type), _ = found["mediaTypes"]
    assert asked.startswith("multipart/mixed;boundary=graphql;subscriptionSpec=1.0")
    assert told == PARTS
    assert json_type.startswith("application/graphql-response+json")


async def test_meros_and_urql(deployed: Deployed, npm_folder: NpmFolder, steps: list[int]) -> None:
    found = await heard(npm_folder, deployed, steps, "others.mjs")
    assert (found["meros"], found["json"]) == (steps, True)
    assert (found["urqlQuery"], found["urql"]) == ("user:ada", steps)
    query, subscription = found["mediaTypes"]
    assert query.startswith("application/graphql-response+json")
    assert subscription == EVENT_STREAM
