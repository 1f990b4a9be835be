"""The door: credentials in, a tenant's scope out. One for HTTP, WebSocket and uploads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from app.identity.caller import Caller, refusal
from app.identity.gateway import Gateway, SignedRequest, speaks_for_a_gateway
from app.identity.headers import Headers
from app.identity.keys import PREFIX, ApiKeys
from app.identity.recent import TenantStore, Verifier
from core.errors import NotFound
from core.records.tenants import TenantRecord
from core.scope import TenantScope


@dataclass(frozen=True, slots=True)
class Knock:
    """One request for entry.

    `body_sha256` is hex of the body; None when it is neither known nor declared, in which
    case gateway headers cannot be checked and are refused.
    """

    method: str
    target: str
    headers: Headers = field(repr=False)
    body_sha256: str | None


@dataclass(frozen=True, slots=True)
class Door:
    """Issues scopes; raises Unauthenticated, or Transient while a check cannot be made."""

    tokens: Verifier
    keys: ApiKeys
    gateway: Gateway
    tenants: TenantStore

    async def enter(self, knock: Knock) -> TenantScope:
        """The scope that these credentials open."""
        return await self._scope(await self._identify(knock))

    async def _identify(self, knock: Knock) -> Caller:
        secret = _credential(knock.headers)
        if speaks_for_a_gateway(knock.headers):
            if secret is not None:
                raise refusal("identity headers and a bearer credential exclude each other")
            request = SignedRequest(knock.method, knock.target, knock.body_sha256)
            return self.gateway.verify(request, knock.headers)
        if secret is None:
            raise refusal("credentials are missing")
        if secret.startswith(PREFIX):
            return await self.keys.verify(secret)
        return await self.tokens.verify(secret)

    async def _scope(self, caller: Caller) -> TenantScope:
        scope = TenantScope(
            tenant_id=caller.tenant_id,
            actor=caller.actor,
            roles=caller.roles,
            permissions=caller.permissions,
            expires_at=caller.expires_at,
            client=caller.client,
            door=caller.door,
            once=caller.once,
        )
        tenant = await self._tenant(scope)
        if tenant is None:
            raise refusal("the credentials do not hold")
        return replace(scope, tier=caller.tier or tenant.tier)

    async def _tenant(self, scope: TenantScope) -> TenantRecord | None:
        try:
            return await self.tenants.current(scope)
        except NotFound:
            return None


def _credential(headers: Headers) -> str | None:
    """The one token or API key that was sent; two that differ leave it open who is calling."""
    sent = {_bearer(value) for value in headers.values("authorization")}
    keys = {value.strip() for value in headers.values("x-api-key")}
    if any(not key.startswith(PREFIX) for key in keys):
        raise refusal("the API key does not hold")
    if len(sent | keys) > 1:
        raise refusal("more than one credential was sent")
    return next(iter(sent | keys), None)


def _bearer(value: str) -> str:
    scheme, _, secret = value.strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise refusal("the Authorization header is not a bearer credential")
    return secret.strip()
