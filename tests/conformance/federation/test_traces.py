"""A trace of the deployed API, read with Apollo's own reader."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx2

from tests.conformance.conftest import NpmFolder
from tests.conformance.deployed import Deployed

QUERY = """query($r: [_Any!]!) {
  list: campaigns(first: 2) { nodes { name } }
  _entities(representations: $r) { ... on Campaign { name } }
}"""


def shape(node: dict[str, Any]) -> Any:
    """A node as its name, type, parent and children."""
    assert node.get("startTime", 0) <= node.get("endTime", 0)
    name = node.get("responseName", node.get("index"))
    return (
        name,
        node.get("originalFieldName", ""),
        node.get("type", ""),
        node.get("parentType", ""),
        [shape(child) for child in node.get("child", [])],
    )


async def test_apollos_reader_finds_fields_times_and_errors(
    deployed: Deployed, npm_folder: NpmFolder
) -> None:
    began = time.time()
    headers = {
        "Authorization": f"Bearer {deployed.a.token()}",
        "apollo-federation-include-trace": "ftv1",
    }
    body = {"query": QUERY, "variables": {"r": [{"__typename": "Campaign", "id": "nonsense"}]}}
    async with httpx2.AsyncClient() as client:
        answer = (await client.post(deployed.graphql, json=body, headers=headers)).json()
    told = await npm_folder("federation").run("trace.mjs", FTV1=answer["extensions"]["ftv1"])
    trace = json.loads(told)
    assert began - 1 < trace["startTime"]["seconds"] <= trace["endTime"]["seconds"]
    assert 0 < trace["durationNs"] < (time.time() - began) * 1e9
    assert trace["fieldExecutionWeight"] == 1
    name: Any = ("name", "", "String", "Campaign", [])
    assert shape(trace["root"])[4] == [
        (
            "list",
            "campaigns",
            "CampaignConnection!",
            "Query",
            [
                (
                    "nodes",
                    "",
                    "[Campaign!]!",
                    "CampaignConnection",
                    [(0, "", "", "", [name]), (1, "", "", "", [name])],
                )
            ],
        ),
        ("_entities", "", "[_Entity]!", "Query", []),
    ]
    (error,) = trace["root"]["child"][1]["error"]
    assert error["message"] == answer["errors"][0]["message"]
    assert error["location"] == [{"line": 3, "column": 3}]
    assert json.loads(error["json"]) == answer["errors"][0]
