"""Hostile values through the real door over real services: never an internal error."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from app.http.wiring import build_app
from app.identity.mint import mint
from core.commands import ConnectSource
from core.records.connections import Level, Source
from core.records.pages import PageRequest
from core.scope import Role
from core.settings import Settings
from stores.wiring import Stores
from tests.app.deployed import SECRET, served, settings_for
from tests.support import NewTenant, Services, Tenant, upload

NUL = "\x00"
TEXTS = (
    NUL,
    "a\x00b",
    "",
    " ",
    "\ud7ff\U0010ffff",
    "../../etc/passwd",
    "x" * 1_000_000,
    "%s{}'\";--",
)
WHOLE = '{since: "0001-01-01", until: "9999-12-31"}'
PAGES = {
    "marketingEntries": "marketingEntries(@)",
    "campaigns": "campaigns(@)",
    "attributionRows": f"attributionRows(dates: {WHOLE}, @)",
    "insights": "insights(@)",
    "connections": "connections(@)",
    "runs": "runs(@)",
}


@pytest.fixture(scope="module")
async def tenant(new_tenant: NewTenant) -> Tenant:
    return await new_tenant(calendar=True)


@pytest.fixture(scope="module")
async def door(
    services: Services, tenant: Tenant, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx2.AsyncClient]:
    settings = settings_for(services, tmp_path_factory.mktemp("door"), upload_max_bytes=4_000_000)
    async with served(build_app(settings)) as client:
        token = mint(Settings(), SECRET, tenant.record.id, Role.ADMIN, timedelta(hours=1))
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


async def ask(door: httpx2.AsyncClient, query: str, **variables: Any) -> dict[str, Any]:
    """The answer, which is whole JSON and blames nobody on our side."""
    answer = await door.post("/graphql", json={"query": query, "variables": variables})
    assert answer.status_code < 500, answer.text[:500]
    found: dict[str, Any] = answer.json()
    for error in found.get("errors", ()):
        code = error.get("extensions", {}).get("code")
        assert code not in {"INTERNAL", "TRANSIENT", "BUG"}, (query, found)
        assert "error" in error["message"].lower() or len(error["message"]) < 1000
    return found


def cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize("field", PAGES)
@pytest.mark.parametrize("size", [0, -1, 10_001, 2**31 - 1, -(2**31)])
async def test_a_page_of_no_sane_size_is_refused(
    door: httpx2.AsyncClient, field: str, size: int
) -> None:
    for name in ("first", "last"):
        found = await ask(
            door, f"{{ {PAGES[field].replace('@', f'{name}: {size}')} {{ __typename }} }}"
        )
        assert found["errors"], found


@pytest.mark.parametrize("field", PAGES)
async def test_a_cursor_that_no_list_wrote_is_refused(door: httpx2.AsyncClient, field: str) -> None:
    tags = ("entries", "date_desc", field, "runs", "connections", "attribution", "insights")
    made = [cursor(tag, *parts) for tag in tags for parts in ((), (NUL,), (NUL,) * 4, ("x",) * 2)]
    garbage = ["", "x", "=", "A" * 100_000, NUL, cursor(1), cursor(), "W10", cursor(*"\ud800abc")]
    deep = base64.urlsafe_b64encode(b"[" * 200_000).decode()
    for sent in (*made, *garbage, deep):
        query = f"query($c: String) {{ {PAGES[field].replace('@', 'after: $c')} {{ __typename }} }}"
        found = await ask(door, query, c=sent)
        assert found.get("errors"), sent[:100]


@pytest.mark.parametrize("text", TEXTS, ids=repr)
async def test_filters_take_any_text(door: httpx2.AsyncClient, text: str) -> None:
    text = text[:5000]
    await ask(
        door,
        "query($t: [String!]) { marketingEntries(filter: {channels: $t, accounts: $t}) "
        "{ totalCount } }",
        t=[text],
    )
    query = (
        f"query($t: [String!]) {{ attributionRows(dates: {WHOLE}, channels: $t) {{ __typename }} }}"
    )
    await ask(door, query, t=[text] * 1000)
    literal = json.dumps(text)
    await ask(door, f"{{ marketingEntries(filter: {{channels: [{literal}]}}) {{ totalCount }} }}")


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text)[:20])
@pytest.mark.parametrize("name", ["accountId", "name", "currency", "timeZone", "accessToken"])
async def test_a_connection_is_made_of_sane_text_only(
    door: httpx2.AsyncClient, name: str, text: str
) -> None:
    text = text[:15_000]
    sane = {
        "source": "META_ADS",
        "accountId": f"{abs(hash((name, text))) % 10**9}",
        "name": "n",
        "currency": "EUR",
        "timeZone": "UTC",
        "accessToken": "t",
    } | {name: text}
    query = """mutation($input: ConnectSourceInput!) { connectSource(input: $input) {
      __typename ... on InvalidInput { code field } ... on ConflictError { code } } }"""
    token = sane.pop("accessToken")
    given = sane | {"credentials": {"metaAds": {"accessToken": token}}}
    found = await ask(door, query, input=given)
    assert found.get("data"), found
    answer = json.dumps(found)
    assert "BUG" not in answer
    assert "INTERNAL" not in answer
    assert "TRANSIENT" not in answer


@pytest.mark.parametrize(
    "dates",
    [
        ("0001-01-01", "9999-12-31"),
        ("9999-12-31", "9999-12-31"),
        ("0001-01-01", "0001-01-01"),
        ("0000-00-00", "2026-01-01"),
        ("2026-02-30", "2026-03-01"),
        ("2026-03-01", "2026-01-01"),
        ("-2026-03-01", "2026-01-01"),
        ("10000-01-01", "10000-01-01"),
    ],
)
async def test_days_beyond_all_calendars(door: httpx2.AsyncClient, dates: tuple[str, str]) -> None:
    given = f'dates: {{since: "{dates[0]}", until: "{dates[1]}"}}'
    await ask(door, f"{{ calendar({given}) {{ __typename }} }}")
    await ask(door, f"{{ attributionRows({given}) {{ __typename }} }}")
    await ask(door, f"{{ insights({given}) {{ __typename }} }}")
    await ask(door, f"{{ marketingEntries(filter: {{{given}}}) {{ totalCount }} }}")


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-01-01T00:00:00",
        "2026-01-01T24:00:00Z",
        "2026-06-30T23:59:60Z",
        "1969-12-31T23:59:59.999999Z",
    ],
)
async def test_moments_beyond_all_clocks(door: httpx2.AsyncClient, moment: str) -> None:
    await ask(door, f'{{ marketingEntries(asOf: "{moment}") {{ totalCount nodes {{ id }} }} }}')
    await ask(
        door, f'{{ attributionRows(dates: {WHOLE}, asOf: "{moment}") {{ nodes {{ date }} }} }}'
    )


IDS = [
    "",
    "x",
    NUL,
    "\u00e9",
    "A" * 100_000,
    *(
        base64.b64encode(f"{kind}:{local}".encode()).decode()
        for kind in ("MarketingEntry", "Run", "Campaign", "CalendarDimension", "Tenant", "Nothing")
        for local in (
            "",
            NUL,
            "0" * 32,
            "00000000-" + "0" * 32,
            "99991231-" + "f" * 32,
            "0001-01-01",
        )
    ),
]


async def test_ids_of_no_thing(door: httpx2.AsyncClient) -> None:
    for sent in IDS:
        for query in (
            "query($i: ID!) { node(id: $i) { id } }",
            "query($i: ID!) { nodes(ids: [$i, $i]) { id } }",
            "query($i: ID!) { run(id: $i) { id } }",
            "query($i: ID!) { rejectedRecords(runId: $i) { __typename } }",
            "query($i: ID!) { runs(connections: [$i]) { __typename } }",
            "query($i: ID!) { marketingEntries(filter: {campaigns: [$i]}) { __typename } }",
        ):
            await ask(door, query, i=sent)
    wrongs: list[Any] = [1, 1.5, True, [], {}, None, 10**30]
    for wrong in wrongs:
        await ask(door, "query($i: ID!) { node(id: $i) { id } }", i=wrong)
        entity = "query($r: [_Any!]!) { _entities(representations: $r) { __typename } }"
        for representation in (wrong, {"__typename": wrong}, {"__typename": "Run", "id": wrong}):
            await ask(door, entity, r=[representation])


@pytest.mark.parametrize(
    "options",
    [
        {"columns": [{"field": "spend", "header": NUL}]},
        {"columns": [{"field": NUL, "header": "x"}]},
        {"columns": [{"field": "spend", "header": "x" * 10_000}] * 50},
        {"dateFormat": NUL},
        {"dateFormat": "%"},
        {"delimiter": NUL},
        {"delimiter": "xx"},
        {"decimalSeparator": NUL},
        {"encoding": NUL},
        {"encoding": "rot13"},
        {"encoding": "../x"},
        {"sheet": NUL},
    ],
    ids=lambda options: repr(options)[:50],
)
async def test_options_of_a_file(
    door: httpx2.AsyncClient, stores: Stores, tenant: Tenant, options: dict[str, Any]
) -> None:
    name = f"f{abs(hash(repr(options)))}"
    command = ConnectSource(Source.FILE, name, "Files", "EUR", "UTC", Level.CAMPAIGN, 0)
    connection = await stores.connections.create(tenant.scope, command)
    kept = await upload(stores, tenant.scope, "a.csv", b"date,spend\n2026-10-01,1\n")
    given = {
        "connectionId": base64.b64encode(f"ConnectedSource:{connection.id}".encode()).decode(),
        "uploadId": base64.b64encode(f"Upload:{kept.id}".encode()).decode(),
    }
    query = """mutation($input: IngestFileInput!) { ingestFile(input: $input) {
      __typename ... on InvalidInput { code message } } }"""
    found = await ask(door, query, input=given | options)
    assert found.get("data"), found
    assert "BUG" not in json.dumps(found)
    assert "INTERNAL" not in json.dumps(found)
    for run in (await stores.runs.page(tenant.scope, PageRequest(10))).items:
        if not run.status.is_final:
            await stores.runs.request_cancel(tenant.scope, run.id)


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe{}",
        b'{"query": "{viewer{actor}}", "variables": {"a": ' + b"9" * 5000 + b"}}",
        b'{"query": "{viewer{actor}}", "variables": {"a": '
        + b"[" * 100_000
        + b"]" * 100_000
        + b"}}",
        b'{"query": "\\ud800"}',
        b'{"query": "{viewer{actor}}", "variables": {"a": NaN}}',
        b'{"query": "{viewer{actor}}", "variables": {"a": Infinity}}',
        b"\x1f\x8b\x08\x00",
        b"null",
        b"[" * 100_000,
        b'{"query": "' + b"{a" * 10_000 + b'"}',
        b'{"query": "{viewer{actor}}", "extensions": 1}',
        b'{"query": "{ a(b: ' + b"[" * 5_000 + b') }"}',
        b'{"query": "{ viewer { actor(x: ' + b"9" * 5_000 + b') } }"}',
        b'{"query": "query($a: '
        + b"[" * 2_000
        + b"Int"
        + b"]" * 2_000
        + b') { viewer { actor } }"}',
    ],
    ids=lambda body: repr(body[:40]),
)
async def test_bodies(door: httpx2.AsyncClient, body: bytes) -> None:
    answer = await door.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {200, 400, 413}, answer.text[:300]
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    "name",
    ["a\nb.csv", "a\x00.csv", "\u202ea.csv", "/", "..", "a" * 256, "\ud7ff", "\U0001f600.csv"],
)
async def test_names_of_files(
    door: httpx2.AsyncClient, stores: Stores, tenant: Tenant, name: str
) -> None:
    answer = await door.post("/uploads", params={"filename": name}, content=b"a,b\n")
    assert answer.status_code in {201, 400}, answer.text
    async with stores.database.read(tenant.scope) as connection:
        open_uploads = "SELECT count(*) FROM upload WHERE finished_at IS NULL"
        assert await connection.fetchval(open_uploads) == 0
