"""graphql-eslint's recommended rules for schemas, and those of Relay, over what the API shows."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conformance.conftest import NpmFolder
from tests.conformance.deployed import Deployed

EXCUSED = {
    # The source's own name for it, which every export and report of the source calls so.
    (
        "@graphql-eslint/no-typename-prefix",
        'Field "campaignId" starts with the name of the parent type "Campaign"',
    ),
}


async def test_no_rule_finds_anything_that_is_not_excused(
    deployed: Deployed, npm_folder: NpmFolder, tmp_path: Path
) -> None:
    told = await npm_folder("schema").run(
        "lint.mjs", tmp_path / "shown.graphql", **deployed.environment()
    )
    found = [(each["ruleId"], each["message"]) for each in json.loads(told)]
    assert set(found) == EXCUSED, found
    assert len(found) == len(EXCUSED)
