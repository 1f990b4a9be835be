"""GraphiQL as a newcomer uses it, in Chromium, with no way out of this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph.ids import CONNECTION
from tests.conformance.conftest import NpmFolder
from tests.conformance.deployed import SINCE, UNTIL, Deployed

EXAMPLES = [
    "Start",
    "MarketingEntries",
    "AttributionRows",
    "DataHealth",
    "Calendar",
    "WhereFrom",
    "StartIngestion",
    "ExportCausal",
    "ReadExport",
    "WatchRun",
]


@pytest.fixture(scope="module")
async def told(
    deployed: Deployed, npm_folder: NpmFolder, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What the page showed and sent; the screenshots stay in pytest's folder."""
    shots: Path = tmp_path_factory.mktemp("graphiql")
    answer = await npm_folder("browser").run(
        "graphiql.mjs",
        **deployed.environment(),
        CONNECTION=CONNECTION.encode(deployed.a.connection.id),
        SINCE=SINCE,
        UNTIL=UNTIL,
        SHOTS=str(shots),
    )
    found: dict[str, Any] = json.loads(answer)
    return found


def test_nothing_leaves_the_host_and_nothing_runs_against_the_policy(told: dict[str, Any]) -> None:
    clean: dict[str, list[str]] = {"outside": [], "violations": [], "crashes": [], "sent": []}
    assert told["first"] == told["work"] == clean


def test_the_policy_holds_against_what_would_be_injected(told: dict[str, Any]) -> None:
    assert told["policy"] == {"inline": False, "styled": False, "fetched": "refused"}


def test_a_newcomer_is_told_how_to_begin(told: dict[str, Any]) -> None:
    assert told["tabs"] == EXAMPLES
    assert "liftos token --tenant" in told["hint"]
    assert told["refused"]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_pasted_token_opens_the_api_and_its_docs(
    told: dict[str, Any], deployed: Deployed
) -> None:
    viewer = told["start"]["data"]["viewer"]
    assert (viewer["actor"], viewer["tenant"]) == ("user:ada", {"name": "Test"})
    (connection,) = told["start"]["data"]["connections"]["nodes"]
    assert connection["accountId"] == deployed.a.connection.account_id
    assert "query: Query" in told["docs"]


def test_the_token_is_not_written_to_disk(told: dict[str, Any]) -> None:
    assert "graphiql:" in told["stored"]
    assert "eyJ" not in told["stored"]
    assert "Bearer" not in told["stored"]


def test_every_example_answers(told: dict[str, Any]) -> None:
    answers = told["answers"]
    assert {name: answer.get("errors") for name, answer in answers.items()} == dict.fromkeys(
        EXAMPLES[:6]
    )
    data = {name: answer["data"] for name, answer in answers.items()}
    assert data["MarketingEntries"]["marketingEntries"]["totalCount"] == 70
    assert len(data["AttributionRows"]["attributionRows"]["nodes"]) == 14
    assert data["DataHealth"]["dataHealth"]["whole"]["entries"] == 70
    assert [day["date"] for day in data["Calendar"]["calendar"]][::13] == [SINCE, UNTIL]
    (vintage,) = data["WhereFrom"]["marketingEntries"]["nodes"][0]["vintages"]
    assert vintage["changes"] == []


def test_the_token_reaches_the_socket_and_a_run_is_followed_to_its_end(
    told: dict[str, Any],
) -> None:
    assert told["init"]["type"] == "connection_init"
    assert told["init"]["payload"]["Authorization"].startswith("Bearer eyJ")
    progress = json.loads(told["watched"])["data"]["ingestionProgress"]
    assert (progress["status"], progress["progress"]) == ("SUCCEEDED", 1)
    assert progress["counters"] == {"fetched": 70, "stored": 0, "unchanged": 70, "rejected": 0}


def test_an_export_is_made_and_its_files_are_linked(told: dict[str, Any]) -> None:
    assert told["exporting"]["data"]["exportCausal"]["export"]["run"]["status"] == "QUEUED"
    export = told["exported"]["data"]["export"]
    assert (export["state"], export["rows"]) == ("READY", 14)
    assert "wide.csv" in {file["name"] for file in export["files"]}


def test_a_narrow_window_does_not_scroll_sideways(told: dict[str, Any]) -> None:
    assert told["overflow"] == {"light": 0, "dark": 0}


def test_it_can_be_worked_by_keyboard(told: dict[str, Any]) -> None:
    assert told["stops"][:3] == ["Forget", "Reopen examples", "Show Documentation Explorer"]
    assert told["afterEditor"].startswith("Execute query")
    assert told["byKeyboard"]["data"]["viewer"]["actor"] == "user:ada"
