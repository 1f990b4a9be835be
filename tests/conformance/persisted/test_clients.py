"""Apollo Client and urql persist their queries by themselves, and ask for registered ones."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from core.operation_text import sha256_of
from core.records.operations import NewOperation, OperationKind, Stage
from stores.wiring import Stores
from tests.conformance.conftest import NpmFolder
from tests.conformance.deployed import Deployed

SETTLED = 1.0
WAYS = ("apolloPost", "apolloGet", "urqlPost", "urqlGet")


async def told_by(npm_folder: NpmFolder, deployed: Deployed, name: str) -> dict[str, Any]:
    said = await npm_folder("persisted").run("clients.mjs", **deployed.environment(), NAME=name)
    found: dict[str, Any] = json.loads(said)
    return found


@pytest.fixture(scope="module")
async def told(npm_folder: NpmFolder, deployed: Deployed) -> dict[str, Any]:
    return await told_by(npm_folder, deployed, "First")


@pytest.mark.parametrize("way", WAYS)
async def test_a_client_sends_its_document_once(told: dict[str, Any], way: str) -> None:
    found = told[way]
    assert found["results"] == ["user:ada", "user:ada"]
    # The hash, which is not known; the hash with the document; then the hash alone.
    assert [call["query"] for call in found["calls"]] == [False, True, False]
    hashed = "GET" if way.endswith("Get") else "POST"
    assert [found["calls"][place]["method"] for place in (0, 2)] == [hashed, hashed]
    kept = "private, no-cache" if hashed == "GET" else "no-store"
    assert found["calls"][2]["cache"] == kept


@pytest.mark.parametrize("stage", [Stage.SAFELIST, Stage.BLOCK])
async def test_a_client_that_sends_what_nobody_registered_is_told(
    npm_folder: NpmFolder, deployed: Deployed, stores: Stores, stage: Stage
) -> None:
    scope = deployed.a.tenant.scope
    await stores.operation_stages.set_stage(scope, None, stage)
    await asyncio.sleep(SETTLED)
    try:
        refused = await told_by(npm_folder, deployed, f"In{stage.title()}")
    finally:
        await stores.operation_stages.set_stage(scope, None, None)
        await asyncio.sleep(SETTLED)
    words = {
        Stage.SAFELIST: "this document is not registered",
        Stage.BLOCK: "documents are not taken here, only ids of registered ones",
    }
    for way in WAYS:
        assert all(words[stage] in each for each in refused[way]["results"]), refused[way]


async def test_what_is_registered_passes_by_its_hash_where_no_document_does(
    npm_folder: NpmFolder, deployed: Deployed, stores: Stores
) -> None:
    scope = deployed.a.tenant.scope
    documents = {
        # As each client prints it: Apollo's with the __typename that its cache needs.
        "Apollo": "query {name} {{\n  viewer {{\n    actor\n    __typename\n  }}\n}}",
        "Urql": "query {name} {{\n  viewer {{\n    actor\n  }}\n}}",
    }
    operations = [
        NewOperation("suite", "Kept", OperationKind.QUERY, text.format(name=name), "", None, 2)
        for client, text in documents.items()
        for name in (f"Kept{client}Post", f"Kept{client}Get")
    ]
    await stores.operations.register(scope, operations)
    await stores.operation_stages.set_stage(scope, None, Stage.BLOCK)
    await asyncio.sleep(SETTLED)
    try:
        found = await told_by(npm_folder, deployed, "Kept")
    finally:
        await stores.operation_stages.set_stage(scope, None, None)
        await asyncio.sleep(SETTLED)
    assert len({sha256_of(each.document) for each in operations}) == len(operations)
    for way in WAYS:
        assert found[way]["results"] == ["user:ada", "user:ada"], (way, found[way])
        assert [call["query"] for call in found[way]["calls"]] == [False, False]
