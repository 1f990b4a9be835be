"""Identity headers of a trusted gateway, believed only under its signature.

The gateway sends X-Org-Id, X-User-Id, X-User-Roles (comma list, may be absent),
X-Gateway-Timestamp (Unix seconds) and X-Gateway-Signature: hex HMAC-SHA256 of the lines

    liftos-gateway-v1
    METHOD
    path?query as on the wire
    timestamp
    hex SHA-256 of the body
    X-Org-Id
    X-User-Id
    X-User-Roles

A streamed upload is signed before its end is seen: its hash stands in X-Gateway-Body-SHA256,
and the receiver of the stream compares it with what arrived.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from app.identity.caller import Caller, granted, known_roles, refusal
from app.identity.headers import Headers
from core.scope import TenantId

ORG, USER, ROLES = "x-org-id", "x-user-id", "x-user-roles"
TIMESTAMP, SIGNATURE = "x-gateway-timestamp", "x-gateway-signature"
BODY_SHA256 = "x-gateway-body-sha256"
SIGNED = (ORG, USER, ROLES, TIMESTAMP, SIGNATURE, BODY_SHA256)
UNSIGNED = ("x-organization-id", "x-memory-context", "x-user-permissions")
"""Names under which the platform also sends identities; nothing signs them, so none is let in."""

WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What the signature covers besides the identity headers."""

    method: str
    target: str
    body_sha256: str | None


def speaks_for_a_gateway(headers: Headers) -> bool:
    """Whether any header claims an identity, so that a signature must stand behind it."""
    return any(name in SIGNED or name in UNSIGNED for name in headers)


def signature(secret: str, request: SignedRequest, headers: Headers) -> str:
    """The signature a gateway that knows `secret` puts on this request."""
    lines = (
        "liftos-gateway-v1",
        request.method.upper(),
        request.target,
        *headers.values(TIMESTAMP),
        request.body_sha256 or "",
        *(",".join(headers.values(name)) for name in (ORG, USER, ROLES)),
    )
    text = "\n".join(lines).encode("latin-1", "replace")
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Gateway:
    """Verifies gateway headers; without `secret` every one of them is refused."""

    secret: str | None = field(repr=False)
    now: Callable[[], float] = time.time

    def verify(self, request: SignedRequest, headers: Headers) -> Caller:
        """The user whom the gateway vouches for, or Unauthenticated."""
        self._require_single(headers)
        self._require_recent(_single(headers, TIMESTAMP))
        self._require_signature(request, headers)
        roles = known_roles(name.strip() for name in _optional(headers, ROLES).split(","))
        return Caller(
            tenant_id=_tenant_id(_single(headers, ORG)),
            actor=f"user:{_single(headers, USER)}",
            roles=roles,
            permissions=granted(roles),
        )

    def _require_single(self, headers: Headers) -> None:
        if any(headers.values(name) for name in UNSIGNED):
            raise refusal("an identity header is not covered by the gateway's signature")
        if any(len(headers.values(name)) > 1 for name in SIGNED):
            raise refusal("an identity header was sent more than once")

    def _require_recent(self, timestamp: str) -> None:
        is_number = re.fullmatch(r"[0-9]{1,12}", timestamp) is not None
        if not is_number or abs(self.now() - int(timestamp)) > WINDOW_SECONDS:
            raise refusal("the gateway's signature is out of its time window")

    def _require_signature(self, request: SignedRequest, headers: Headers) -> None:
        if self.secret is None or request.body_sha256 is None:
            raise refusal("identity headers are accepted only with a gateway's signature")
        expected = signature(self.secret, request, headers)
        sent = _single(headers, SIGNATURE).encode("latin-1", "replace")
        if not hmac.compare_digest(expected.encode(), sent):
            raise refusal("the gateway's signature does not hold")


def _single(headers: Headers, name: str) -> str:
    values = headers.values(name)
    if len(values) != 1 or not values[0].strip():
        raise refusal("identity headers are accepted only with a gateway's signature")
    return values[0].strip()


def _optional(headers: Headers, name: str) -> str:
    return "".join(headers.values(name))


def _tenant_id(text: str) -> TenantId:
    try:
        return TenantId(UUID(text))
    except ValueError:
        raise refusal("the gateway names no organisation") from None
