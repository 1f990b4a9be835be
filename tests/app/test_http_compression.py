"""Compressed answers: to whom, of what, and still the same answer."""

from __future__ import annotations

import gzip
import json

import httpx2
import pytest
import zstandard

from app.http.compression import coding_for

LONG = "spend, impressions and clicks; " * 3_000


def vary(answer: httpx2.Response) -> set[str]:
    return {name.strip() for name in answer.headers["vary"].split(",")}


async def ask(
    http: httpx2.AsyncClient, coding: str | None, text: str = LONG
) -> tuple[httpx2.Response, bytes]:
    """The answer and its body as it was on the wire."""
    sent = {"query": "query($t:String!){echo(text:$t)}", "variables": {"t": text[:18_000]}}
    headers = {"Accept-Encoding": coding} if coding is not None else {}
    request = http.build_request("POST", "/graphql", json=sent, headers=headers)
    if coding is None:
        del request.headers["accept-encoding"]
    answer = await http.send(request, stream=True)
    body = b"".join([part async for part in answer.aiter_raw()])
    assert int(answer.headers["content-length"]) == len(body)
    assert vary(answer) == {"Accept", "Accept-Encoding", "Origin"}
    return answer, body


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_an_answer_is_compressed_as_it_is_wanted(
    http: httpx2.AsyncClient, coding: str
) -> None:
    answer, body = await ask(http, coding)
    plain = gzip.decompress(body) if coding == "gzip" else zstandard.decompress(body)
    assert answer.headers["content-encoding"] == coding
    assert json.loads(plain) == {"data": {"echo": LONG[:18_000]}}
    assert len(body) < len(plain) / 20


@pytest.mark.parametrize(
    ("coding", "text"), [(None, LONG), ("identity", LONG), ("br", LONG), ("gzip", "short")]
)
async def test_an_answer_is_left_as_it_is(
    http: httpx2.AsyncClient, coding: str | None, text: str
) -> None:
    answer, body = await ask(http, coding, text)
    assert "content-encoding" not in answer.headers
    assert json.loads(body) == {"data": {"echo": text[:18_000]}}


async def test_large_answers_and_batches_too(http: httpx2.AsyncClient) -> None:
    batch = [{"query": "{long}"}] * 10
    headers = {"Accept-Encoding": "zstd, gzip;q=0.5"}
    answer = await http.post("/graphql", json=batch, headers=headers)
    assert answer.headers["content-encoding"] == "zstd"
    found = json.loads(zstandard.decompress(answer.content)) if answer.content[:1] != b"[" else None
    assert (found or answer.json()) == [{"data": {"long": "long " * 10_000}}] * 10


async def test_head_tells_the_length_of_the_compressed_body(http: httpx2.AsyncClient) -> None:
    params, headers = {"query": "{long}"}, {"Accept-Encoding": "gzip"}
    got = await http.get("/graphql", params=params, headers=headers)
    head = await http.head("/graphql", params=params, headers=headers)
    assert head.headers["content-length"] == got.headers["content-length"]
    assert head.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, None),
        ("", None),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "gzip"),
        ("zstd;q=0.1, gzip;q=0.9", "gzip"),
        ("*", "zstd"),
        ("zstd;q=0, *", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.5, identity", None),
        ("deflate", None),
        ("GZIP", "gzip"),
    ],
)
def test_the_coding_is_the_one_that_is_wanted(header: str | None, coding: str | None) -> None:
    assert coding_for(header) == coding
