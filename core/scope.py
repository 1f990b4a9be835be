"""Whose data a piece of work may touch, as a type.

A `TenantScope` is issued at few doors only: a verified token, a signed gateway, a signed
webhook, the state of a consent, a signed link, a job row, `--tenant` on the command line.
`tests/arch` fails when another place builds one. Everything below the doors demands it as first
argument.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

TenantId = NewType("TenantId", UUID)
LONGEST_CLIENT = 100
"""Characters of the name of a client."""


class Role(StrEnum):
    """What a caller is to the tenant."""

    ADMIN = "admin"
    DEVELOPER = "developer"
    ANALYST = "analyst"
    USER = "user"
    VIEWER = "viewer"


class Entrance(StrEnum):
    """By which proof a scope was issued."""

    TOKEN = "TOKEN"  # noqa: S105 - the name of a door
    KEY = "KEY"
    GATEWAY = "GATEWAY"
    WEBHOOK = "WEBHOOK"
    CONSENT = "CONSENT"
    LINK = "LINK"
    JOB = "JOB"
    CLI = "CLI"
    INSIDE = "INSIDE"


class Permission(StrEnum):
    """What a caller may do; the names are those that the modules already use."""

    MEMORY_READ = "memory:read"
    MEMORY_WRITE = "memory:write"
    MEMORY_ADMIN = "memory:admin"
    CAUSAL_READ = "causal:read"
    CAUSAL_WRITE = "causal:write"
    CAUSAL_ADMIN = "causal:admin"
    CAUSAL_DATA_ACCESS = "causal:data:access"
    CAUSAL_DATA_EXPORT = "causal:data:export"
    CAUSAL_EXPERIMENTS_DESIGN = "causal:experiments:design"
    CAUSAL_EXPERIMENTS_RUN = "causal:experiments:run"
    CAUSAL_MODELS_CREATE = "causal:models:create"
    CAUSAL_MODELS_DEPLOY = "causal:models:deploy"
    CAUSAL_INSIGHTS_GENERATE = "causal:insights:generate"
    CAUSAL_OPTIMIZATION_RUN = "causal:optimization:run"
    SCHEMA_INTROSPECT = "schema:introspect"


_VIEWER = frozenset({Permission.MEMORY_READ})
_USER = _VIEWER | {Permission.CAUSAL_READ}
_ANALYST = _USER | {
    Permission.SCHEMA_INTROSPECT,
    Permission.CAUSAL_DATA_ACCESS,
    Permission.CAUSAL_INSIGHTS_GENERATE,
    Permission.CAUSAL_EXPERIMENTS_DESIGN,
}
_DEVELOPER = _ANALYST | {
    Permission.MEMORY_WRITE,
    Permission.CAUSAL_WRITE,
    Permission.CAUSAL_EXPERIMENTS_RUN,
    Permission.CAUSAL_MODELS_CREATE,
    Permission.CAUSAL_OPTIMIZATION_RUN,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.USER: _USER,
    Role.ANALYST: _ANALYST,
    Role.DEVELOPER: _DEVELOPER,
    Role.ADMIN: frozenset(Permission),
}


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Everything that any of `roles` grants."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))


def tenant_key(tenant_id: TenantId, *parts: str) -> str:
    """A key of that tenant in a shared store; for its own work a scope's `key` is used."""
    return ":".join(("liftos", f"{{{tenant_id}}}", *parts))


@dataclass(frozen=True, slots=True)
class Once:
    """A proof that can be copied, so that what is written by it is written for one bringer.

    `proof` names it without being it; `admission` is another whenever it is brought.
    """

    proof: str
    admission: str


@dataclass(frozen=True, slots=True)
class TenantScope:
    """Proof that a door let this actor in for this tenant.

    `actor` is for logs and the audit trail: `user:SUB`, `key:ID`, `run:ID`, `cli`.
    `expires_at` ends subscriptions that were opened under this scope. `client` is the program
    that asks, as its credentials prove it: an API key's module, a token's `azp` or `client_id`,
    what a gateway signed; None where they say nothing of it. `door` is the proof behind all that,
    and `request_id` names the request in logs and in the audit trail. `once` is there where the
    proof lets somebody write but once.
    """

    tenant_id: TenantId
    actor: str
    roles: frozenset[Role] = frozenset()
    permissions: frozenset[Permission] = frozenset()
    expires_at: datetime | None = None
    tier: str = "FREE"
    client: str | None = None
    door: Entrance = Entrance.INSIDE
    request_id: str | None = None
    once: Once | None = field(default=None, repr=False)

    def may(self, permission: Permission) -> bool:
        """Whether this scope carries `permission`."""
        return permission in self.permissions

    def key(self, *parts: str) -> str:
        """A cache key, topic or lock name of this tenant.

        The tenant is in braces, so that Redis Cluster keeps one tenant on one slot.
        """
        return tenant_key(self.tenant_id, *parts)


@dataclass(frozen=True, slots=True)
class SystemScope:
    """Cross-tenant upkeep, under another database role, with a reason that is audited."""

    reason: str
    actor: str = field(default="system")
