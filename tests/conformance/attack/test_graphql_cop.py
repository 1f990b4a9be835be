"""The list of graphql-cop (https://github.com/dolevf/graphql-cop, its lib/tests) as data.

Three of its findings are wanted here: queries by GET (they change nothing, carry no cookie and
can be cached), GraphiQL (our own files, a token needed), and introspection for roles that have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from core.scope import Role
from tests.conformance.deployed import Deployed

TYPENAME = "query cop { __typename }"
CIRCLE = "type { fields { " * 4 + "type { name }" + " } }" * 4
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Check:
    """One request of the list, and what is expected of its answer."""

    title: str
    json: object = None
    status: int = 200
    code: str | None = None
    data: Mapping[str, object] | None = None
    method: str = "POST"
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)
    body: bytes | None = None
    role: Role = Role.ADMIN


def asking(query: str) -> dict[str, str]:
    return {"query": query}


CHECKS = [
    Check(
        "Alias Overloading",
        asking("query cop { " + " ".join(f"alias{n}: __typename" for n in range(101)) + " }"),
        code="QUERY_TOO_COMPLEX",
    ),
    Check("Array-based Query Batching", [asking(TYPENAME)] * 11, 400, "BAD_USER_INPUT"),
    Check(
        "Introspection-based Circular Query",
        asking(f"query cop {{ __schema {{ types {{ fields {{ {CIRCLE} }} }} }} }}"),
        code="GRAPHQL_VALIDATION_FAILED",
    ),
    Check(
        "Directive Overloading",
        asking("query cop { __typename " + "@aa" * 10 + " }"),
        code="QUERY_TOO_COMPLEX",
    ),
    Check(
        "Field Duplication",
        asking("query cop { " + "__typename " * 500 + "}"),
        code="QUERY_TOO_COMPLEX",
    ),
    Check(
        "Field Suggestions",
        asking("query cop { marketingEntrie }"),
        code="GRAPHQL_VALIDATION_FAILED",
        role=Role.VIEWER,
    ),
    Check(
        "Mutation is allowed over GET (possible CSRF)",
        status=405,
        code="METHOD_NOT_ALLOWED",
        method="GET",
        params=asking("mutation cop { __typename }"),
    ),
    Check(
        "GET Method Query Support",
        data={"__typename": "Query"},
        method="GET",
        params=asking(TYPENAME),
    ),
    Check(
        "Introspection",
        asking("query cop { __schema { types { name fields { name } } } }"),
        status=403,
        code="FORBIDDEN",
        role=Role.VIEWER,
    ),
    Check(
        "POST based url-encoded query (possible CSRF)",
        status=415,
        code="UNSUPPORTED_MEDIA_TYPE",
        headers=FORM,
        body=b"query=query+cop+%7B+__typename+%7D",
    ),
    Check("Trace Mode", asking(TYPENAME), data={"__typename": "Query"}),
    Check("Unhandled Errors Detection", asking("qwerty cop { abc }"), code="GRAPHQL_PARSE_FAILED"),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.title)
async def test_a_check_of_the_list(target: Deployed, check: Check) -> None:
    headers = {"Authorization": f"Bearer {target.a.token(check.role)}", **check.headers}
    async with httpx2.AsyncClient(timeout=30) as client:
        answer = await client.request(
            check.method,
            target.graphql,
            params=dict(check.params),
            headers=headers,
            **({"content": check.body} if check.body else {"json": check.json}),
        )
    assert answer.status_code == check.status
    told: dict[str, Any] = answer.json()
    if check.code is None:
        assert told["data"] == check.data
        assert "errors" not in told
    else:
        assert {error["extensions"]["code"] for error in told["errors"]} == {check.code}
        assert told.get("data") is None
    assert not any(sign in answer.text for sign in ("Did you mean", "tracing", "exception"))


@pytest.mark.parametrize(
    "path", ["/graphiql", "/playground", "/console", "/altair", "/graphql/console"]
)
async def test_no_other_page_stands_where_it_looks_for_one(target: Deployed, path: str) -> None:
    async with httpx2.AsyncClient() as client:
        answer = await client.get(target.url + path, headers={"Accept": "text/html"})
    assert answer.status_code in {307, 404}


async def test_the_page_asks_for_a_token(target: Deployed) -> None:
    async with httpx2.AsyncClient() as client:
        page = await client.get(target.graphql, headers={"Accept": "text/html"})
        asked = await client.post(target.graphql, json=asking(TYPENAME))
    assert "GraphiQL" in page.text
    assert asked.status_code == 401
