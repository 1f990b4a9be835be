"""Builds the door from settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from app.identity.door import Door
from app.identity.gateway import Gateway
from app.identity.jwks import KeySet
from app.identity.keys import ApiKeys, KeyStore
from app.identity.recent import RecentTenants, RecentTokens, TenantStore
from app.identity.tokens import Tokens
from core.settings import Settings

PROVIDER_TIMEOUT_SECONDS = 5.0


@asynccontextmanager
async def open_door(
    settings: Settings, jwt_secret: str | None, keys: KeyStore, tenants: TenantStore
) -> AsyncIterator[Door]:
    """The door, and the connection to the identity provider for as long as it stands open."""
    async with httpx2.AsyncClient(timeout=PROVIDER_TIMEOUT_SECONDS) as http:
        provider = None if settings.jwks_url is None else KeySet(settings.jwks_url, http)
        gateway_secret = settings.gateway_secret
        tokens = Tokens(jwt_secret, provider, settings.jwt_audience, settings.jwt_issuer)
        yield Door(
            tokens=RecentTokens(tokens),
            keys=ApiKeys(keys),
            gateway=Gateway(gateway_secret.get_secret_value() if gateway_secret else None),
            tenants=RecentTenants(tenants),
        )
