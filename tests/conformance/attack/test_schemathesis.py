"""schemathesis asks every root field with values that fit the schema, and with some that do not."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

from tests.conformance.attack.watch import Watched
from tests.conformance.deployed import Deployed

ROOT = Path(__file__).resolve().parents[3]
CHECKS = ("not_a_server_error", "response_schema_conformance", "negative_data_rejection")
EXAMPLES_OF_A_FIELD = 7
AT_LEAST = 500
SECONDS = 200


async def test_it_finds_no_fault(target: Deployed, watched: Watched, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", target.graphql),
        *("--header", f"Authorization: Bearer {target.a.token()}"),
        *("--checks", ",".join(CHECKS), "--phases", "fuzzing", "--mode", "all"),
        *("--max-examples", str(EXAMPLES_OF_A_FIELD), "--generation-deterministic"),
        *("--suppress-health-check", "all", "--continue-on-failure", "--warnings", "off"),
        cwd=tmp_path,
        env=os.environ | {"SCHEMATHESIS_HOOKS": f"{__package__}.scalars", "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told = (await asyncio.wait_for(process.communicate(), SECONDS))[0].decode()
    counted = re.search(r"(\d+) generated, (\d+) passed", told)
    assert process.returncode == 0, told
    assert counted is not None, told
    assert int(counted[1]) == int(counted[2]) >= AT_LEAST, told
    assert watched.errors() == []
