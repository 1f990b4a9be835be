"""Meta's Graph API for one ad account: versioned paths, the token, warnings of retirement."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from functools import partial
from hashlib import sha256

import httpx2
import structlog

from connectors.http import Credentials, HttpClient, HttpRequest, HttpResponse
from connectors.meta.inspection import inspected
from connectors.meta.notices import VERSION_WARNING
from connectors.meta.rules import RULES
from connectors.retry import Clock
from core.errors import ConfigError
from core.jsonvalue import JSONObject
from core.records.credentials import CredentialFacts
from core.settings import Settings

LOG = structlog.get_logger(__name__)


class MetaClient:
    """Sends requests under the pinned API version; owns its connections."""

    def __init__(
        self,
        credentials: Mapping[str, str],
        settings: Settings,
        *,
        clock: Clock | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        own = settings.of_source("meta")
        self._inspect = partial(
            inspected, credentials.get("access_token", "").strip(), settings, clock, transport
        )
        self._version = own["api_version"]
        self._warnings: set[str] = set()
        self._http = HttpClient(
            own["base_url"],
            RULES,
            _sealed(credentials, own["app_secret"]),
            clock=clock,
            transport=transport,
        )

    async def send(self, method: str, node: str, params: Mapping[str, str]) -> HttpResponse:
        """The answer of `node` (an id, or id/edge) under the pinned version."""
        response = await self._http.send(self._request(method, node, params))
        self._warn_of_retirement(response)
        return response

    def describe(self, method: str, node: str, params: Mapping[str, str]) -> JSONObject:
        """The same request as it may be kept and shown."""
        return self._http.describe(self._request(method, node, params))

    async def credential_facts(self) -> CredentialFacts | None:
        """What Meta says of the token; None where no app is there to ask as."""
        return await self._inspect()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    def _request(self, method: str, node: str, params: Mapping[str, str]) -> HttpRequest:
        return HttpRequest(method, f"/{self._version}/{node}", params)

    def _warn_of_retirement(self, response: HttpResponse) -> None:
        warning = response.headers.get(VERSION_WARNING)
        if warning and warning not in self._warnings:
            self._warnings.add(warning)
            LOG.warning("meta_api_version_retiring", version=self._version, warning=warning)


def _sealed(credentials: Mapping[str, str], app_secret: str) -> Credentials:
    """The token as a header, and its proof (HMAC-SHA256 under the app secret) as a parameter."""
    token = credentials.get("access_token", "").strip()
    if not token:
        raise ConfigError(
            "the connection has no access token",
            field="accessToken",
            mend="give the connection a system-user token with ads_read",
        )
    headers = {"authorization": f"Bearer {token}"}
    if not app_secret:
        return Credentials(headers, secrets=(token,))
    proof = hmac.new(app_secret.encode(), token.encode(), sha256).hexdigest()
    return Credentials(headers, {"appsecret_proof": proof}, secrets=(token, proof, app_secret))
