"""Server-sent events: what a subscription tells, and where it goes on after a break."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

import httpx2

from .errors import error_of
from .exchange import Answer, answer_of

MEDIA_TYPE: Final = "text/event-stream"


@dataclass(slots=True)
class Place:
    """How far a subscription was followed; `reached` is the id of its last event."""

    reached: str | None = None
    is_over: bool = False

    @property
    def headers(self) -> Mapping[str, str]:
        """What asks for what follows."""
        accept = {"Accept": MEDIA_TYPE}
        return accept if self.reached is None else {**accept, "Last-Event-ID": self.reached}


def broken() -> Answer:
    """What a stream comes to that ended before it was over."""
    told = {"message": "the stream broke", "extensions": {"code": "TRANSIENT"}}
    return Answer({}, error_of(told))


def is_stream(response: httpx2.Response) -> bool:
    """Whether it tells events; else it says why not."""
    return response.headers.get("content-type", "").startswith(MEDIA_TYPE)


async def answers(body: AsyncIterator[bytes], place: Place) -> AsyncIterator[Answer]:
    """Each result that is told; `place` moves on as they are, and ends with `complete`."""
    async for event in _events(body):
        if event.get("event") == "complete":
            place.is_over = True
            return
        if event.get("event") == "next":
            answer = answer_of(200, {}, json.loads(event.get("data", "null")))
            if answer.error is None:
                place.reached = event.get("id", place.reached)
            yield answer


async def _events(body: AsyncIterator[bytes]) -> AsyncIterator[dict[str, str]]:
    """Fields of each event. Lines end with LF, which JSON never holds as it is."""
    left, fields = b"", dict[str, str]()
    async for block in body:
        *lines, left = (left + block).split(b"\n")
        for line in lines:
            if not line:
                if fields:
                    yield fields
                fields = {}
            elif not line.startswith(b":"):
                name, _, value = line.decode().partition(":")
                fields[name] = value.removeprefix(" ")
