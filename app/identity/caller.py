"""A caller whose credentials held, before the tenant has been looked up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from core.errors import Unauthenticated
from core.scope import LONGEST_CLIENT, Entrance, Once, Permission, Role, TenantId, permissions_of

MEND = "send Authorization: Bearer with a valid token or API key"


@dataclass(frozen=True, slots=True)
class Caller:
    """What credentials say of their bearer; None where they say nothing of it."""

    tenant_id: TenantId
    door: Entrance
    actor: str
    roles: frozenset[Role]
    permissions: frozenset[Permission]
    expires_at: datetime | None = None
    tier: str | None = None
    client: str | None = None
    once: Once | None = field(default=None, repr=False)


def refusal(message: str) -> Unauthenticated:
    """The error for credentials that are missing or do not hold."""
    return Unauthenticated(message, mend=MEND)


def known_roles(names: Iterable[object]) -> frozenset[Role]:
    """The roles among `names`; a name that is no role grants nothing and is passed over."""
    roles = {role.value: role for role in Role}
    return frozenset(roles[name] for name in names if isinstance(name, str) and name in roles)


def client_named(*names: object) -> str | None:
    """The first of `names` that can be a client's: printable text of at most 100 characters."""
    for name in names:
        if isinstance(name, str) and 0 < len(name) <= LONGEST_CLIENT and name.isprintable():
            return name
    return None


def granted(roles: frozenset[Role], names: Iterable[object] = ()) -> frozenset[Permission]:
    """What `roles` grant, and the permissions among `names` on top; unknown names add nothing."""
    known = {permission.value: permission for permission in Permission}
    named = {known[name] for name in names if isinstance(name, str) and name in known}
    return permissions_of(roles) | named
