"""liftos export: shown, downloaded, linked to, deleted."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from core.errors import BadInput, Conflict, NotFound, Terminal, Transient
from core.records.exports import ExportRecord, object_path
from core.scope import SystemScope, TenantScope
from graph.ids import EXPORT
from stores.objects import ObjectStore, open_objects
from stores.wiring import Stores, open_stores
from tests.exporting import chunks_of, make_export
from tests.support import MASTER_KEY, Services, scope_of

T = TypeVar("T")
WIDE = os.urandom(2_500_000)


def manifest(files: Mapping[str, bytes]) -> bytes:
    named = [{"name": name, "sha256": sha256(body).hexdigest()} for name, body in files.items()]
    return json.dumps({"format": "liftos-causal-export", "files": named}).encode()


FILES = {"wide.parquet": WIDE, "holidays.csv": b"ds,holiday,country,year\n"}
BUNDLE = {**FILES, "manifest.json": manifest(FILES)}


class Shop:
    """An organisation on the command line, and what lies in its home."""

    def __init__(self, services: Services, home: Path, slug: str) -> None:
        self.services = services
        self.home = home
        self.slug = slug
        self.objects: ObjectStore = open_objects(home / "objects")

    def run(self, *arguments: str, given: str | None = None) -> Result:
        named = ["--home", str(self.home), *arguments, "--tenant", self.slug]
        return CliRunner().invoke(cli, named, input=given)

    def ask(self, what: Callable[[Stores, TenantScope], Awaitable[T]]) -> T:
        return asyncio.run(self._ask(what))

    async def _ask(self, what: Callable[[Stores, TenantScope], Awaitable[T]]) -> T:
        at = self.services
        async with open_stores(at.logins, at.redis_url, MASTER_KEY, pool_size=2) as stores:
            record = await stores.tenants.by_slug(SystemScope(reason="tests"), self.slug)
            assert record is not None
            return await what(stores, scope_of(record))

    def export(self, files: Mapping[str, bytes] = BUNDLE, state: str = "READY") -> ExportRecord:
        return self.ask(
            lambda stores, scope: make_export(stores, self.objects, scope, files, state=state)
        )

    def put(self, export: ExportRecord, name: str, body: bytes) -> None:
        key = object_path(export.id, name)
        self.ask(lambda _, scope: self.objects.put(scope, key, chunks_of(body)))


@pytest.fixture
def shop(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("LIFTOS_DATABASE_URL", services.logins.owner or "")
    monkeypatch.setenv("LIFTOS_REDIS_URL", services.redis_url)
    monkeypatch.setenv("LIFTOS_MASTER_KEY", base64.b64encode(MASTER_KEY).decode())
    monkeypatch.setenv("LIFTOS_JWT_SECRET", "a-development-secret-of-enough-length-0123456789")
    slug = f"shop-{uuid4().hex[:12]}"
    made = CliRunner().invoke(cli, ["--home", str(tmp_path), "tenant", "create", slug])
    assert made.exit_code == 0
    return Shop(services, tmp_path, slug)


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_exports_are_listed_and_shown(shop: Shop) -> None:
    export = shop.export()
    gone = shop.export({}, state="EXPIRED")
    lines = shop.run("export", "list").stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [
        [EXPORT.encode(gone.id), "EXPIRED"],
        [EXPORT.encode(export.id), "READY"],
    ]
    assert len(shop.run("export", "list", "--state", "ready").stdout.splitlines()) == 2
    shown = shop.run("export", "show", str(export.id)).stdout
    assert f"{sha256(WIDE).hexdigest()}  wide.parquet, 2,500,000 bytes, 3 rows" in shown
    assert "ATTENTION vif: collinear" in shown
    assert isinstance(shop.run("export", "show", str(UUID(int=7))).exception, NotFound)


def test_a_download_is_whole_and_leaves_nothing_else(shop: Shop, tmp_path: Path) -> None:
    export, out = shop.export(), tmp_path / "a" / "b"
    answer = shop.run("export", "download", EXPORT.encode(export.id), "--out", str(out))
    assert (answer.exit_code, answer.stdout) == (0, f"{out}\n")
    assert held(out) == BUNDLE
    one = tmp_path / "one"
    shop.run("export", "download", str(export.id), "--out", str(one), "--file", "holidays.csv")
    assert list(held(one)) == ["holidays.csv"]


def test_a_download_goes_on_where_it_broke_off(shop: Shop, tmp_path: Path) -> None:
    export, out = shop.export(), tmp_path / "out"
    out.mkdir()
    (out / ".wide.parquet.part").write_bytes(WIDE[:1_234_567])
    (out / "holidays.csv").write_bytes(FILES["holidays.csv"])
    before = (out / "holidays.csv").stat().st_mtime_ns
    assert shop.run("export", "download", str(export.id), "--out", str(out)).exit_code == 0
    assert held(out) == BUNDLE
    assert (out / "holidays.csv").stat().st_mtime_ns == before


@pytest.mark.parametrize("part", [b"x" * 99, WIDE + b"more"])
def test_a_part_of_something_else_does_no_harm(shop: Shop, tmp_path: Path, part: bytes) -> None:
    export, out = shop.export(), tmp_path / "out"
    out.mkdir()
    (out / ".wide.parquet.part").write_bytes(part)
    (out / "wide.parquet").write_bytes(b"of another export")
    assert shop.run("export", "download", str(export.id), "--out", str(out)).exit_code == 0
    assert held(out) == BUNDLE


def test_a_file_that_changed_where_it_lies_is_never_taken_for_the_export(
    shop: Shop, tmp_path: Path
) -> None:
    export, out = shop.export(), tmp_path / "out"
    shop.put(export, "wide.parquet", WIDE[::-1])
    answer = shop.run("export", "download", str(export.id), "--out", str(out))
    assert isinstance(answer.exception, Transient)
    assert "wide.parquet" not in held(out)


def test_a_manifest_that_names_other_files_is_told(shop: Shop, tmp_path: Path) -> None:
    other = manifest({"wide.parquet": b"another"})
    export = shop.export({**FILES, "manifest.json": other})
    answer = shop.run("export", "download", str(export.id), "--out", str(tmp_path / "out"))
    assert isinstance(answer.exception, Terminal)
    assert "wide.parquet" in str(answer.exception)


def test_what_is_not_there_is_told(shop: Shop, tmp_path: Path) -> None:
    export, pending = shop.export(), shop.export({}, state="PENDING")
    named = ("export", "download", str(export.id), "--out", str(tmp_path / "o"), "--file", "x.csv")
    answer = shop.run(*named)
    assert isinstance(answer.exception, NotFound)
    assert answer.exception.mend == "it has: wide.parquet, holidays.csv, manifest.json"
    waiting = shop.run("export", "download", str(pending.id), "--out", str(tmp_path / "o"))
    assert isinstance(waiting.exception, Conflict)


def test_a_link_is_printed_and_nothing_else(shop: Shop) -> None:
    export = shop.export()
    answer = shop.run("export", "link", str(export.id), "wide.parquet", "--hours", "2")
    assert answer.stdout.startswith("http://127.0.0.1:8000/exports/lox_")
    assert answer.stdout.endswith("/wide.parquet\n")
    far = shop.run("export", "link", str(export.id), "wide.parquet", "--hours", "169")
    assert isinstance(far.exception, BadInput)


def test_an_export_is_deleted_once_that_is_confirmed(shop: Shop) -> None:
    export = shop.export()
    assert shop.run("export", "delete", str(export.id), given="n\n").exit_code == 1
    answer = shop.run("export", "delete", str(export.id), "--yes")
    assert answer.stdout == "the export is DELETED\n"
    ended = shop.run("export", "show", str(export.id)).stdout
    assert "by cli" in ended
    assert list((shop.home / "objects" / "tenants").iterdir()) == []
    gone = shop.run("export", "link", str(export.id), "wide.parquet")
    assert isinstance(gone.exception, NotFound)
