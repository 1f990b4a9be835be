"""What is known to hurt GraphQL servers: documents, values, bodies, headers and frames."""

from __future__ import annotations

from typing import Any

REPEATED = "viewer { actor } "
DATES = '{since: "2026-11-01", until: "2026-11-14"}'

PAIRED = "fragment F# on Query { marketingEntries { nodes { campaign { id } calendar { id } } } }"
NUMBERED = b",".join(b'"k%d": 1' % number for number in range(60_000))


def many(template: str, count: int, between: str = " ") -> str:
    """`template` with # counted up."""
    return between.join(template.replace("#", str(number)) for number in range(count))


DOCUMENTS = {
    "the same field thousands of times": "{" + REPEATED * 1_200 + "}",
    "the same field as often as allowed": "{" + REPEATED * 50 + "}",
    "operations that all repeat": many("query Q# {" + REPEATED * 49 + "}", 24),
    "hundreds of operations": many("query Q# { ...F }", 700)
    + " fragment F on Query { viewer { actor } }",
    "fragments compared pair by pair": "{" + many("...F#", 49) + "}" + many(PAIRED, 49),
    "fanning fragments": "{ ...F0 }"
    + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(90))
    + " fragment F90 on Query { __typename }",
    "fragments in a circle": "{ ...F0 }"
    + " ".join(
        f"fragment F{n} on Query {{ ...F{(n + 1) % 99} ...F{(n + 7) % 99} }}" for n in range(99)
    ),
    "fragments that nobody uses": "{ __typename }"
    + many(" fragment F# on Query { viewer { actor } }", 490),
    "unknown fields": "{" + many("marketingEntriez#", 199) + "}",
    "an endless name": "{" + "a" * 900_000 + "}",
    "an endless type": "fragment F on " + "a" * 900_000 + " { a } { ...F }",
    "an object of unknown fields": "{ marketingEntries(filter: {"
    + many("x#: 1", 1_600)
    + "}) { totalCount } }",
    "objects of unknown fields": "{ marketingEntries(filter: {"
    + many("x#: {" + many("y#: 1", 15) + "}", 99)
    + "}) { totalCount } }",
    "a list of thousands": "{ nodes(ids: [" + '"a" ' * 4_900 + "]) { id } }",
    "values nested deeply": "{ node(id: " + "[" * 190 + "]" * 190 + ") { id } }",
    "values nested too deeply": "{ node(id: " + "[" * 2_400 + "]" * 2_400 + ") { id } }",
    "selections nested too deeply": "{ a" * 2_400 + "}" * 2_400,
    "a type nested too deeply": "query($a: "
    + "[" * 2_400
    + "Int"
    + "]" * 2_400
    + ") { viewer { actor } }",
    "variables that nobody uses": "query(" + many("$a#: ID", 1_200) + ") { viewer { actor } }",
    "one variable many times": "query(" + "$a: ID " * 1_200 + ") { viewer { actor } }",
    "variables of unknown types": "query(" + many("$a#: Foo#", 1_200) + ") { viewer { actor } }",
    "directives without end": "{ viewer " + "@skip(if: true) " * 700 + "{ actor } }",
    "aliases without end": "{" + many("a#: viewer { actor }", 800) + "}",
    "a long string": '{ nodes(ids: ["' + "x" * 900_000 + '"]) { id } }',
    "a string of escapes": '{ nodes(ids: ["' + "\\u0041" * 150_000 + '"]) { id } }',
    "a block of lines": '{ nodes(ids: ["""' + "\n  x" * 200_000 + '"""]) { id } }',
    "a long comment": "#" + "x" * 900_000 + "\n{ viewer { actor } }",
    "commas": "{ viewer {" + "," * 900_000 + "actor } }",
    "a number of many digits": "{ marketingEntries(first: " + "9" * 900_000 + ") { totalCount } }",
    "a number with a great exponent": "{ marketingEntries(first: 1e"
    + "9" * 50
    + ") { totalCount } }",
    "introspection in circles": "{ __schema { types {"
    + " fields { type {" * 7
    + " name "
    + "} }" * 7
    + "} } }",
    "lists in lists": "{ marketingEntries(first: 100) { nodes {"
    + " campaign { entries(first: 100) { nodes {" * 3
    + " id "
    + "} } }" * 3
    + "} } }",
    "thousands of representations": "{ _entities(representations: ["
    + '{__typename: "Run", id: "a"} ' * 700
    + "]) { __typename } }",
}
"""Each one was slow, or could be, in some server of the field."""

