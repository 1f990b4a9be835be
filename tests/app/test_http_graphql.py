"""GraphQL over HTTP: bodies, media types, statuses, credentials."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import time
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from app.identity.gateway import SignedRequest, signature
from app.identity.headers import Headers

METHODS = "GET, HEAD, OPTIONS, POST"
GRAPHQL = "application/graphql-response+json"


async def post(http: httpx2.AsyncClient, content: bytes | str, **headers: str) -> httpx2.Response:
    sent = {"Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return await http.post("/graphql", content=content, headers=sent)


async def test_a_query_is_answered_by_post_and_get(http: httpx2.AsyncClient) -> None:
    posted = await http.post("/graphql", json={"query": "{actor}"})
    got = await http.get(
        "/graphql", params={"query": "query($t:String!){echo(text:$t)}", "variables": '{"t":"ü"}'}
    )
    assert posted.json() == {"data": {"actor": "user:cli"}}
    assert got.json() == {"data": {"echo": "ü"}}
    assert posted.headers["content-type"] == "application/json; charset=utf-8"
    assert posted.headers["vary"] == "Accept, Accept-Encoding, Origin"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL};q=0.5, application/json", "application/json"),
        (f"application/json;q=0.5, {GRAPHQL}", GRAPHQL),
        ("*/*", "application/json"),
        ("application/*;q=0.1", "application/json"),
        (f"{GRAPHQL}, application/json, text/event-stream", GRAPHQL),
        ("application/json;q=0, */*", GRAPHQL),
        (f"{GRAPHQL};q=0, */*;q=0.1", "application/json"),
        (f"*/*;q=0.9, {GRAPHQL};q=0.1, application/json;q=0.2", "application/json"),
        ("text/html;q=0.9, application/json;charset=utf-8;q=0.8", "application/json"),
        (f"APPLICATION/JSON;q=0.001, {GRAPHQL};q=0.002", GRAPHQL),
        ("", "application/json"),
    ],
)
async def test_the_media_type_is_the_one_that_is_wanted(
    http: httpx2.AsyncClient, accept: str, media_type: str
) -> None:
    answer = await http.post("/graphql", json={"query": "{actor}"}, headers={"Accept": accept})
    assert answer.json() == {"data": {"actor": "user:cli"}}
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"


@pytest.mark.parametrize("query", ["{", "{nothing}", "query($x:Int!){echo(text:$x)}"])
@pytest.mark.parametrize(("accept", "status"), [(GRAPHQL, 400), ("application/json", 200)])
async def test_a_document_at_fault_has_the_status_of_its_media_type(
    http: httpx2.AsyncClient, accept: str, status: int, query: str
) -> None:
    answer = await http.post("/graphql", json={"query": query}, headers={"Accept": accept})
    assert answer.status_code == status
    assert set(answer.json()) == {"errors"}


@pytest.mark.parametrize(
    "accept", ["text/csv", "application/json;q=0", "*/*;q=0", "application/json;q=2", "json"]
)
async def test_a_type_that_cannot_be_had_is_refused(http: httpx2.AsyncClient, accept: str) -> None:
    answer = await http.post("/graphql", json={"query": "{actor}"}, headers={"Accept": accept})
    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"7",
        b'"{actor}"',
        b"[]",
        b"{}",
        b'{"query":null}',
        b'{"query":""}',
        b'{"query":["{actor}"]}',
        b'{"query":"{actor}","variables":[]}',
        b'{"query":"{actor}","variables":"x"}',
        b'{"query":"{actor}","operationName":{}}',
        b'{"query":"{actor}","extensions":7}',
        b'{"query":"{actor}","variables":{"x":NaN}}',
        b'{"query":"{actor}","variables":{"x":Infinity}}',
        b'{"query":"{actor}","variables":{"x":"\\ud800"}}',
        b'{"query":"{echo(text:\\"\xff\\")}"}',
        '{"query":"{actor}"}'.encode("utf-16"),
        gzip.compress(b'{"query":"{actor}"}', mtime=0),
        b"[" * 19_000,
        b'{"query":"{actor}","query":"{contextId}"}',
        b'{"query":"{actor}","variables":{"a":{"x":1,"x":2}}}',
        b'{"query":"{actor}","variables":{"x":' + b"1" * 5_000 + b"}}",
        b"\xef\xbb\xbf" + b'{"query":"{actor}"}',
        b'{"query":"{actor}","variables":{"x":' + b"[" * 990 + b"]" * 990 + b"}}",
    ],
)
async def test_hostile_bodies_get_a_json_400(http: httpx2.AsyncClient, body: bytes) -> None:
    answer = await post(http, body)
    assert answer.status_code == 400, answer.text
    error = answer.json()["errors"][0]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["requestId"] == answer.headers["x-request-id"]
    assert "data" not in answer.json()


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "application/json; charset=utf-16",
        "application/graphql",
        "application/json, text/plain",
        "text/plain; application/json",
    ],
)
async def test_only_json_is_read(http: httpx2.AsyncClient, media_type: str) -> None:
    answer = await post(http, b'{"query":"{actor}"}', Content_Type=media_type)
    assert answer.status_code == 415
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNSUPPORTED_MEDIA_TYPE"


@pytest.mark.parametrize(
    "media_type",
    ["application/json; charset=utf-8", 'application/json;charset="UTF-8"', "Application/JSON;v=1"],
)
async def test_json_in_utf_8_may_be_declared_in_any_way(
    http: httpx2.AsyncClient, media_type: str
) -> None:
    answer = await post(http, b'{"query":"{actor}"}', Content_Type=media_type)
    assert answer.json() == {"data": {"actor": "user:cli"}}


async def test_a_mutation_is_refused_by_get_and_a_subscription_by_post(
    http: httpx2.AsyncClient,
) -> None:
    by_get = await http.get("/graphql", params={"query": "mutation{touch}"})
    assert (by_get.status_code, by_get.headers["allow"]) == (405, "POST")
    by_post = await http.post("/graphql", json={"query": "subscription{ticks}"})
    assert by_post.status_code == 400
    assert "graphql-transport-ws" in by_post.json()["errors"][0]["extensions"]["mend"]


async def test_other_methods_are_refused_with_allow(http: httpx2.AsyncClient) -> None:
    for method in ("PUT", "DELETE", "PATCH", "TRACE"):
        answer = await http.request(method, "/graphql")
        assert (answer.status_code, answer.headers["allow"]) == (405, METHODS)


async def test_options_tells_what_the_address_takes(http: httpx2.AsyncClient) -> None:
    answer = await http.options("/graphql", headers={"Authorization": ""})
    assert (answer.status_code, answer.content) == (204, b"")
    assert (answer.headers["allow"], answer.headers["accept-post"]) == (METHODS, "application/json")


async def test_head_is_a_get_without_its_body(http: httpx2.AsyncClient) -> None:
    got = await http.get("/graphql", params={"query": "{actor}"})
    head = await http.head("/graphql", params={"query": "{actor}"})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "vary"):
        assert head.headers[name] == got.headers[name]
    written = await http.head("/graphql", params={"query": "mutation{touch}"})
    assert (written.status_code, written.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ([("query", "{actor}"), ("query", "{contextId}")], "query"),
        ([("query", "{actor}"), ("variables", "x")], None),
        ([("query", "{actor}"), ("variables", "[]")], "variables"),
        ([("query", "{actor}"), ("variables", '{"x":1,"x":2}')], "x"),
        ([("query", "{actor}"), ("extensions", "7")], "extensions"),
        ([("variables", "{}")], "query"),
        ([("query", "")], "query"),
    ],
)
async def test_a_query_string_is_read_as_strictly(
    http: httpx2.AsyncClient, params: list[tuple[str, str]], field: str | None
) -> None:
    answer = await http.get(f"/graphql?{urlencode(params)}")
    extensions = answer.json()["errors"][0]["extensions"]
    assert (answer.status_code, extensions["code"]) == (400, "BAD_USER_INPUT")
    assert extensions.get("field") == field


async def test_empty_parameters_are_left_out(http: httpx2.AsyncClient) -> None:
    sent = {"query": "{actor}", "variables": "", "operationName": "", "extensions": "null"}
    assert (await http.get("/graphql", params=sent)).json() == {"data": {"actor": "user:cli"}}


TWO = "query A{actor} query B{contextId} mutation{touch}"


@pytest.mark.parametrize(
    ("query", "name", "message"),
    [
        (TWO, None, "the document holds 3 operations: A, B, one without a name"),
        (TWO, "C", "the document holds no operation of that name: it holds A, B, one"),
        ("{actor}", "C", "the document holds no operation of that name: it holds one without"),
        ("fragment F on Query{actor}", None, "the document holds no operation"),
    ],
)
async def test_which_operation_is_meant_is_never_guessed(
    http: httpx2.AsyncClient, query: str, name: str | None, message: str
) -> None:
    sent = {"query": query, "operationName": name}
    for accept, status in ((GRAPHQL, 400), ("application/json", 200)):
        answer = await http.post("/graphql", json=sent, headers={"Accept": accept})
        assert answer.status_code == status
        assert set(answer.json()) == {"errors"}
        [error] = answer.json()["errors"]
        assert error["message"].startswith(message)
        assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("variables", [{}, {"t": None}, {"t": 1}])
async def test_variables_that_do_not_fit_are_told_before_anything_runs(
    http: httpx2.AsyncClient, variables: dict[str, object]
) -> None:
    sent = {"query": "query ($t: String!) { echo(text: $t) }", "variables": variables}
    for accept, status in ((GRAPHQL, 400), ("application/json", 200)):
        answer = await http.post("/graphql", json=sent, headers={"Accept": accept})
        assert answer.status_code == status
        assert set(answer.json()) == {"errors"}
        [error] = answer.json()["errors"]
        assert error["message"].startswith("Variable '$t' has invalid value: ")
        assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_subscription_without_a_stream_is_told_how_to_have_one(
    http: httpx2.AsyncClient,
) -> None:
    answer = await http.post("/graphql", json={"query": "subscription { count(to: 1) }"})
    [error] = answer.json()["errors"]
    assert error["message"] == "a subscription is answered as a stream"
    assert error["extensions"]["mend"] == (
        "accept text/event-stream, or open a WebSocket of graphql-transport-ws"
    )


async def test_the_named_operation_runs(http: httpx2.AsyncClient) -> None:
    sent = {"query": 'query A{actor} query B{echo(text:"b")}', "operationName": "B"}
    assert (await http.post("/graphql", json=sent)).json() == {"data": {"echo": "b"}}


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer x"}, {"X-Org-Id": "1", "X-User-Roles": "admin"}],
)
async def test_without_credentials_that_hold_nothing_is_told(
    stand: Any, headers: dict[str, str]
) -> None:
    async with httpx2.AsyncClient(base_url=stand.url) as anyone:
        for query in ("{actor}", "{__schema{types{name}}}", "{"):
            answer = await anyone.post("/graphql", json={"query": query}, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_gateways_signature_covers_the_body(stand: Any) -> None:
    body = b'{"query":"{actor}"}'
    identity = {
        "X-Org-Id": "00000000-0000-4000-8000-000000000001",
        "X-User-Id": "grace",
        "X-User-Roles": "viewer",
        "X-Gateway-Timestamp": str(int(time.time())),
    }
    request = SignedRequest("POST", "/graphql?from=gateway", hashlib.sha256(body).hexdigest())
    mac = signature("the-gateway-secret", request, Headers.named(identity.items()))
    headers = {**identity, "X-Gateway-Signature": mac, "Content-Type": "application/json"}
    async with httpx2.AsyncClient(base_url=stand.url) as gateway:
        good = await gateway.post("/graphql?from=gateway", content=body, headers=headers)
        changed = await gateway.post(
            "/graphql?from=gateway", content=body.replace(b"actor", b"other"), headers=headers
        )
    assert good.json() == {"data": {"actor": "user:grace"}}
    assert changed.status_code == 401


async def test_a_request_id_is_taken_when_sane_and_made_when_not(http: httpx2.AsyncClient) -> None:
    kept = await http.get("/healthz", headers={"X-Request-Id": "abc-123"})
    legacy = await http.get("/healthz", headers={"X-Correlation-ID": "legacy.7"})
    assert kept.headers["x-request-id"] == "abc-123"
    assert legacy.headers["x-correlation-id"] == "legacy.7"
    for odd in ("x" * 65, "a b", "<script>", ""):
        made = (await http.get("/healthz", headers={"X-Request-Id": odd})).headers["x-request-id"]
        assert made != odd
        assert len(made) == 36


async def test_browsers_get_the_page_and_its_policy(stand: Any) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    async with httpx2.AsyncClient(base_url=stand.url) as browser:
        page = await browser.get("/graphql", headers={"Accept": accept})
        asset = page.text.partition('src="')[2].partition('"')[0]
        script = await browser.get(asset)
        escaped = await browser.get("/graphiql/..%2f..%2f__init__.py")
    assert page.status_code == 200
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert (script.status_code, script.headers["x-content-type-options"]) == (200, "nosniff")
    assert "immutable" in script.headers["cache-control"]
    assert escaped.status_code == 404


async def test_every_answer_is_json_and_safe(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/nothing/here")
    assert answer.status_code == 404
    assert answer.json()["code"] == "NOT_FOUND"
    assert answer.json()["requestId"] == answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await http.get("/docs")).status_code == 404
    assert (await http.get("/redoc")).status_code == 404


async def test_concurrent_requests_do_not_meet(http: httpx2.AsyncClient) -> None:
    async def one(number: int) -> bool:
        answer = await http.post(
            "/graphql",
            json={"query": "query($t:String!){echo(text:$t)}", "variables": {"t": str(number)}},
            headers={"X-Request-Id": f"r{number}"},
        )
        right = answer.json() == {"data": {"echo": str(number)}}
        return right and answer.headers["x-request-id"] == f"r{number}"

    assert all(await asyncio.gather(*map(one, range(100))))
