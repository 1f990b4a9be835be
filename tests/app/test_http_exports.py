"""Files of exports over HTTP: ranges, resuming, and links that must not open."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import random
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import pytest

from app.http import exports as door
from app.identity.links import links_of
from app.identity.secrets import secrets_of
from core.export_links import ExportLinks
from core.records.exports import ExportRecord, object_path
from core.scope import Role, SystemScope, TenantScope
from stores.objects import ObjectStore, open_objects
from stores.wiring import Stores
from tests.app.deployed import bearer, deployed, settings_for
from tests.exporting import chunks_of, make_export
from tests.support import NewTenant, Services, Tenant

WIDE = random.Random(1).randbytes(3_000_001)  # noqa: S311 - the same bytes every time
FILES = {"wide.parquet": WIDE, "manifest.json": b'{"version": 1}', "empty.csv": b""}
ETAG = f'"{hashlib.sha256(WIDE).hexdigest()}"'
URL = "{exports(first:1){nodes{id files{name url(expiresIn:120)}}}}"


@dataclass
class Place:
    """A served app with one export of `tenant`."""

    http: httpx2.AsyncClient
    stores: Stores
    objects: ObjectStore
    links: ExportLinks
    tenant: Tenant
    export: ExportRecord

    def path(self, file: str = "wide.parquet", **changes: Any) -> str:
        given: dict[str, Any] = {
            "scope": self.tenant.scope,
            "export_id": self.export.id,
            "file": file,
        }
        given |= {"expires_at": datetime.now(UTC) + timedelta(minutes=5)} | changes
        return urlsplit(self.links.url(**given)).path

    async def get(self, path: str | None = None, **headers: str) -> httpx2.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.get(path or self.path(), headers=named)


@pytest.fixture(scope="module")
async def place(
    services: Services,
    stores: Stores,
    new_tenant: NewTenant,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Place]:
    home = tmp_path_factory.mktemp("home")
    settings = settings_for(services, home)
    objects, tenant = open_objects(home / "objects"), await new_tenant()
    export = await make_export(stores, objects, tenant.scope, FILES)
    async with deployed(settings) as http:
        links = links_of(settings, secrets_of(settings, home))
        yield Place(http, stores, objects, links, tenant, export)


async def test_a_link_of_the_api_opens_the_file_without_credentials(place: Place) -> None:
    asked = await place.http.post(
        "/graphql", json={"query": URL}, headers=bearer(place.tenant, Role.ANALYST)
    )
    [node] = asked.json()["data"]["exports"]["nodes"]
    assert [file["name"] for file in node["files"]] == sorted(FILES)
    for file in node["files"]:
        answer = await place.get(urlsplit(file["url"]).path)
        assert (answer.status_code, answer.content) == (200, FILES[file["name"]])


async def test_the_answer_says_what_it_is(place: Place) -> None:
    answer = await place.get()
    digest = base64.b64encode(hashlib.sha256(WIDE).digest()).decode()
    expected = {
        "content-type": "application/vnd.apache.parquet",
        "content-length": str(len(WIDE)),
        "content-disposition": 'attachment; filename="wide.parquet"',
        "etag": ETAG,
        "repr-digest": f"sha-256=:{digest}:",
        "accept-ranges": "bytes",
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }
    assert {name: answer.headers[name] for name in expected} == expected
    head = await place.http.head(place.path())
    assert (head.status_code, head.content) == (200, b"")
    assert {name: head.headers[name] for name in expected} == expected


SIZE = len(WIDE)


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=1000000-", 1_000_000, SIZE),
        ("bytes=-5", SIZE - 5, SIZE),
        (f"bytes=-{SIZE + 9}", 0, SIZE),
        (f"bytes={SIZE - 1}-{SIZE + 99}", SIZE - 1, SIZE),
        ("bytes = 262143-262144", 262_143, 262_145),
    ],
)
async def test_a_range_is_answered_alone(place: Place, wanted: str, start: int, stop: int) -> None:
    answer = await place.get(Range=wanted)
    assert (answer.status_code, answer.content) == (206, WIDE[start:stop])
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(stop - start)


@pytest.mark.parametrize(
    "wanted", ["bytes=5-2", "bytes=a-b", "bytes=-", "bytes=0-1,5-6", "lines=0-1", "", "bytes=1"]
)
async def test_a_range_that_says_nothing_is_passed_over(place: Place, wanted: str) -> None:
    answer = await place.get(Range=wanted)
    assert (answer.status_code, len(answer.content)) == (200, SIZE)


@pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", f"bytes={10**17}-{10**17}", "bytes=-0"])
async def test_a_range_behind_the_end_is_refused(place: Place, wanted: str) -> None:
    answer = await place.get(Range=wanted)
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{SIZE}"
    assert answer.json()["code"] == "REQUESTED_RANGE_NOT_SATISFIABLE"


async def test_a_range_of_another_version_is_the_whole(place: Place) -> None:
    same = await place.get(Range="bytes=1-2", If_Range=ETAG)
    assert (same.status_code, same.content) == (206, WIDE[1:3])
    for other in ('"other"', f"W/{ETAG}", "Mon, 23 Nov 2026 00:00:00 GMT"):
        assert (await place.get(Range="bytes=1-2", If_Range=other)).status_code == 200


async def test_what_the_caller_has_is_not_sent_again(place: Place) -> None:
    for has in (ETAG, f'"other", {ETAG}', "*"):
        answer = await place.get(If_None_Match=has)
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", ETAG)
    assert (await place.get(If_None_Match='"other"')).status_code == 200
    assert (await place.get(If_Match='"other"')).status_code == 412
    assert (await place.get(If_Match=ETAG)).status_code == 200


async def test_an_empty_file_is_empty(place: Place) -> None:
    answer = await place.get(place.path("empty.csv"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert (await place.get(place.path("empty.csv"), Range="bytes=0-")).status_code == 416


def broken_off(port: int, path: str, after: int) -> tuple[bytes, str]:
    """The first bytes of a download that the caller cuts, and its version."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.read(after), str(answer.headers["ETag"])