QUERIES = [
    "{ viewer { actor roles tenant { name slug } } }",
    "query A($id: ID!) { node(id: $id) { id __typename ... on Run { status } } }",
    "query B($ids: [ID!]!) { nodes(ids: $ids) { id } }",
    "query C($first: Int!) { marketingEntries(first: $first) { totalCount nodes { date } } }",
    f"{{ attributionRows(dates: {DATES}, grain: WEEK) {{ nodes {{ date spend }} }} }}",
    f"query D {{ calendar(dates: {DATES}) {{ date holidays {{ name }} }} }}",
    f"{{ dataHealth(dates: {DATES}) {{ whole {{ score }} }} }}",
    "query E($r: [_Any!]!) { _entities(representations: $r) { __typename } }",
    "mutation F($input: StartIngestionInput!) { startIngestion(input: $input) { __typename } }",
    "mutation G($input: AddCalendarEventInput!) { addCalendarEvent(input: $input) { __typename } }",
    "query H($rule: NamingRuleInput!) { namingPreview(rule: $rule) { __typename } }",
    "query I($filter: MarketingEntryFilter) { marketingEntries(filter: $filter) { totalCount } }",
    "subscription J($run: ID!) { ingestionProgress(runId: $run) { sequence status } }",
    "{ __schema { queryType { name } } _service { sdl } }",
]

TEXTS = [
    "",
    "\x00",
    "\ud7ff",
    "\ufffe",
    "\u202e",
    "\U0001f600" * 10,
    "a" * 10_000,
    "%s%n{0}${7*7}",
    "'; DROP TABLE run; --",
    "../../etc/passwd",
    "http://169.254.169.254/",
    "(a+)+$",
    "0" * 40,
    "2026-02-30",
    "9999-12-31",
    "NaN",
    "UnVuOg==",
    "UnVuOjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMA==",
]

DEEP: Any = 1
for _ in range(90):
    DEEP = [DEEP]

VALUES: list[Any] = [
    None, True, False, 0, -1, 2**31, 2**63, -(2**63) - 1, 10**40, 1e308, 1e-320, 0.1,
    [], {}, [[]], [None], {"": ""}, DEEP, ["a"] * 1_000, {f"k{n}": n for n in range(500)},
    {"__typename": "Run"}, {"__typename": "Run", "id": None}, {"since": "2026-11-01"}, *TEXTS,
]  # fmt: skip

BODIES = [
    b"",
    b"null",
    b"[]",
    b"[" * 100_000,
    b"[" * 400_000 + b"]" * 400_000,
    b'{"a":' * 100_000,
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b"\x1f\x8b\x08\x00",
    b'{"query": "\\ud800"}',
    b'{"query": "{viewer{actor}}", "variables": {"a": NaN}}',
    b'{"query": "{viewer{actor}}", "variables": {"a": ' + b"9" * 5_000 + b"}}",
    b'{"query": "{viewer{actor}}", "variables": {"a": 1e' + b"9" * 5_000 + b"}}",
    b'{"query": "{viewer{actor}}", "query": "{viewer{roles}}"}',
    b'{"query": "{viewer{actor}}", "variables": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}",
    b'{"query": "{viewer{actor}}", "operationName": {}}',
    b'{"query": "{viewer{actor}}", "extensions": {"persistedQuery": {"version": 1}}}',
    b'{"query": "{viewer{actor}}", "extensions": {"persistedQuery": []}}',
    b'{"documentId": "sha256:' + b"f" * 64 + b'"}',
    b"[" + b",".join([b'{"query": "{viewer{actor}}"}'] * 10) + b"]",
    b"[[[{}]]]",
    b"query { viewer { actor } }",
    b" " * 900_000,
    b'{"query": "{viewer{actor}}"' + b" " * 900_000 + b"}",
    b'{"query": "{viewer{actor}}", "variables": {' + NUMBERED + b"}}",
]  # fmt: skip

