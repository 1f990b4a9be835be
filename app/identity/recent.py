"""Callers and tenants that were just here: looked up once for all requests of half a second.

A tenant that goes, and a key of the identity provider that is withdrawn, end within a second.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

from app.identity.caller import Caller
from app.recent import Recent
from core.records.tenants import TenantRecord
from core.scope import TenantId, TenantScope
from loaders.sharing import SharedReads

MOST_TENANTS = 10_000
MOST_TOKENS = 10_000


class Verifier(Protocol):
    """Who says whose a token is."""

    async def verify(self, token: str, /) -> Caller:
        """The bearer, or Unauthenticated."""
        ...


class TenantStore(Protocol):
    """Where tenants are looked up."""

    async def current(self, scope: TenantScope, /) -> TenantRecord | None:
        """The tenant of `scope`; None or NotFound when it is gone."""
        ...


class RecentTokens:
    """Verifies each token once in a while; what did not hold is verified again.

    Tokens are remembered by their hashes. One that ends meanwhile opens no field: those ask for
    the moment at which their caller's credentials end.
    """

    def __init__(self, tokens: Verifier, now: Callable[[], float] = time.monotonic) -> None:
        self._tokens, self._now = tokens, now
        self._callers: Recent[bytes, Caller] = Recent(MOST_TOKENS, now)

    async def verify(self, token: str) -> Caller:
        """The bearer of `token`, or Unauthenticated."""
        key = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        caller = self._callers.get(key)
        if caller is None:
            asked_at = self._now()
            caller = await self._tokens.verify(token)
            self._callers.put(key, caller, asked_at)
        return caller


class RecentTenants:
    """Looks each tenant up once in a while; one that is not there is looked for again.

    Requests that come together are told by one look.
    """

    def __init__(self, tenants: TenantStore, now: Callable[[], float] = time.monotonic) -> None:
        self._tenants, self._now = tenants, now
        self._known: Recent[TenantId, TenantRecord] = Recent(MOST_TENANTS, now)
        self._together = SharedReads()

    async def current(self, scope: TenantScope) -> TenantRecord | None:
        """The tenant of `scope`; None or NotFound when it is gone."""
        found = self._known.get(scope.tenant_id)
        if found is None:
            found = await self._together.read(scope.tenant_id, partial(self._look, scope))
        return found

    async def _look(self, scope: TenantScope) -> TenantRecord | None:
        asked_at = self._now()
        found = await self._tenants.current(scope)
        if found is not None:
            self._known.put(scope.tenant_id, found, asked_at)
        return found
