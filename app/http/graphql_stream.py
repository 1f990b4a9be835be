"""Server-sent events: one connection an operation, as graphql-sse and EventSource read them.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from graph.executor.rendered import encoded

MEDIA_TYPE: Final = "text/event-stream"


class ServerSentEvents:
    """Events `next` and `complete`, in lines that end with LF.

    `id` is the sequence of what is told, which a browser's EventSource sends back as
    Last-Event-ID when it comes again.
    """

    headers: Mapping[str, str] = {"Content-Type": f"{MEDIA_TYPE}; charset=utf-8"}
    opening = heartbeat = b":\n\n"

    def result(self, content: Mapping[str, Any], sequence: int | None) -> bytes:
        """One event `next`."""
        mark = b"" if sequence is None else b"id: %d\n" % sequence
        return b"event: next\n%sdata: %s\n\n" % (mark, encoded(content))

    def end(self, refusal: Mapping[str, Any] | None) -> bytes:
        """The event `complete`; without a line of data EventSource would not hear it."""
        told = b"" if refusal is None else self.result(refusal, None)
        return told + b"event: complete\ndata:\n\n"
