"""A page of messages: a JSON object a line, the body of each as it was sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.jsonvalue import JSONValue, exact_json
from core.webhook_events import EventSource

STREAM: Final = "events"
MEDIA_TYPE: Final = "application/x-ndjson"
_BREAKS: Final = bytes.maketrans(b"\r\n", b"  ")


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """A message out of the inbox; `body` is JSON that its door has read."""

    id: str
    sent_at: datetime
    body: bytes


def composed(messages: Sequence[InboxMessage]) -> bytes:
    """The page. Breaks of lines, which stand between tokens only, become spaces."""
    return b"\n".join(map(_line, messages))


def _line(message: InboxMessage) -> bytes:
    head = json.dumps({"id": message.id, "sentAt": message.sent_at.isoformat()})
    return head[:-1].encode() + b', "body": ' + message.body.translate(_BREAKS) + b"}"


def events(body: bytes) -> Iterator[tuple[EventSource, JSONValue]]:
    """Each event of a page and where it came from; numbers as `exact_json` reads them."""
    for line in body.split(b"\n"):
        if line:
            yield from _events(line)


def _events(line: bytes) -> Iterator[tuple[EventSource, JSONValue]]:
    message = exact_json(line)
    content = message["body"]
    for index, event in enumerate(content if isinstance(content, list) else [content]):
        yield _source(message, index), event


def _source(head: dict[str, str], index: int) -> EventSource:
    return EventSource(head["id"], index, datetime.fromisoformat(head["sentAt"]))