HEADERS: dict[str, list[str]] = {
    "Accept": [
        "", "*/*", "text/event-stream", "application/json;q=nan", "application/json;q=-1",
        "multipart/mixed;subscriptionSpec=1.0, application/json", "text/event-stream;q=1e999",
        ",".join(f"a/b{n};q=0.{n}" for n in range(1_000)), "application/json;" + "a=b;" * 2_000,
        '"', ";;;,,,", "application/*;q=0", "application/graphql-response+json",
    ],
    "Content-Type": [
        "", "application/json; charset=utf-16", "application/json;charset", "text/plain",
        "multipart/form-data", "multipart/form-data; boundary=" + "-" * 300, ";" * 3_000,
        "application/json; charset=" + "x" * 5_000, "application/graphql",
    ],
    "Authorization": [
        "", "Bearer", "Bearer ", "Bearer a.b.c", "Basic YTpi", "Bearer " + "a" * 7_000,
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "Bearer " + "." * 5_000,
    ],
    "X-API-Key": ["", "lok_", "lok_" + "a" * 5_000, "\xff"],
    "X-Request-Id": ["", "a" * 5_000, "\xff\xfe", "<script>"],
    "Last-Event-ID": ["", "-1", "1e9", "9" * 3_000, "\xff"],
    "X-Org-Id": ["00000000-0000-4000-8000-000000000001", "\xff"],
    "X-Gateway-Signature": ["", "t=1,v1=" + "0" * 64, "=" * 3_000],
    "If-None-Match": ["*", '"' * 3_000, ",".join(['W/"a"'] * 900)],
    "Range": ["bytes=0-", "bytes=" + ",".join(["1-1"] * 900), "bytes=-" + "9" * 99],
    "Apollo-Federation-Include-Trace": ["ftv1", "ftv1" * 500],
    "Origin": ["null", "https://evil.example", "https://" + "a" * 5_000],
    "Content-Encoding": ["gzip", "identity", "br, gzip", "x"],
    "Accept-Encoding": ["gzip;q=nan", "*;q=0", "," * 3_000, "gzip," * 900],
    "Cookie": ["a=" + "b" * 5_000],
}  # fmt: skip

PATHS = [
    "/operations/causal/CausalMedia",
    "/operations/graphiql/Start",
    "/operations/graphiql/MarketingEntries",
    "/operations/%00/%ff",
    "/operations/a/b",
    "/operations/causal/CausalMedia%2f..%2f..",
    "/exports/lox_AAAA/wide.csv",
    "/exports/" + "a" * 3_000 + "/x",
    "/exports/%2e%2e/%2e%2e",
    "/webhooks/00000000-0000-4000-8000-000000000001",
    "/webhooks/%00",
    "/marketing/export/causal",
    "/marketing/insights",
    "/marketing/insights?date_range_start=%00",
    "/marketing/calendar/2026",
    "/marketing/calendar/%ff",
    "/mcp",
    "/mcp?mutations=all",
    "/uploads",
    "/oauth/callback",
    "/graphiql/assets/%2e%2e%2findex.html",
    "/graphiql/" + "%2e%2e/" * 300,
    "/" + "a/" * 3_000,
    "/healthz",
    "/metrics",
    "//graphql",
    "/graphql/",
]

FRAMES: list[str | bytes] = [
    "",
    "null",
    "[]",
    "1",
    "{",
    "[" * 50_000,
    '{"type": 1}',
    '{"type": "no such type"}',
    '{"type": "ping", "payload": 1}',
    '{"type": "ping"}',
    '{"type": "pong"}',
    '{"type": "complete"}',
    '{"type": "complete", "id": {}}',
    '{"type": "complete", "id": "unknown"}',
    '{"type": "connection_init", "payload": []}',
    '{"type": "subscribe"}',
    '{"type": "subscribe", "id": 1, "payload": {"query": "{viewer{actor}}"}}',
    '{"type": "subscribe", "id": "a", "payload": "x"}',
    '{"type": "subscribe", "id": "a", "payload": {"query": "{"}}',
    '{"type": "subscribe", "id": "a", "payload": {"query": "{viewer{actor}}", "variables": 1}}',
    '{"type": "subscribe", "id": "\\ud800", "payload": {"query": "{viewer{actor}}"}}',
    '{"type": "subscribe", "id": "' + "a" * 50_000 + '", "payload": {"query": "{viewer{actor}}"}}',
    '{"type": "subscribe", "id": "b", "payload": {"query": "subscription { runs { sequence } }"}}',
    "\ud7ff" * 1_000,
    b"",
    b"\x00" * 1_000,
    b'{"type": "ping"}',
]
