"""How the typed client follows subscriptions: what it takes up again, and where."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx2
import pytest
from pydantic import TypeAdapter, ValidationError

from client.liftos_client import AsyncLiftos, errors
from client.liftos_client.generated.enums import RunEventKind, RunStatus
from tests.client.conftest import Shop

DONE = b"event: complete\ndata:\n\n"
BEAT = b":\n\n"


def step(sequence: int, status: str = "RUNNING", message: str = "read") -> bytes:
    counters = dict.fromkeys(
        ("pages", "fetched", "stored", "unchanged", "rejected", "created", "restated", "vanished"),
        0,
    )
    told = {
        "sequence": sequence, "at": "2026-10-01T00:00:00Z", "kind": "STEP_COMPLETED",
        "status": status, "message": message, "progress": 0.5, "counters": counters,
    }  # fmt: skip
    data = json.dumps({"data": {"step": told}}, ensure_ascii=False)
    return f"event: next\nid: {sequence}\ndata: {data}\n\n".encode()


def refusal(code: str) -> bytes:
    told = {"errors": [{"message": "no", "extensions": {"code": code}}]}
    return f"event: next\ndata: {json.dumps(told)}\n\n".encode() + DONE


class Streams:
    """An API that tells these streams one after the other; `None` in one breaks it."""

    def __init__(self, *streams: list[bytes | None] | httpx2.Response) -> None:
        self.streams = list(streams)
        self.sent: list[httpx2.Request] = []
        self.waits: list[float] = []
        self.tokens = 0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(request)
        told = self.streams.pop(0)
        if isinstance(told, httpx2.Response):
            return told
        headers = {"Content-Type": "text/event-stream; charset=utf-8"}
        return httpx2.Response(200, headers=headers, content=_blocks(told, request))

    def token(self) -> str:
        self.tokens += 1
        return f"token {self.tokens}"

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def followed(self, **arguments: Any) -> list[tuple[int, str]]:
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(self))
        made = {"token": self.token, **arguments}
        async with AsyncLiftos("http://api", http=http, sleep=self.sleep, **made) as client:
            return [(e.step.sequence, e.step.message) async for e in client.follow_run("r")]

    def asked(self, header: str) -> list[str | None]:
        return [request.headers.get(header) for request in self.sent]


async def _blocks(told: list[bytes | None], request: httpx2.Request) -> AsyncIterator[bytes]:
    for block in told:
        if block is None:
            raise httpx2.ReadError("gone", request=request)
        yield block


async def test_a_stream_that_breaks_is_taken_up_behind_the_last_event() -> None:
    whole = step(2, message="a line\u2028of its own")
    api = Streams([BEAT, step(1), whole[:40], whole[40:], None], [BEAT, step(3)], [DONE])
    assert await api.followed() == [(1, "read"), (2, "a line\u2028of its own"), (3, "read")]
    assert api.asked("last-event-id") == [None, "2", "3"]
    assert [round(wait / 0.25, 2) >= 1 for wait in api.waits] == [True, True]
    assert {json.loads(each.content)["operationName"] for each in api.sent} == {"FollowRun"}


async def test_a_token_that_runs_out_is_asked_for_anew() -> None:
    api = Streams([step(1), refusal("UNAUTHENTICATED")], [step(2), DONE])
    assert await api.followed() == [(1, "read"), (2, "read")]
    assert api.asked("authorization") == ["Bearer token 1", "Bearer token 2"]
    assert api.waits == []
    api = Streams([step(1), refusal("UNAUTHENTICATED")])
    with pytest.raises(errors.Unauthenticated):
        await api.followed(token="the only one")
    # Refused before it told anything: a fresh one is no better.
    api = Streams([refusal("UNAUTHENTICATED")])
    with pytest.raises(errors.Unauthenticated):
        await api.followed()


async def test_what_brings_nothing_is_tried_so_often_and_no_more() -> None:
    api = Streams([None], [refusal("TRANSIENT")], [step(1), None], [None], [None], [None], [None])
    with pytest.raises(errors.Unavailable):
        await api.followed()
    assert (len(api.sent), len(api.waits)) == (6, 5)


async def test_a_refusal_is_raised() -> None:
    body = {"errors": [{"message": "no", "extensions": {"code": "FORBIDDEN"}}]}
    with pytest.raises(errors.Forbidden):
        await Streams(httpx2.Response(403, json=body)).followed()
    with pytest.raises(errors.NotFound):
        await Streams([refusal("NOT_FOUND")]).followed()


def test_a_value_of_a_newer_server_breaks_nothing() -> None:
    read = TypeAdapter(RunStatus)
    assert read.validate_python("RUNNING") is RunStatus.RUNNING
    newer = read.validate_json('"ARCHIVED"')
    assert isinstance(newer, RunStatus)
    assert (newer, newer.value, newer.is_known) == ("ARCHIVED", "ARCHIVED", False)
    assert RunStatus.RUNNING.is_known
    assert newer not in list(RunStatus)
    assert read.dump_json(newer) == b'"ARCHIVED"'
    assert {newer: 1}[RunStatus("ARCHIVED")] == 1
    with pytest.raises(ValidationError):
        read.validate_python(7)


async def test_runs_and_events_are_followed_from_where_one_was(shop: Shop) -> None:
    async with AsyncLiftos(shop.door.url, token=shop.token()) as client:
        run = (await client.runs(statuses=[RunStatus.SUCCEEDED])).page.nodes[-1]
        steps = [each.step async for each in client.follow_run(run.id)]
        later = [each.step async for each in client.follow_run(run.id, after=2)]
        async with aclosing(client.follow_runs(after=0)) as told:
            first = (await anext(told)).event
        async with aclosing(client.follow_events(after=first.sequence)) as told:
            second = (await anext(told)).event
    assert [each.sequence for each in steps] == list(range(1, len(steps) + 1))
    assert steps[-1].kind is RunEventKind.SUCCEEDED
    assert later == steps[2:]
    assert (first.sequence, second.sequence) == (1, 2)
    assert first.run is not None
