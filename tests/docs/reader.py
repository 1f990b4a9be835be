"""Somebody who does what the documents say, against a running demo."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from graphql import GraphQLSchema, OperationDefinitionNode, OperationType, build_schema, parse

from tests.docs.pages import ROOT, Block, require, steps
from tests.support import free_port

SECRETS = {
    "LIFTOS_JWT_SECRET": "a-secret-of-at-least-32-bytes-for-this-example",
    "LIFTOS_GATEWAY_SECRET": "a-secret-shared-with-the-gateway",
}
"""What docs/deploy.md signs with."""

READY_SECONDS, STEP_SECONDS = 120, 60
_ASSIGNED = re.compile(r"^(?:export )?(\w+)=", re.MULTILINE)
_KEPT = frozenset({"asOf", "endCursor", "trace"})


SIZE_ARGUMENTS = (
    "assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], "
    "requireOneSlicingArgument: Boolean"
)


def schema() -> GraphQLSchema:
    # The federation directives of the subgraph are the gateway's business.
    before, _, after = (ROOT / "schema.graphql").read_text().partition("schema @link")
    text = before + after.partition("\n\n")[2]
    head = "directive @link(url: String) on SCHEMA\n" + "".join(
        f"directive @{directive}\n"
        for directive in (
            "key(fields: String!) repeatable on OBJECT",
            "shareable on OBJECT",
            "tag(name: String!) on FIELD_DEFINITION",
            "cost(weight: Int!) on FIELD_DEFINITION",
            f"listSize({SIZE_ARGUMENTS}) on FIELD_DEFINITION",
        )
    )
    return build_schema(head + text)


def environment(home: Path) -> dict[str, str]:
    """A clean one; commands are those of this interpreter."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIFTOS_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    return {**kept, "PATH": path, "PYTHONPATH": str(ROOT), "LIFTOS_HOME": str(home), **SECRETS}


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo."""

    home: Path
    port: int
    sandbox_port: int

    def here(self, text: str) -> str:
        """`text` with the ports of this demo for the usual ones."""
        moved = text.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}")
        return moved.replace("127.0.0.1:8900", f"127.0.0.1:{self.sandbox_port}")

    def there(self, text: str) -> str:
        """`text` with the usual ports for those of this demo."""
        moved = text.replace(f"127.0.0.1:{self.port}", "127.0.0.1:8000")
        return moved.replace(f"127.0.0.1:{self.sandbox_port}", "127.0.0.1:8900")


@contextmanager
def running_demo(home: Path) -> Iterator[Demo]:
    demo = Demo(home, free_port(), free_port())
    ports = ("--port", str(demo.port), "--sandbox-port", str(demo.sandbox_port))
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli.main", "demo", *ports],
        env=environment(home),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    watch = threading.Timer(READY_SECONDS, process.kill)
    watch.start()
    assert process.stdout is not None
    with process.stdout as output:
        told = []
        for line in output:
            told.append(line)
            if line.startswith("Everything is up"):
                break
        watch.cancel()
        assert told[-1].startswith("Everything is up"), "".join(told)
        try:
            yield demo
        finally:
            process.send_signal(signal.SIGINT)
            output.read()
            process.wait(60)


class Reader:
    """Keeps the variables of the shell from block to block, and the ids of answers beside them."""

    def __init__(self, demo: Demo, folder: Path) -> None:
        self._demo = demo
        self._folder = folder
        self._state = folder / ".state"
        self._state.touch()
        bash = shutil.which("bash")
        assert bash is not None
        self._bash = bash

    def follow(self, document: Path) -> None:
        """Do every step of a document."""
        for step in steps(document):
            if step.block.reason is None:
                told = self.do(step.block)
                if step.answer is not None:
                    require(step.answer, told)

    def do(self, block: Block) -> str:
        """Do what a block says; what came of it."""
        if block.language == "sh":
            return self._demo.there(self.run(block.body, block.place))
        if block.language == "graphql" and not _is_subscription(block.body):
            return self._ask(block)
        if block.language == "python":
            self._save(block)
        return ""

    def run(self, script: str, place: str = "") -> str:
        """Run a script in the shell."""
        names = " ".join(dict.fromkeys(_ASSIGNED.findall(script)))
        keep = f"declare -p {names} >> {self._state}" if names else ""
        done = subprocess.run(
            [self._bash, "-euo", "pipefail", "-c", f"source {self._state}\n"
             + self._demo.here(script) + f"\n{keep}"],
            env=environment(self._demo.home), cwd=self._folder, text=True, timeout=STEP_SECONDS,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{place} ended {done.returncode}:\n{done.stdout}"
        return done.stdout

    def variable(self, name: str) -> str:
        """A variable of the shell."""
        return self.run(f'printf %s "${{{name}}}"')

    def _save(self, block: Block) -> None:
        name = block.body.partition("\n")[0].removeprefix("# ")
        assert name.endswith(".py"), f"{block.place} does not name its file"
        (self._folder / name).write_text(self._demo.here(block.body))

    def _ask(self, block: Block) -> str:
        variables = {name: self.variable(name) for name in _variables(block.body)}
        answer = self._post({"query": block.body, "variables": variables})
        # Pages show what was answered; docs/limits.md shows what it cost.
        answer.pop("extensions", None)
        self._keep(answer)
        return json.dumps(answer, indent=2, ensure_ascii=False)

    def _post(self, body: Mapping[str, object]) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._demo.port}/graphql",
            json.dumps(body).encode(),
            {
                "Authorization": f"Bearer {self.variable('TOKEN')}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=STEP_SECONDS) as answer:
                return json.load(answer)
        except HTTPError as refused:
            return json.load(refused)

    def _keep(self, answer: Any) -> None:
        """`id` under the name of what has it; the first one of a list."""
        found = dict(reversed(list(_ids("", answer))))
        with self._state.open("a") as state:
            state.writelines(f"{name}='{value}'\n" for name, value in found.items())


def _ids(owner: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _ids(owner, item)
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "id":
                yield owner, inner
            elif name in _KEPT and isinstance(inner, str):
                yield name, inner
            yield from _ids(name, inner)


def _operation(text: str) -> OperationDefinitionNode:
    first = parse(text).definitions[0]
    assert isinstance(first, OperationDefinitionNode)
    return first


def _is_subscription(text: str) -> bool:
    return _operation(text).operation is OperationType.SUBSCRIPTION


def _variables(text: str) -> list[str]:
    return [one.variable.name.value for one in _operation(text).variable_definitions or ()]
