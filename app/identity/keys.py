"""API keys of module back ends, sent as a bearer credential or as `X-API-Key`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from app.identity.caller import Caller, granted, known_roles, refusal
from core.records.tenants import ApiKeyRecord
from core.scope import TenantId

PREFIX = "lok_"
LONGEST_KEY = 256


class KeyStore(Protocol):
    """Where keys are kept, hashed."""

    async def authenticate(self, secret_text: str, /) -> tuple[TenantId, ApiKeyRecord] | None:
        """The tenant and record of a key, or None when there is no such key."""
        ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """Verifies API keys. A key that is unknown, revoked or expired gets one and the same answer."""

    store: KeyStore
    now: Callable[[], datetime] = _utc_now

    async def verify(self, secret_text: str) -> Caller:
        """The module that holds the key, or Unauthenticated."""
        found = await self._find(secret_text)
        if found is None or not self._is_good(found[1]):
            raise refusal("the API key does not hold")
        tenant_id, record = found
        roles = known_roles(record.roles)
        return Caller(
            tenant_id=tenant_id,
            actor=f"key:{record.id}",
            roles=roles,
            permissions=granted(roles),
            expires_at=record.expires_at,
        )

    async def _find(self, secret_text: str) -> tuple[TenantId, ApiKeyRecord] | None:
        is_possible = secret_text.startswith(PREFIX) and len(secret_text) <= LONGEST_KEY
        return await self.store.authenticate(secret_text) if is_possible else None

    def _is_good(self, record: ApiKeyRecord) -> bool:
        has_ended = record.expires_at is not None and record.expires_at <= self.now()
        return record.revoked_at is None and not has_ended
