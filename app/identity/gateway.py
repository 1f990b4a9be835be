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
    X-Gateway-Client, only if it or a nonce is sent: the program that asks
    X-Gateway-Nonce, only if it is sent: tells two requests apart that are the same otherwise

What it signs can be copied on its way, and holds for a minute. Reading it again changes nothing;
writing is done for the first who brings a signature (`core.scope.Once`).

A streamed upload is signed before its end is seen: its hash stands in X-Gateway-Body-SHA256,
and the receiver of the stream compares it with what arrived.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from app.identity.caller import Caller, client_named, granted, known_roles, refusal
from app.identity.headers import Headers
from core.scope import Entrance, Once, TenantId

ORG, USER, ROLES = "x-org-id", "x-user-id", "x-user-roles"
TIMESTAMP, SIGNATURE = "x-gateway-timestamp", "x-gateway-signature"
BODY_SHA256 = "x-gateway-body-sha256"
CLIENT, NONCE = "x-gateway-client", "x-gateway-nonce"
SIGNED = (ORG, USER, ROLES, TIMESTAMP, SIGNATURE, BODY_SHA256, CLIENT, NONCE)
UNSIGNED = ("x-organization-id", "x-memory-context", "x-user-permissions")
"""Names under which the platform also sends identities; nothing signs them, so none is let in."""

WINDOW_SECONDS = 60
LIFE_SECONDS = 3600


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
        *_last(headers),
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
            door=Entrance.GATEWAY,
            actor=f"user:{_single(headers, USER)}",
            roles=roles,
            permissions=granted(roles),
            expires_at=self._end_of(_single(headers, TIMESTAMP)),
            client=client_named(_optional(headers, CLIENT).strip()),
            once=_once(_single(headers, SIGNATURE)),
        )

    @staticmethod
    def _end_of(timestamp: str) -> datetime:
        """When a stream that this signature opened has to be opened anew."""
        return datetime.fromtimestamp(int(timestamp) + LIFE_SECONDS, UTC)

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


def _last(headers: Headers) -> tuple[str, ...]:
    nonce = headers.values(NONCE)
    # With a nonce there is a line of the client even if none is named: a place has one meaning.
    return (_optional(headers, CLIENT), *nonce) if nonce else headers.values(CLIENT)


def _once(sent: str) -> Once:
    return Once(hashlib.sha256(sent.encode()).hexdigest(), secrets.token_hex(8))


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
