"""What the verified claims of a token say.

Claims: `sub`, `org_id` (the tenant's UUID), `roles`, `permissions`, `subscription_tier`,
`azp` or else `client_id` (the program that it was issued to), `exp`. A role grants its
permissions; the claim `permissions` adds to them. Names that are unknown here grant nothing, so
that an identity provider may also serve other systems.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from app.identity.caller import Caller, client_named, granted, known_roles, refusal
from core.scope import Entrance, TenantId


def caller_of(claims: Mapping[str, object]) -> Caller:
    """The bearer of a token whose signature and times have been verified."""
    roles = known_roles(_names(claims.get("roles")))
    tier = claims.get("subscription_tier")
    return Caller(
        tenant_id=_tenant_id(claims.get("org_id")),
        door=Entrance.TOKEN,
        actor=f"user:{claims['sub']}",
        roles=roles,
        permissions=granted(roles, _names(claims.get("permissions"))),
        expires_at=_moment(claims["exp"]),
        tier=tier.upper() if isinstance(tier, str) and tier else None,
        client=client_named(claims.get("azp"), claims.get("client_id")),
    )


def _names(claim: object) -> Sequence[object]:
    """A list of names; providers also send one text, parted by commas or spaces."""
    if isinstance(claim, str):
        return claim.replace(",", " ").split()
    return claim if isinstance(claim, list) else ()


def _tenant_id(claim: object) -> TenantId:
    try:
        return TenantId(UUID(str(claim)))
    except ValueError:
        raise refusal("the token names no organisation") from None


def _moment(claim: object) -> datetime:
    try:
        return datetime.fromtimestamp(float(str(claim)), UTC)
    except (ValueError, OverflowError, OSError):
        raise refusal("the token does not hold") from None
