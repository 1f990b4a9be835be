"""Bodies of requests: how long they may be and how they may be packed."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator

import httpx2
import pytest

JSON = {"Content-Type": "application/json"}


async def test_a_body_over_the_limit_is_refused_by_its_declared_length(
    http: httpx2.AsyncClient,
) -> None:
    answer = await http.post(
        "/graphql", content=b'{"query":"' + b"#" * 20_000 + b'{actor}"}', headers=JSON
    )
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "REQUEST_ENTITY_TOO_LARGE"


@pytest.mark.parametrize("kilobytes", [21, 400])
async def test_a_chunked_body_over_the_limit_is_refused(
    http: httpx2.AsyncClient, kilobytes: int
) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(kilobytes):
            yield b"x" * 1000

    answer = await http.post("/graphql", content=body(), headers=JSON)
    assert answer.status_code == 413


async def test_an_endless_body_is_cut_off(http: httpx2.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 100_000

    with pytest.raises(httpx2.NetworkError):
        await http.post("/graphql", content=endless(), headers=JSON)
    assert sent < 1000


async def test_a_chunked_body_within_the_limit_is_read(http: httpx2.AsyncClient) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'{"query":'
        yield b'"{actor}"}'

    answer = await http.post("/graphql", content=body(), headers=JSON)
    assert answer.json() == {"data": {"actor": "user:cli"}}


async def test_a_compressed_body_is_refused(http: httpx2.AsyncClient) -> None:
    for encoding in ("gzip", "zstd", "identity, gzip"):
        body = gzip.compress(b'{"query":"{actor}"}')
        answer = await http.post(
            "/graphql", content=body, headers=JSON | {"Content-Encoding": encoding}
        )
        assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")
    plain = await http.post(
        "/graphql", content=b'{"query":"{actor}"}', headers=JSON | {"Content-Encoding": "identity"}
    )
    assert plain.status_code == 200