async def test_a_download_that_was_cut_goes_on_where_it_broke_off(place: Place) -> None:
    path, port = place.path(), int(str(place.http.base_url).rpartition(":")[2].strip("/"))
    got, etag = await asyncio.to_thread(broken_off, port, path, 1_234_567)
    rest = await place.get(path, Range=f"bytes={len(got)}-", If_Range=etag)
    assert rest.status_code == 206
    assert got + rest.content == WIDE


async def test_a_caller_who_leaves_frees_the_place(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_OF_ONE_TENANT", 1)
    path, port = place.path(), int(str(place.http.base_url).rpartition(":")[2].strip("/"))
    for _ in range(3):
        await asyncio.to_thread(broken_off, port, path, 10)
        for _ in range(100):
            if (await place.get(path, Range="bytes=0-0")).status_code == 206:
                break
            await asyncio.sleep(0.02)
        else:
            pytest.fail("the place was not given back")


async def test_a_crowd_is_asked_to_come_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = {"MOST_OF_ONE_TENANT": (429, "TOO_MANY_REQUESTS"), "MOST_AT_ONCE": (503, "TRANSIENT")}
    for limit, told in limits.items():
        monkeypatch.setattr(door, limit, 0)
        answer = await place.get()
        assert (answer.status_code, answer.json()["code"]) == told
        assert answer.headers["retry-after"] == "5"


def refused_paths(place: Place, other: TenantScope) -> dict[str, str]:
    good = place.path()
    token, file = good.split("/")[2:]
    stolen = place.path(scope=other)
    return {
        "forged": f"/exports/{token[:-3]}AAA/{file}",
        "for another file": f"/exports/{token}/manifest.json",
        "without a token": f"/exports/lox_/{file}",
        "made of two": f"/exports/{token[:40]}{stolen.split('/')[2][40:]}/{file}",
        "to climb": f"/exports/{token}/..%2f..%2f{file}",
    }


async def test_a_link_that_is_not_ours_is_not_found(place: Place, new_tenant: NewTenant) -> None:
    other = (await new_tenant()).scope
    for name, path in refused_paths(place, other).items():
        answer = await place.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND"), name
    assert (await place.http.post(place.path())).status_code == 405
    assert (await place.get("/exports/x")).status_code == 404


async def test_a_link_that_is_over_is_gone(place: Place, new_tenant: NewTenant) -> None:
    other, now = (await new_tenant()).scope, datetime.now(UTC)
    soon = await make_export(
        place.stores, place.objects, place.tenant.scope, FILES, expires_at=now - timedelta(1)
    )
    gone = {
        "expired": place.path(expires_at=now - timedelta(seconds=1)),
        "of another tenant": place.path(scope=other),
        "of nobody's export": place.path(export_id=uuid4()),
        "of an export that is over": place.path(export_id=soon.id),
        "of a file that is not in it": place.path("long.parquet"),
    }
    for state in ("PENDING", "EXPIRED", "DELETED"):
        made = await make_export(
            place.stores, place.objects, place.tenant.scope, FILES, state=state
        )
        gone[state] = place.path(export_id=made.id)
    for name, path in gone.items():
        answer = await place.get(path)
        assert (answer.status_code, answer.json()["code"]) == (410, "GONE"), name
        assert "files { url }" in answer.json()["mend"]


async def test_a_deleted_export_and_a_deleted_tenant_end_their_links_at_once(
    place: Place, new_tenant: NewTenant
) -> None:
    tenant = await new_tenant()
    for_tenant = await make_export(place.stores, place.objects, tenant.scope, FILES)
    export = await make_export(place.stores, place.objects, place.tenant.scope, FILES)
    path, theirs = (
        place.path(export_id=export.id),
        place.path(scope=tenant.scope, export_id=for_tenant.id),
    )
    assert (await place.get(path)).status_code == 200
    assert (await place.get(theirs)).status_code == 200
    ended = await place.stores.export_removals.delete(place.tenant.scope, export.id)
    assert (ended.state, ended.removed_by) == ("DELETED", place.tenant.scope.actor)
    async with place.stores.database.system(SystemScope(reason="tests")) as connection:
        await connection.execute("DELETE FROM tenant WHERE tenant_id = $1", tenant.record.id)
    assert (await place.get(path)).status_code == 410
    assert (await place.get(theirs)).status_code == 410


async def test_a_file_that_is_not_where_it_should_be_is_no_half_answer(place: Place) -> None:
    scope = place.tenant.scope
    lost = await make_export(place.stores, place.objects, scope, FILES)
    await place.objects.delete(scope, [object_path(lost.id, "wide.parquet")])
    assert (await place.get(place.path(export_id=lost.id))).status_code == 503
    shorter = object_path(lost.id, "wide.parquet")
    await place.objects.put(scope, shorter, chunks_of(WIDE[:-1]))
    assert (await place.get(place.path(export_id=lost.id))).status_code == 503
