"""Brings requests to the door."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from starlette.requests import HTTPConnection
from structlog.contextvars import bind_contextvars

from app.http.request_id import request_id_of
from app.http.services import services_of
from app.identity.door import Knock
from app.identity.headers import Headers
from core.scope import TenantScope

EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()


async def admit(
    connection: HTTPConnection,
    body_sha256: str | None,
    extra: Iterable[tuple[str, str]] = (),
) -> TenantScope:
    """The scope of a request, whose later log lines name the tenant.

    `extra` are credentials that came beside the headers.
    """
    scope = await services_of(connection).door.enter(_knock(connection, body_sha256, extra))
    bind_contextvars(tenant_id=str(scope.tenant_id))
    return replace(scope, request_id=request_id_of(connection))


def _knock(
    connection: HTTPConnection, body_sha256: str | None, extra: Iterable[tuple[str, str]]
) -> Knock:
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
