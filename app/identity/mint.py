"""Development tokens: signed with the secret that this installation keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt

from core.scope import Role, TenantId
from core.settings import Settings


def mint(
    settings: Settings,
    secret: str,
    tenant_id: TenantId,
    role: Role,
    lifetime: timedelta,
    *,
    subject: str = "cli",
    client: str | None = None,
) -> str:
    """A token for `tenant_id` that this installation accepts for `lifetime`."""
    now = datetime.now(UTC)
    claims: dict[str, object] = {
        "sub": subject,
        "org_id": str(tenant_id),
        "roles": [role.value],
        "iat": now,
        "exp": now + lifetime,
    }
    if client is not None:
        claims["azp"] = client
    if settings.jwt_audience is not None:
        claims["aud"] = settings.jwt_audience
    if settings.jwt_issuer is not None:
        claims["iss"] = settings.jwt_issuer
    return jwt.encode(claims, secret, algorithm="HS256")
