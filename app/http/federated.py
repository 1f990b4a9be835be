"""Whether an operation is to be traced for a gateway."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from core.scope import Entrance, Permission, TenantScope
from graph.federation.tracing import NAME

HEADER = "apollo-federation-include-trace"


def is_traced(connection: HTTPConnection, scope: TenantScope) -> bool:
    """Whether the caller asks for a trace and may have it.

    A trace tells types and times of fields: it is for gateways that prove themselves, and for
    those who may see the schema anyway. To others it is left out, for a gateway asks on behalf
    of every caller.
    """
    if connection.headers.get(HEADER) != NAME:
        return False
    return scope.door is Entrance.GATEWAY or scope.may(Permission.SCHEMA_INTROSPECT)
