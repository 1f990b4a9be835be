"""`make schema-diff`: what the schema asks of those who wrote against the last release.

`released/schema.graphql` is what clients were given; `released/changes.toml` lists each change
that may break one, with its reason. What is removed was deprecated in a release before, so that
every client has had the notice of one release.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, build_schema
from graphql.utilities import (
    SafeChange,
    SchemaChange,
    find_schema_changes,
    resolve_schema_coordinate,
)

from graph.export import SCHEMA_FILE

FOLDER = SCHEMA_FILE.parent / "released"
RELEASED_FILE = FOLDER / "schema.graphql"
LISTED_FILE = FOLDER / "changes.toml"
REMOVED = re.compile(r"(?:Field|Argument|Enum value|Input field) (?P<coordinate>\S+) was removed\.")
"""How the comparison tells of what GraphQL can mark as deprecated."""
PARTS = ("field_argument", "enum_value", "input_field", "field")
"""What such a coordinate resolves to, the innermost first."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list: a change as `make schema-diff` prints it, and why it is made."""

    change: str
    reason: str


def changes(old: GraphQLSchema, new: GraphQLSchema) -> list[SchemaChange]:
    """Everything that may break a client, in the order of the schema."""
    return [each for each in find_schema_changes(old, new) if not isinstance(each, SafeChange)]


def faults(old: GraphQLSchema, new: GraphQLSchema, listed: Sequence[Listed]) -> list[str]:
    """What is wrong with the changes or with the list; empty when nothing is."""
    found = {told(each): each for each in changes(old, new)}
    reasons = {each.change: each.reason.strip() for each in listed}
    unlisted = [f"not listed: {name}" for name in found if name not in reasons]
    stale = [f"listed, but not made: {name}" for name in reasons if name not in found]
    unreasoned = [f"listed without a reason: {name}" for name, why in reasons.items() if not why]
    sudden = [
        f"removed without a deprecation in the last release: {name}"
        for name, each in found.items()
        if _is_sudden(old, each)
    ]
    return [*unlisted, *stale, *unreasoned, *sudden]


def told(change: SchemaChange) -> str:
    """A change in one line."""
    return f"{change.type.name}: {change.description}"


def read_schema(path: Path) -> GraphQLSchema:
    """The schema of an SDL file; its federation directives are the gateway's business."""
    return build_schema(path.read_text("utf-8"), assume_valid=True, assume_valid_sdl=True)


def read_listed(path: Path) -> list[Listed]:
    """The list, in its own order."""
    entries = tomllib.loads(path.read_text("utf-8")).get("change", [])
    return [Listed(entry["change"], entry["reason"]) for entry in entries]


def main() -> None:
    """Print every change and what is wrong with them; exit 1 if anything is."""
    old, new = read_schema(RELEASED_FILE), read_schema(SCHEMA_FILE)
    found = faults(old, new, read_listed(LISTED_FILE))
    lines = [*map(told, changes(old, new)), *found]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.exit(1 if found else 0)


def _is_sudden(old: GraphQLSchema, change: SchemaChange) -> bool:
    removed = REMOVED.fullmatch(change.description)
    if removed is None:
        return False
    resolved: Any = resolve_schema_coordinate(old, removed["coordinate"])
    part = next(getattr(resolved, name) for name in PARTS if hasattr(resolved, name))
    return part.deprecation_reason is None


if __name__ == "__main__":
    main()
