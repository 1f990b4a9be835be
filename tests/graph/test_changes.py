"""A change that may break a client is listed with its reason, or is not made."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import build_schema

from graph.changes import (
    LISTED_FILE,
    RELEASED_FILE,
    Listed,
    changes,
    faults,
    read_listed,
    read_schema,
    told,
)
from graph.export import SCHEMA_FILE

OLD = """
type Query { kept: Int going(old: Int, gone: Int @deprecated(reason: "x")): E left: Int
  noticed: Int @deprecated(reason: "use kept") }
enum E { A B OLD @deprecated(reason: "use A") }
input I { a: Int @deprecated(reason: "x") b: Int }
"""
REMOVED = "removed without a deprecation in the last release: "


def test_nothing_breaks_a_client_of_the_last_release_without_a_reason() -> None:
    old, new = read_schema(RELEASED_FILE), read_schema(SCHEMA_FILE)
    assert faults(old, new, read_listed(LISTED_FILE)) == []


@pytest.mark.parametrize(
    ("new", "found"),
    [
        (OLD.replace("kept: Int", "kept: Int more: Int"), []),
        (OLD.replace('noticed: Int @deprecated(reason: "use kept")', ""), ["Query.noticed"]),
        (OLD.replace(', gone: Int @deprecated(reason: "x")', ""), ["Query.going(gone:)"]),
        (OLD.replace('OLD @deprecated(reason: "use A")', ""), ["E.OLD"]),
        (OLD.replace('a: Int @deprecated(reason: "x")', ""), ["I.a"]),
    ],
)
def test_what_was_deprecated_goes_when_it_is_listed(new: str, found: list[str]) -> None:
    before, after = build_schema(OLD), build_schema(new)
    made = [told(each) for each in changes(before, after)]
    assert [any(f" {name} was removed." in line for line in made) for name in found] == [
        True
    ] * len(made)
    assert faults(before, after, []) == [f"not listed: {line}" for line in made]
    assert faults(before, after, [Listed(line, "why") for line in made]) == []


@pytest.mark.parametrize(
    ("new", "line"),
    [
        (OLD.replace("left: Int", ""), "FIELD_REMOVED: Field Query.left was removed."),
        (OLD.replace("old: Int, ", ""), "ARG_REMOVED: Argument Query.going(old:) was removed."),
        (OLD.replace("A B", "A"), "VALUE_REMOVED_FROM_ENUM: Enum value E.B was removed."),
        (OLD.replace("b: Int }", "}"), "FIELD_REMOVED: Field I.b was removed."),
    ],
)
def test_what_nobody_was_told_of_stays(new: str, line: str) -> None:
    before, after = build_schema(OLD), build_schema(new)
    assert faults(before, after, [Listed(line, "why")]) == [f"{REMOVED}{line}"]


def test_the_list_holds_reasons_and_nothing_stale(tmp_path: Path) -> None:
    before, after = build_schema(OLD), build_schema(OLD.replace("A B", "A B C"))
    line = "VALUE_ADDED_TO_ENUM: Enum value E.C was added."
    path = tmp_path / "changes.toml"
    path.write_text(f'[[change]]\nchange = "{line}"\nreason = " "\n')
    assert faults(before, after, read_listed(path)) == [f"listed without a reason: {line}"]
    assert faults(before, before, read_listed(path))[0] == f"listed, but not made: {line}"
