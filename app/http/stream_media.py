"""Whether a caller would rather have a stream than one answer, and in which framing.

A stream is sent only where it is named before any other type: urql names text/event-stream last
for every query, and must get JSON.
"""

from __future__ import annotations

import re

from app.http import graphql_multipart, graphql_stream
from app.http.graphql_multipart import MultipartParts
from app.http.graphql_stream import ServerSentEvents
from app.http.streamed import Framing
from app.http.weights import LONGEST, weighed

SUBSCRIPTION_PARTS = re.compile(
    rf';\s*subscriptionspec\s*=\s*"?{re.escape(graphql_multipart.SPECIFICATION)}"?\s*(;|$)',
    re.IGNORECASE,
)


def framing_for(accept: str | None) -> Framing | None:
    """The framing of a stream; None where the caller wants one answer."""
    for name, part in _wanted((accept or "")[:LONGEST]):
        if name == graphql_stream.MEDIA_TYPE:
            return ServerSentEvents()
        if name != graphql_multipart.MEDIA_TYPE:
            return None
        if SUBSCRIPTION_PARTS.search(part):
            return MultipartParts()
    return None


def _wanted(accept: str) -> list[tuple[str, str]]:
    """Each type with its parameters, most wanted first; of equal weight in their order."""
    parts = [part for part in accept.split(",") if part.strip()]
    ranges = [(*pair, part) for pair, part in zip(weighed(accept), parts, strict=True)]
    ordered = sorted(ranges, key=lambda each: -each[1])
    return [(name, part) for name, weight, part in ordered if weight > 0]
