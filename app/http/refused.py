"""What HTTP and sockets themselves refuse: what it means, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import NamedTuple


class Meaning(NamedTuple):
    """For whoever meets it."""

    means: str
    advice: str


REFUSED: Mapping[HTTPStatus, Meaning] = MappingProxyType(
    {
        HTTPStatus.METHOD_NOT_ALLOWED: Meaning(
            "The address takes other methods; a mutation is not sent by GET.",
            "use one that `Allow` names",
        ),
        HTTPStatus.NOT_ACCEPTABLE: Meaning(
            "`Accept` leaves no type that can be answered.", "accept `application/json`"
        ),
        HTTPStatus.REQUEST_TIMEOUT: Meaning(
            "The body did not arrive in time.", "send it again, over a better line or in parts"
        ),
        HTTPStatus.GONE: Meaning(
            "The link to a file has expired, or its export was deleted.",
            "ask for the export again: it answers new links",
        ),
        HTTPStatus.PRECONDITION_FAILED: Meaning(
            "The file is not the one that `If-Match` or `If-Range` names.",
            "fetch it from the start",
        ),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Meaning(
            "The body is larger than it may be.", "send less at once"
        ),
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Meaning(
            "The body is of a type, a charset or a compression that is not read here.",
            "send what `Accept-Post` or `Accept-Encoding` names",
        ),
        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: Meaning(
            "The range lies outside the file.", "see `Content-Range` for its size"
        ),
        HTTPStatus.TOO_MANY_REQUESTS: Meaning(
            "One address or one webhook was asked too often.", "wait `Retry-After` seconds"
        ),
    }
)
"""By status, whose name is the code; a status of one of our errors carries that error's code."""
CLOSES: Mapping[int, Meaning] = MappingProxyType(
    {
        1011: Meaning("A promise of our own was broken.", "open another; report it"),
        1013: Meaning(
            "The server cannot serve it now, or results were not read for too long.",
            "come back after a while, and resume after the last `sequence` you saw",
        ),
        4400: Meaning("A message is not one of the protocol.", "mend the client"),
        4401: Meaning("An operation came before `connection_ack`.", "wait for it"),
        4403: Meaning(
            "The credentials do not hold, or no longer.", "come back with new ones, and resume"
        ),
        4406: Meaning("The handshake offered no protocol of ours.", "offer `graphql-transport-ws`"),
        4408: Meaning("`connection_init` did not come in time.", "send it at once"),
        4409: Meaning("An operation of that id is open.", "give each an id of its own"),
        4429: Meaning("`connection_init` came twice.", "send it once"),
    }
)
"""By the code that closes a socket."""
