"""From a scope and a name to the place of an object, the same under every adapter."""

from __future__ import annotations

import re
from uuid import UUID

from core.errors import BadInput
from core.scope import TenantScope

TENANTS = "tenants"
MOST_PARTS = 8
_PART = re.compile(r"[a-z0-9_-][a-z0-9._-]{0,119}")


def key_of(scope: TenantScope, name: str) -> str:
    """The key of an object of this tenant, or BadInput: no name leads out of the tenant."""
    parts = name.split("/")
    if len(parts) > MOST_PARTS or not all(_PART.fullmatch(part) for part in parts):
        raise BadInput(
            f"{name!r} is not the name of an object",
            field="name",
            mend="use parts of a-z, 0-9, '.', '_' and '-', joined by slashes",
        )
    return f"{folder_of(scope)}/{name}"


def folder_of(scope: TenantScope, name: str = "") -> str:
    """What the keys of a folder of this tenant begin with, before a slash; of all its keys."""
    return key_of(scope, name) if name else f"{TENANTS}/{scope.tenant_id}"


def name_of(scope: TenantScope, key: str) -> str:
    """The name of an object of this tenant from its key."""
    return key.removeprefix(f"{folder_of(scope)}/")


def tenant_of(folder: str) -> UUID | None:
    """The tenant that a folder below `TENANTS` belongs to; None when it is none of ours."""
    try:
        return UUID(folder)
    except ValueError:
        return None
