from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable

import httpx2
import pytest

from connectors.http import Credentials, HttpClient, HttpRequest, HttpResponse, HttpRules
from connectors.retry import Patience
from core.errors import ConfigError, LiftosError, Terminal, Transient
from tests.connectors.stand_in import FakeTime

ASKED = HttpRequest("GET", "/things", {"day": "2026-11-22"})


def judge(response: HttpResponse) -> LiftosError | None:
    if response.status == 429:
        return Transient("slow down", retry_after_seconds=float(response.headers["retry-after"]))
    return Terminal(f"status {response.status}") if response.status >= 400 else None


def client(
    answer: Callable[[httpx2.Request], httpx2.Response],
    time: FakeTime,
    *,
    rules: HttpRules | None = None,
    base_url: str = "https://api.example",
) -> HttpClient:
    credentials = Credentials({"authorization": "Bearer token-of-mine"}, {"proof": "0123456789"})
    return HttpClient(
        base_url,
        rules or HttpRules(judge=judge),
        credentials,
        clock=time.clock(),
        transport=httpx2.MockTransport(answer),
    )


def answers(*responses: httpx2.Response | Exception) -> Callable[[httpx2.Request], httpx2.Response]:
    waiting = iter(responses)

    def answer(_: httpx2.Request) -> httpx2.Response:
        response = next(waiting)
        if isinstance(response, Exception):
            raise response
        return response

    return answer


async def test_credentials_are_sent_but_never_held(fake_time: FakeTime) -> None:
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        raise httpx2.ConnectError("refused", request=request)

    http = client(answer, fake_time)
    with pytest.raises(Transient) as caught:
        await http.send(ASKED)
    await http.aclose()
    cause = caught.value.__cause__
    assert seen[0].headers["authorization"] == "Bearer token-of-mine"
    assert dict(seen[0].url.params) == {"day": "2026-11-22", "proof": "0123456789"}
    assert isinstance(cause, httpx2.ConnectError)
    assert "proof" not in str(http.describe(ASKED))


async def test_a_body_is_sent_as_json_and_described(fake_time: FakeTime) -> None:
    seen: list[bytes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.content)
        return httpx2.Response(200, json={})

    asked = HttpRequest("POST", "/search", content={"query": "SELECT 1", "api_key": "k"})
    http = client(answer, fake_time)
    await http.send(asked)
    await http.aclose()
    assert seen == [b'{"query":"SELECT 1","api_key":"k"}']
    assert http.describe(asked) == {
        "method": "POST",
        "path": "/search",
        "params": {},
        "content": {"query": "SELECT 1", "api_key": "REDACTED"},
    }


@pytest.mark.parametrize(
    "broken",
    [
        httpx2.Response(200, content=b'{"data": [1, 2'),
        httpx2.Response(200, content=b""),
        httpx2.Response(200, content=b'{"a":1}', headers={"content-length": "900"}),
        httpx2.ReadTimeout("slow"),
        httpx2.RemoteProtocolError("peer closed connection"),
    ],
)
async def test_an_answer_that_did_not_arrive_whole_is_asked_for_again(
    fake_time: FakeTime, broken: httpx2.Response | Exception
) -> None:
    http = client(answers(broken, httpx2.Response(200, content=b' {"a": 1}\n')), fake_time)
    response = await http.send(ASKED)
    await http.aclose()
    assert response.body == b' {"a": 1}\n'
    assert response.content == {"a": 1}
    assert len(fake_time.sleeps) == 1


async def test_a_compressed_answer_is_whole(fake_time: FakeTime) -> None:
    packed = gzip.compress(b'{"a":1}')
    headers = {"content-encoding": "gzip", "content-length": str(len(packed))}
    http = client(answers(httpx2.Response(200, content=packed, headers=headers)), fake_time)
    assert (await http.send(ASKED)).body == b'{"a":1}'
    await http.aclose()


