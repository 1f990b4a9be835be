"""Requests as the door wants them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from starlette.requests import HTTPConnection

from app.identity.door import Knock
from app.identity.headers import Headers

EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()


def knock_of(
    connection: HTTPConnection,
    body_sha256: str | None,
    extra: Iterable[tuple[str, str]] = (),
) -> Knock:
    """The knock of a request; `extra` are credentials that came beside its headers."""
    headers = Headers.of(connection.scope["headers"])
    return Knock(
        method=connection.scope.get("method", "GET"),
        target=_target(connection),
        headers=Headers((*headers.pairs, *Headers.named(extra).pairs)),
        body_sha256=body_sha256,
    )


def _target(connection: HTTPConnection) -> str:
    """Path and query as they were on the wire."""
    raw: bytes = connection.scope.get("raw_path") or connection.scope["path"].encode()
    query: bytes = connection.scope["query_string"]
    return (raw + b"?" + query if query else raw).decode("latin-1")
