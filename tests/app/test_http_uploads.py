"""Uploads: streamed, counted, capped, and never half kept."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from app.identity.gateway import SignedRequest, signature
from app.identity.headers import Headers
from core.scope import Role
from core.settings import Settings
from tests.support import until

MakeToken = Callable[..., str]


@pytest.fixture
async def writer(stand: Any, make_token: MakeToken) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {make_token(Role.DEVELOPER)}"}
    async with httpx2.AsyncClient(base_url=stand.url, headers=headers, timeout=60) as client:
        yield client


async def test_a_file_is_kept_and_described(stand: Any, writer: httpx2.AsyncClient) -> None:
    body = os.urandom(2_500_000)
    answer = await writer.post(
        "/uploads",
        params={"filename": "C:\\Ada\\März.csv"},
        content=body,
        headers={"Content-Type": "text/csv; charset=utf-8"},
    )
    told = answer.json()
    assert answer.status_code == 201
    assert told["filename"] == "März.csv"
    assert told["mediaType"] == "text/csv"
    assert told["sizeBytes"] == len(body)
    assert told["sha256"] == hashlib.sha256(body).hexdigest()
    assert UUID(told["id"]) in stand.uploads.done
    assert stand.uploads.chunks == [1_000_000, 1_000_000, 500_000]
    assert stand.uploads.digest.hexdigest() == told["sha256"]


@pytest.mark.parametrize("is_chunked", [False, True])
async def test_a_file_over_the_limit_leaves_nothing(
    stand: Any, writer: httpx2.AsyncClient, *, is_chunked: bool
) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(60):
            yield b"x" * 100_000

    content = body() if is_chunked else b"x" * 6_000_000
    answer = await writer.post("/uploads?filename=big.csv", content=content)
    assert answer.status_code == 413
    assert answer.json()["code"] == "REQUEST_ENTITY_TOO_LARGE"
    assert (stand.uploads.open, stand.uploads.done) == ({}, {})


async def test_an_empty_file_is_refused(stand: Any, writer: httpx2.AsyncClient) -> None:
    answer = await writer.post("/uploads?filename=empty.csv", content=b"")
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_USER_INPUT")
    assert (stand.uploads.open, stand.uploads.done) == ({}, {})


@pytest.mark.parametrize("filename", ["", "/", "a\nb", "x" * 256, "dir/"])
async def test_a_name_is_demanded(stand: Any, writer: httpx2.AsyncClient, filename: str) -> None:
    answer = await writer.post("/uploads", params={"filename": filename}, content=b"x")
    assert answer.status_code == 400
    assert answer.json()["field"] == "filename"
    assert not stand.uploads.open


async def test_a_sender_who_leaves_leaves_nothing(stand: Any, make_token: MakeToken) -> None:
    _, stream = await asyncio.open_connection("127.0.0.1", stand.port)
    head = (
        "POST /uploads?filename=cut.csv HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n"
        f"Authorization: Bearer {make_token(Role.DEVELOPER)}\r\n\r\n"
    )
    stream.write(head.encode() + b"x" * 1_500_000)
    await stream.drain()
    await until(lambda: bool(stand.uploads.chunks))
    assert len(stand.uploads.open) == 1
    stream.transport.abort()
    await until(lambda: not stand.uploads.open)
    assert (stand.uploads.abandoned, stand.uploads.done) == (1, {})


@pytest.mark.parametrize(("role", "status"), [(Role.ANALYST, 403), (None, 401)])
async def test_writing_needs_its_permission(
    stand: Any, make_token: MakeToken, role: Role | None, status: int
) -> None:
    headers = {"Authorization": f"Bearer {make_token(role)}"} if role else {}
    async with httpx2.AsyncClient(base_url=stand.url, headers=headers) as client:
        answer = await client.post("/uploads?filename=a.csv", content=b"a,b")
    assert answer.status_code == status
    assert (stand.uploads.open, stand.uploads.done) == ({}, {})


@pytest.mark.parametrize(("body", "status"), [(b"a,b\n1,2", 201), (b"a,b\n1,3", 401)])
async def test_a_gateway_signs_a_stream_by_its_hash(stand: Any, body: bytes, status: int) -> None:
    declared = hashlib.sha256(b"a,b\n1,2").hexdigest()
    identity = {
        "X-Org-Id": "00000000-0000-4000-8000-000000000001",
        "X-User-Id": "ada",
        "X-User-Roles": "developer",
        "X-Gateway-Timestamp": str(int(time.time())),
        "X-Gateway-Body-SHA256": declared,
    }
    request = SignedRequest("POST", "/uploads?filename=a.csv", declared)
    mac = signature("the-gateway-secret", request, Headers.named(identity.items()))
    headers = {**identity, "X-Gateway-Signature": mac}
    async with httpx2.AsyncClient(base_url=stand.url) as gateway:
        answer = await gateway.post("/uploads?filename=a.csv", content=body, headers=headers)
    assert answer.status_code == status
    assert not stand.uploads.open
    assert len(stand.uploads.done) == (1 if status == 201 else 0)


def memory_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's own numbers")
async def test_a_large_file_does_not_pass_through_memory(serve: Any, make_token: MakeToken) -> None:
    size = 220_000_000
    async with serve(Settings()) as stand:
        reader, stream = await asyncio.open_connection("127.0.0.1", stand.port)
        head = (
            f"POST /uploads?filename=l.csv HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n"
            f"Authorization: Bearer {make_token(Role.DEVELOPER)}\r\n\r\n"
        )
        stream.write(head.encode())
        before, part = memory_bytes(), b"x" * 500_000
        peak = 0
        for _ in range(size // len(part)):
            stream.write(part)
            await stream.drain()
            peak = max(peak, memory_bytes() - before)
        assert b" 201 " in await reader.readline()
        stream.close()
        assert sum(stand.uploads.chunks) == size
    assert peak < 40_000_000
