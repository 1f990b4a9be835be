"""Writes liftos_client/generated and persisted/python from operations.graphql and the schema.

`python client/generate.py`. ariadne-codegen is fetched by uv, at the release below. The client and
the registered operations come from the same text, so that a tenant who lets pass nothing but
registered operations lets this client pass.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Final

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
GENERATOR: Final = "ariadne-codegen==0.19.0"
UV: Final = Path(sys.executable).with_name("uv")
OURS: Final = frozenset({"client.py", "exceptions.py", "async_base_client.py", "base_client.py"})
"""What is not taken over as it was generated."""
SUBSCRIPTION: Final = re.compile(r"^# [^\n]+\nsubscription .+?^}\n", re.MULTILINE | re.DOTALL)

_SETTINGS = """\
[tool.ariadne-codegen]
schema_path = "schema.graphql"
queries_path = "operations.graphql"
target_package_name = "made"
client_name = "{name}"
async_client = {is_async}
include_all_inputs = false
include_all_enums = false
include_comments = "stable"

[tool.ariadne-codegen.scalars.Decimal]
type = "decimal.Decimal"
[tool.ariadne-codegen.scalars.Date]
type = "liftos_client.scalars.Day"
[tool.ariadne-codegen.scalars.DateTime]
type = "liftos_client.scalars.Moment"
[tool.ariadne-codegen.scalars.BigInt]
type = "int"
"""
UNIONS: Final = (
    (r': (Union\[[^\]]*\]) = Field\(discriminator="typename__"\)', r": OpenUnion[\1]"),
    (
        r'Annotated\[\s*(Union\[[^\]]*\]),\s*Field\(discriminator="typename__"\),\s*\]',
        r"OpenUnion[\1]",
    ),
)
"""Members that are told apart, as they are generated and as they are kept."""
FOLLOWED: Final = re.compile(
    r"async for data in self\.execute_ws\(\n\s+(.+?)\n\s+\):\n\s+yield (.+?)\n", re.DOTALL
)
_IMPORTED: Final = (
    "from collections.abc import AsyncIterator\n",
    "from collections.abc import AsyncGenerator\nfrom contextlib import aclosing\n",
)
_FOLLOWING: Final = """\
async with aclosing(
            self.follow(
                \\1
            )
        ) as told:
            async for data in told:
                yield \\2
"""


def main(package: Path, registered: Path) -> None:
    """Write both folders anew."""
    for folder in (package, registered):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    with TemporaryDirectory() as place:
        made = _generated(Path(place), "AsyncOperations", is_async=True)
        for file in sorted(made.glob("*.py")):
            if file.name not in OURS:
                text = _with_open_unions(_with_open_enums(_relative(file.read_text())))
                (package / file.name).write_text(text)
        asynchronous = (made / "client.py").read_text()
        (package / "async_operations.py").write_text(_over_transport(asynchronous, "Async"))
        made = _generated(Path(place), "Operations", is_async=False)
        (package / "operations.py").write_text(
            _over_transport((made / "client.py").read_text(), "")
        )
    (package / "__init__.py").write_text('"""Generated; see client/generate.py."""\n')
    descriptions = _descriptions((HERE / "operations.graphql").read_text())
    for name, document in documents(asynchronous):
        (registered / f"{name}.graphql").write_text(f"# {descriptions[name]}\n{document}")


def documents(client: str) -> Iterator[tuple[str, str]]:
    """Each operation's name and the document that a generated client sends for it."""
    for node in ast.walk(ast.parse(client)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "gql":
            [text] = node.args
            assert isinstance(text, ast.Constant)  # noqa: S101 - as the generator writes it
            document = dedent(str(text.value)).strip() + "\n"
            yield re.findall(r"^\w+ (\w+)", document)[0], document


def _generated(place: Path, name: str, *, is_async: bool) -> Path:
    shutil.copy(ROOT / "schema.graphql", place)
    operations = (HERE / "operations.graphql").read_text()
    if not is_async:
        # Whoever follows something waits for it, and does nothing else meanwhile.
        operations = SUBSCRIPTION.sub("", operations)
    (place / "operations.graphql").write_text(operations)
    settings = _SETTINGS.format(name=name, is_async=str(is_async).lower())
    (place / "settings.toml").write_text(settings)
    shutil.rmtree(place / "made", ignore_errors=True)
    run = (UV, "run", "--no-project", "--isolated", "--quiet", "--with", GENERATOR)
    command = (*run, "ariadne-codegen", "client", "--config", "settings.toml")
    subprocess.run(command, cwd=place, check=True, capture_output=True)  # noqa: S603 - our own
    return place / "made"


def _relative(text: str) -> str:
    return text.replace("from liftos_client.", "from ..")


def _with_open_enums(text: str) -> str:
    """Enums that take values of newer servers, too."""
    imported = "from enum import Enum\n"
    if imported not in text:
        return text
    opened = text.replace(imported, "from ..open_enums import OpenEnum\n")
    return opened.replace("(str, Enum):", "(OpenEnum):")


def _with_open_unions(text: str) -> str:
    """Unions that take members of newer servers, too."""
    opened = text
    for closed, kept in UNIONS:
        opened = re.sub(closed, kept, opened)
    assert "discriminator=" not in opened  # noqa: S101 - as the generator writes it
    if opened == text:
        return text
    if "Annotated[" not in opened:
        opened = opened.replace("from typing import Annotated, ", "from typing import ")
    imported = "from .base_model import BaseModel\n"
    return opened.replace(imported, f"from ..open_unions import OpenUnion\n{imported}")


def _over_transport(client: str, kind: str) -> str:
    base = f"{kind}BaseClient"
    imported = f"from .{kind.lower()}{'_' if kind else ''}base_client import {base}"
    assert imported in client  # noqa: S101 - as the generator writes it
    moved = _relative(client).replace(imported, f"from ..transport import {kind}Transport")
    moved = moved.replace(*_IMPORTED)
    moved = re.sub(r"AsyncIterator\[(\w+)\]", r"AsyncGenerator[\1, None]", moved)
    return FOLLOWED.sub(_FOLLOWING, moved.replace(base, f"{kind}Transport"))


def _descriptions(operations: str) -> dict[str, str]:
    return {
        name: text for text, name in re.findall(r"^# (.+)\n\w+ (\w+)", operations, re.MULTILINE)
    }


if __name__ == "__main__":
    main(HERE / "liftos_client" / "generated", ROOT / "persisted" / "python")
