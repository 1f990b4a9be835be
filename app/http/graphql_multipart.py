"""Subscriptions as parts of one answer, as Apollo's clients and gateways read them.

https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from graph.executor.rendered import encoded

MEDIA_TYPE: Final = "multipart/mixed"
SPECIFICATION: Final = "1.0"
BOUNDARY: Final = b"graphql"


class MultipartParts:
    """Parts of JSON, each followed at once by the delimiter that lets a reader see its end.

    What follows a delimiter is written with what comes next: a line for another part, or the
    two dashes of the end.
    """

    headers: Mapping[str, str] = {
        "Content-Type": (
            f'{MEDIA_TYPE};boundary="{BOUNDARY.decode()}";subscriptionSpec={SPECIFICATION}'
        )
    }
    opening = b"--%s" % BOUNDARY

    @property
    def heartbeat(self) -> bytes:
        """An empty object says no more than that somebody is there."""
        return _part({})

    def result(self, content: Mapping[str, Any], sequence: int | None) -> bytes:
        """A part whose `payload` is the result."""
        del sequence
        return _part({"payload": content})

    def end(self, refusal: Mapping[str, Any] | None) -> bytes:
        """The closing delimiter, after the errors of the transport if there are any."""
        return (b"" if refusal is None else _part({"payload": None, **refusal})) + b"--\r\n"


def _part(content: Mapping[str, Any]) -> bytes:
    body = encoded(content)
    return b"\r\nContent-Type: application/json\r\n\r\n%s\r\n--%s" % (body, BOUNDARY)
