"""Big files over HTTP: out of a bucket, in constant memory, and never cut without a sign of it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from pydantic import SecretStr
from starlette.types import Message

from app.http import file_answer
from app.http.file_answer import FileAnswer
from app.identity.links import links_of
from app.identity.secrets import secrets_of
from app.objects import object_place
from core.errors import Transient
from core.records.exports import ExportRecord, object_path
from core.settings import Settings
from stores.objects import open_objects
from stores.wiring import Stores
from tests.app.deployed import deployed, settings_for
from tests.exporting import make_export
from tests.objects.s3_server import ACCESS_KEY, SECRET_KEY, serving_s3
from tests.support import Services, Tenant, free_port

BODY = os.urandom(9_500_000)
GIGABYTE = 1_000_000_000


def path_of(settings: Settings, home: Path, tenant: Tenant, export: ExportRecord) -> str:
    until = datetime.now(UTC) + timedelta(minutes=30)
    links = links_of(settings, secrets_of(settings, home))
    return str(urlsplit(links.url(tenant.scope, export.id, "long.parquet", until)).path)


async def test_a_file_in_a_bucket_is_served_as_one_in_a_folder(
    services: Services, stores: Stores, tenant: Tenant, tmp_path: Path
) -> None:
    with serving_s3() as s3:
        settings = settings_for(
            services,
            tmp_path,
            objects_s3_bucket=s3.new_bucket(),
            objects_s3_endpoint=s3.url,
            objects_s3_access_key=SecretStr(ACCESS_KEY),
            objects_s3_secret_key=SecretStr(SECRET_KEY),
        )
        objects = open_objects(object_place(settings, tmp_path))
        export = await make_export(stores, objects, tenant.scope, {"long.parquet": BODY})
        path = path_of(settings, tmp_path, tenant, export)
        async with deployed(settings) as http:
            whole = await http.get(path)
            assert (whole.status_code, whole.content) == (200, BODY)
            part = await http.get(path, headers={"Range": "bytes=4194303-8388608"})
            assert (part.status_code, part.content) == (206, BODY[4_194_303:8_388_609])
            await objects.delete(tenant.scope, [object_path(export.id, "long.parquet")])
            gone = await http.get(path)
            assert (gone.status_code, gone.json()["code"]) == (503, "TRANSIENT")
            assert SECRET_KEY not in gone.text


async def never() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


def answer(*blocks: bytes | Exception) -> FileAnswer:
    async def body() -> Any:
        for block in blocks:
            if isinstance(block, Exception):
                raise block
            yield block

    return FileAnswer(200, {"Content-Length": "10"}, body())


async def test_a_block_that_cannot_be_read_ends_the_connection_and_not_the_file() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    with pytest.raises(Transient):
        await answer(b"12345", Transient("replaced"))({}, never, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[-1]["more_body"] is True


async def test_what_cannot_be_read_at_all_is_told_before_anything_is_sent() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    with pytest.raises(Transient):
        await answer(Transient("away"))({}, never, send)
    assert sent == []


async def test_a_caller_who_takes_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_answer, "STALL_SECONDS", 0.01)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await answer(b"1" * 10)({}, never, send)


def memory_of(pid: int) -> int:
    """Bytes that the process holds at its most."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError


async def blocks_of(size: int) -> AsyncIterator[bytes]:
    block = os.urandom(1 << 20)
    while size:
        yield block[: min(size, len(block))]
        size -= min(size, len(block))


def hashed(url: str, path: str) -> tuple[int, str, int]:
    """Size and hash of a download that is cut in the middle and gone on with."""
    digest, size, cuts = hashlib.sha256(), 0, 0
    with closing(httpx2.Client(base_url=url, timeout=60)) as http:
        while True:
            headers = {"Range": f"bytes={size}-"} if size else {}
            with http.stream("GET", path, headers=headers) as got:
                for chunk in got.iter_bytes(1 << 20):
                    digest.update(chunk)
                    size += len(chunk)
                    if not cuts and size > GIGABYTE // 2:
                        cuts += 1
                        break
                else:
                    return size, digest.hexdigest(), cuts


def slow_reader(port: int, path: str) -> socket.socket:
    """Somebody who asks for the file and takes next to nothing of it."""
    reader = socket.create_connection(("127.0.0.1", port))
    reader.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return reader


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
async def test_a_gigabyte_is_served_in_the_memory_of_a_few_blocks(
    services: Services, stores: Stores, tenant: Tenant, tmp_path: Path
) -> None:
    settings = settings_for(services, tmp_path)
    objects = open_objects(object_place(settings, tmp_path))
    export = await make_export(stores, objects, tenant.scope, {"long.parquet": b""})
    name = object_path(export.id, "long.parquet")
    put = await objects.put(tenant.scope, name, blocks_of(GIGABYTE))
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute(
            "UPDATE export SET files = jsonb_set(jsonb_set(files, '{0,bytes}', to_jsonb($3::bigint)"
            "), '{0,sha256}', to_jsonb($4::text)) WHERE tenant_id = $1 AND id = $2",
            tenant.scope.tenant_id,
            export.id,
            put.size_bytes,
            put.sha256,
        )
    port = free_port()
    process = await asyncio.to_thread(api_process, services, tmp_path, port)
    try:
        url, path = f"http://127.0.0.1:{port}", path_of(settings, tmp_path, tenant, export)
        await asyncio.to_thread(until_healthy, url)
        await asyncio.to_thread(httpx2.get, url + path, headers={"Range": "bytes=0-0"})
        before = memory_of(process.pid)
        slow = [slow_reader(port, path) for _ in range(10)]
        got = await asyncio.to_thread(hashed, url, path)
        assert got == (GIGABYTE, put.sha256, 1)
        assert memory_of(process.pid) - before < 60_000_000
        for reader in slow:
            reader.close()
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.wait)


def api_process(services: Services, home: Path, port: int) -> subprocess.Popen[bytes]:
    given = settings_for(services, home)
    secrets = ("database_url", "redis_url", "master_key", "jwt_secret")
    environment = {
        f"LIFTOS_{name.upper()}": getattr(given, name).get_secret_value() for name in secrets
    }
    command = [
        sys.executable,
        "-m",
        "app.cli.main",
        "--home",
        str(home),
        "api",
        "--port",
        str(port),
    ]
    return subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.DEVNULL)


def until_healthy(url: str) -> None:
    for _ in range(600):
        try:
            if httpx2.get(f"{url}/readyz").is_success:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail("the API did not start")
