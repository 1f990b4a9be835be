"""graphql-inspector finds breaking what our own comparison finds breaking, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from graphql import GraphQLSchema
from graphql.utilities import BreakingChange

from graph.changes import RELEASED_FILE, changes, read_schema
from graph.export import SCHEMA_FILE
from tests.conformance.conftest import NpmFolder

BROKEN = {
    "  dataHealth(": "  healthOfData(",
    "  campaignName: String": "  campaignName: Int",
    "  CAMPAIGN\n": "  CAMPAIGNS\n",
    "input StartIngestionInput {\n": "input StartIngestionInput {\n  added: Int!\n",
}


def breaking(old: GraphQLSchema, new: GraphQLSchema) -> list[str]:
    return [each.description for each in changes(old, new) if isinstance(each, BreakingChange)]


async def inspected(npm_folder: NpmFolder, old: Path, new: Path) -> list[str]:
    told = json.loads(await npm_folder("schema").run("inspect.mjs", old, new))
    return [each["path"] for each in told if each["level"] == "BREAKING"]


async def test_both_find_the_same_breaking_in_what_is_released(npm_folder: NpmFolder) -> None:
    old, new = read_schema(RELEASED_FILE), read_schema(SCHEMA_FILE)
    found = await inspected(npm_folder, RELEASED_FILE, SCHEMA_FILE)
    assert bool(found) is bool(breaking(old, new)), found


async def test_both_find_what_was_broken(npm_folder: NpmFolder, tmp_path: Path) -> None:
    for number, (kept, broken) in enumerate(BROKEN.items()):
        text = SCHEMA_FILE.read_text()
        assert kept in text
        changed = tmp_path / f"{number}.graphql"
        changed.write_text(text.replace(kept, broken))
        ours = breaking(read_schema(SCHEMA_FILE), read_schema(changed))
        theirs = await inspected(npm_folder, SCHEMA_FILE, changed)
        assert ours, kept
        assert theirs, kept
        unknown = [path for path in theirs if not any(path in told for told in ours)]
        assert unknown == [], (ours, theirs)
