"""docs/errors.md tells every code that a door can answer, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import TypeGuard

from app.http.errors import status_name
from app.http.refused import CLOSES, REFUSED
from core.errors import LiftosError
from graph.codes import FINDINGS
from tests.docs.pages import ROOT
from tests.docs.tables import every_error

DOORS = ("core", "resolvers", "graph", "app")
CODE = re.compile(r"[A-Z]+(?:_[A-Z]+)*")


def parsed() -> Iterator[ast.AST]:
    for house in DOORS:
        for path in (ROOT / house).rglob("*.py"):
            yield from ast.walk(ast.parse(path.read_text()))


def written_codes() -> set[str]:
    """Texts that stand where a code does: `"code": …`, `code=…`, a class's `code`."""
    found: list[ast.expr] = []
    for node in parsed():
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            found += [
                value
                for key, value in pairs
                if isinstance(key, ast.Constant) and key.value == "code"
            ]
        elif isinstance(node, ast.keyword) and node.arg == "code":
            found.append(node.value)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(each, ast.Name) and each.id == "code" for each in targets):
                found += [node.value] if node.value else []
        elif is_call_of(node, "Told", "Finding"):
            found += [arg for arg in node.args if isinstance(arg, ast.Constant)]
    texts = [each.value for each in found if isinstance(each, ast.Constant)]
    return {text for text in texts if isinstance(text, str) and CODE.fullmatch(text)}


def is_call_of(node: ast.AST, *names: str) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def refused_statuses() -> set[HTTPStatus]:
    """The statuses that a `Refusal` is made with."""
    return {
        HTTPStatus[node.args[0].attr]
        for node in parsed()
        if is_call_of(node, "Refusal")
        and isinstance(node.args[0], ast.Attribute)
        and node.args[0].attr != "status"
    }


def closing_codes() -> set[int]:
    return {
        node.args[0].value
        for node in parsed()
        if is_call_of(node, "Close")
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, int)
    }


def own_codes() -> set[str]:
    return {LiftosError.code, *(kind.code for kind in every_error())}


def told_codes() -> set[str]:
    text = (ROOT / "docs" / "errors.md").read_text()
    tables = re.findall(r"<!-- (?:errors|findings|refused) -->\n(.*?)<!-- end -->", text, re.DOTALL)
    assert len(tables) == 3
    return {
        code for table in tables for code in re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE)
    }


def test_every_code_is_told_and_every_told_code_is_given() -> None:
    of_http = {status_name(status) for status in REFUSED}
    assert told_codes() == own_codes() | of_http | {each.code for each in FINDINGS}
    assert written_codes() - told_codes() == set()
    assert {"INTERNAL", "BAD_USER_INPUT", "GRAPHQL_PARSE_FAILED"} <= written_codes()


def test_every_status_that_is_refused_with_is_told() -> None:
    ours = {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}  # told as codes of our own errors
    assert refused_statuses() - ours == set(REFUSED)
    assert {status_name(status) for status in ours} <= own_codes()


def test_every_close_of_a_socket_is_told() -> None:
    assert closing_codes() == set(CLOSES)
