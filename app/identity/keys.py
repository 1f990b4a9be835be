"""API keys of module back ends, sent as a bearer credential or as `X-API-Key`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from app.identity.caller import Caller, client_named, granted, known_roles, refusal
from core.records.tenants import ApiKeyRecord
from core.scope import Entrance, TenantId
from loaders.sharing import SharedReads

PREFIX = "lok_"
LONGEST_KEY = 256


class KeyStore(Protocol):
    """Where keys are kept, hashed."""

    async def authenticate(
        self, texts: Sequence[str], /
    ) -> Mapping[str, tuple[TenantId, ApiKeyRecord]]:
        """The tenant and record of each key that there is."""
        ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """Verifies API keys. A key that is unknown, revoked or expired gets one and the same answer.

    Each is looked up for each request, after the request has come: a key that was revoked before
    opens nothing. All that come while others are being looked up are looked up together.
    """

    store: KeyStore
    now: Callable[[], datetime] = _utc_now
    together: SharedReads = field(default_factory=SharedReads, repr=False)

    async def verify(self, secret_text: str) -> Caller:
        """The module that holds the key, or Unauthenticated."""
        found = await self._find(secret_text)
        if found is None or not self._is_good(found[1]):
            raise refusal("the API key does not hold")
        tenant_id, record = found
        roles = known_roles(record.roles)
        return Caller(
            tenant_id=tenant_id,
            door=Entrance.KEY,
            actor=f"key:{record.id}",
            roles=roles,
            permissions=granted(roles),
            expires_at=record.expires_at,
            client=client_named(record.module),
        )

    async def _find(self, secret_text: str) -> tuple[TenantId, ApiKeyRecord] | None:
        is_possible = secret_text.startswith(PREFIX) and len(secret_text) <= LONGEST_KEY
        if not is_possible:
            return None
        return await self.together.read_one("keys", secret_text, self.store.authenticate)

    def _is_good(self, record: ApiKeyRecord) -> bool:
        has_ended = record.expires_at is not None and record.expires_at <= self.now()
        return record.revoked_at is None and not has_ended
