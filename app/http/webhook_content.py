"""What a message may hold: JSON objects, few enough and shallow enough to be shown again."""

from __future__ import annotations

import orjson

from core.errors import BadInput

MOST_EVENTS = 1_000
SHALLOW = 250
"""Levels that can always be written again; a body with no more brackets has no more levels."""


def count_events(body: bytes) -> int:
    """How many events a body holds: a JSON object, or an array of 1 to `MOST_EVENTS` of them."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadInput(
            f"the body is not JSON: {error}", field="body", mend="send a JSON object, or an array"
        ) from None
    if body.count(b"[") + body.count(b"{") > SHALLOW:
        _refuse_deep(content)
    events = content if isinstance(content, list) else [content]
    if not 1 <= len(events) <= MOST_EVENTS:
        raise BadInput(
            f"the body holds {len(events)} events",
            field="body",
            mend=f"send 1 to {MOST_EVENTS} events in one array",
        )
    for index, event in enumerate(events):
        if not isinstance(event, dict):
            raise BadInput(
                "an event is not a JSON object",
                field=f"body[{index}]" if isinstance(content, list) else "body",
                mend="send each event as an object",
            )
    return len(events)


def _refuse_deep(content: object) -> None:
    """Refuse what could be read and never be written again: a refused record is shown."""
    try:
        orjson.dumps(content)
    except orjson.JSONEncodeError:
        raise BadInput(
            "the body is nested too deep", field="body", mend="send fewer than 250 levels"
        ) from None
