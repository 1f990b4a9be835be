"""The clients that people use, each in its own words, told the same by the deployed API."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.conftest import NpmFolder
from tests.conformance.deployed import Deployed
from tests.conformance.node import NodeFolder

HERE = Path(__file__).resolve().parent
UV = HERE.parents[2] / ".venv" / "bin" / "uv"
PYTHON_SECONDS = 240
REFUSED = {
    "code": "BAD_USER_INPUT",
    "field": "first",
    "mend": "ask for at most 1000 and follow pageInfo",
}
ENDED_BEFORE = {
    "__typename": "ConflictError",
    "code": "CONFLICT",
    "mend": "only a queued or running run can be cancelled",
}
ENTRIES, CAMPAIGNS, FIRST_SPEND = 70, 6, "88.98"
TSC = ("--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes",
       "--module", "nodenext", "--target", "es2023", "--lib", "es2023,dom")  # fmt: skip


@pytest.fixture(scope="module")
def clients(npm_folder: NpmFolder) -> NodeFolder:
    return npm_folder("clients")


@pytest.fixture
def surroundings(deployed: Deployed) -> dict[str, str]:
    """What each client is told: addresses, a token and a run that has ended."""
    return {**deployed.environment(), "LIFTOS_RUN_ID": deployed.a.run_id}


def require_all_entries(told: dict[str, Any]) -> None:
    """Fail unless the client has walked every page and met each entry once."""
    assert len(told["ids"]) == len(set(told["ids"])) == ENTRIES
    assert told["spend"] == FIRST_SPEND


async def test_apollo_client(clients: NodeFolder, surroundings: dict[str, str]) -> None:
    told = json.loads(await clients.run("apollo.mjs", **surroundings))
    require_all_entries(told)
    assert told["kept"] == {"entries": ENTRIES, "campaigns": CAMPAIGNS}
    assert told["again"]["name"] == "prospecting_de_broad_006"
    assert (told["refused"], told["cancelled"]) == (REFUSED, ENDED_BEFORE)
    assert told["ended"] == "SUCCEEDED"


async def test_urql(clients: NodeFolder, surroundings: dict[str, str]) -> None:
    told = json.loads(await clients.run("urql.mjs", **surroundings))
    require_all_entries(told)
    assert (told["refused"], told["cancelled"]) == (REFUSED, ENDED_BEFORE)
    assert told["ended"] == "SUCCEEDED"


async def test_relay(
    clients: NodeFolder, npm_folder: NpmFolder, surroundings: dict[str, str], tmp_path: Path
) -> None:
    schema, made = tmp_path / "shown.graphql", tmp_path / "__generated__"
    made.mkdir()
    schema.write_text(await npm_folder("schema").run("shown.mjs", **surroundings))
    settings = {
        "src": "./relay",
        "language": "javascript",
        "schema": str(schema),
        "artifactDirectory": str(made),
        "eagerEsModules": False,
    }
    (tmp_path / "relay.json").write_text(json.dumps(settings))
    await clients.run("node_modules/relay-compiler/cli.js", tmp_path / "relay.json")
    told = json.loads(await clients.run("relay.mjs", LIFTOS_ARTIFACTS=str(made), **surroundings))
    require_all_entries(told)
    assert told["again"]["name"] == "prospecting_de_broad_006"
    assert told["cancelled"] == ENDED_BEFORE


async def test_graphql_codegen_and_a_strict_compiler(
    clients: NodeFolder, surroundings: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "node_modules").symlink_to(clients.path / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(HERE / "typed" / "entries.ts", tmp_path)
    generator = "node_modules/@graphql-codegen/cli/cjs/bin.js"
    told = {**surroundings, "LIFTOS_TYPES": str(tmp_path)}
    await clients.run(generator, "--config", "typed/codegen.mjs", **told)
    sources = (tmp_path / name for name in ("schema.ts", "operations.ts", "entries.ts"))
    await clients.run("node_modules/typescript/bin/tsc", *TSC, *sources)
    answered = json.loads(await clients.run(tmp_path / "entries.js", **surroundings))
    require_all_entries(answered)
    assert answered["told"] == ENDED_BEFORE["mend"]


async def python(requirements: str, *command: str, cwd: Path, **told: str) -> str:
    """What a program says in an environment of its own; the worker goes on meanwhile."""
    return await asyncio.to_thread(_python, [HERE / requirements, *command], cwd, told)


def _python(command: list[str | Path], cwd: Path, told: dict[str, str]) -> str:
    run = (UV, "run", "--no-project", "--isolated", "--quiet", "--with-requirements")
    done = subprocess.run(
        [*run, *command],
        cwd=cwd,
        env=os.environ | told,
        capture_output=True,
        text=True,
        timeout=PYTHON_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def test_gql(surroundings: dict[str, str]) -> None:
    told = json.loads(await python("gql.txt", "with_gql.py", cwd=HERE, **surroundings))
    require_all_entries(told)
    assert (told["refused"], told["cancelled"]) == (REFUSED, ENDED_BEFORE)
    assert told["ended"] == "SUCCEEDED"


async def test_ariadne_codegen(surroundings: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "ariadne"
    shutil.copytree(HERE / "ariadne", folder)
    bearer = f"Bearer {surroundings['LIFTOS_TOKEN']}"
    given = {**surroundings, "LIFTOS_AUTHORIZATION": bearer}
    await python("ariadne.txt", "ariadne-codegen", "client", cwd=folder, **given)
    told = json.loads(await python("ariadne.txt", "with_ariadne.py", cwd=folder, **surroundings))
    require_all_entries(told)
    assert told["is_exact"] is True
    assert (told["refused"]["code"], told["refused"]["field"]) == ("BAD_USER_INPUT", "after")
    assert told["cancelled"] == ENDED_BEFORE
    assert told["ended"] == "SUCCEEDED"