async def test_waits_double_up_to_a_minute_with_jitter(fake_time: FakeTime) -> None:
    rules = HttpRules(judge=judge, patience=Patience(attempts=9))
    http = client(answers(*[httpx2.ReadTimeout("slow")] * 9), fake_time, rules=rules)
    with pytest.raises(Transient, match="no answer within 120 s"):
        await http.send(ASKED)
    await http.aclose()
    expected = [1, 2, 4, 8, 16, 32, 60, 60]
    assert len(fake_time.sleeps) == 8
    for slept, least in zip(fake_time.sleeps, expected, strict=True):
        assert least <= slept <= least + 1


async def test_the_wait_that_was_asked_for_is_waited(fake_time: FakeTime) -> None:
    limited = httpx2.Response(429, json={}, headers={"retry-after": "400"})
    http = client(answers(limited, limited, httpx2.Response(200, json={})), fake_time)
    await http.send(ASKED)
    await http.aclose()
    assert fake_time.sleeps == [400, 400]


async def test_a_wait_beyond_patience_is_handed_on_at_once(fake_time: FakeTime) -> None:
    limited = httpx2.Response(429, json={}, headers={"retry-after": "73473"})
    http = client(answers(limited), fake_time)
    with pytest.raises(Transient) as caught:
        await http.send(ASKED)
    await http.aclose()
    assert caught.value.retry_after_seconds == 73473
    assert fake_time.sleeps == []


async def test_waits_are_counted_together(fake_time: FakeTime) -> None:
    limited = httpx2.Response(429, json={}, headers={"retry-after": "500"})
    http = client(answers(limited, limited), fake_time)
    with pytest.raises(Transient):
        await http.send(ASKED)
    await http.aclose()
    assert fake_time.sleeps == [500]


async def test_a_final_refusal_is_not_tried_again(fake_time: FakeTime) -> None:
    http = client(answers(httpx2.Response(404, content=b"<html>")), fake_time)
    with pytest.raises(Terminal, match="status 404"):
        await http.send(ASKED)
    await http.aclose()
    assert fake_time.sleeps == []


async def test_usage_told_by_one_answer_delays_the_next_request(fake_time: FakeTime) -> None:
    rules = HttpRules(judge=judge, pause=lambda answer: float(answer.headers["x-pause"]))
    responses = [httpx2.Response(200, json={}, headers={"x-pause": p}) for p in ("30", "0", "0")]
    http = client(answers(*responses), fake_time, rules=rules)
    for _ in range(3):
        await http.send(ASKED)
    await http.aclose()
    assert fake_time.sleeps == [30]


@pytest.mark.parametrize("base_url", ["graph.example", "ftp://graph.example"])
async def test_an_address_that_is_no_url_is_a_matter_of_configuration(
    fake_time: FakeTime, base_url: str
) -> None:
    http = HttpClient(base_url, HttpRules(judge=judge), Credentials(), clock=fake_time.clock())
    with pytest.raises(ConfigError):
        await http.send(ASKED)
    await http.aclose()


async def test_secrets_in_an_answer_are_taken_out_and_nothing_else(fake_time: FakeTime) -> None:
    body = b'{"next": "https://api.example/?access_token=abc&after=xyz",  "name": "caf\xc3\xa9"}'
    http = client(answers(httpx2.Response(200, content=body)), fake_time)
    response = await http.send(ASKED)
    await http.aclose()
    assert response.body == body.replace(b"=abc&", b"=REDACTED&")


async def test_every_connection_is_closed_though_the_closing_is_cancelled(
    fake_time: FakeTime,
) -> None:
    together, ended = asyncio.Barrier(3), asyncio.Semaphore(0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await together.wait()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        await reader.read()
        writer.close()
        ended.release()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        http = HttpClient(
            f"http://127.0.0.1:{port}",
            HttpRules(judge=judge),
            Credentials(),
            clock=fake_time.clock(),
        )
        await asyncio.gather(*(http.send(ASKED) for _ in range(3)))
        closing = asyncio.create_task(http.aclose())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        async with asyncio.timeout(5):
            for _ in range(3):
                await ended.acquire()
