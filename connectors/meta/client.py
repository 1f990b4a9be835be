"""Meta's Graph API for one ad account: versioned paths, the token, warnings of retirement."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

import httpx2
import structlog

from connectors.http import Credentials, HttpClient, HttpRequest, HttpResponse, HttpRules
from connectors.meta.errors import judge
from connectors.meta.limits import pause_seconds
from connectors.retry import Clock
from core.errors import ConfigError
from core.jsonvalue import JSONObject
from core.settings import Settings

LOG = structlog.get_logger(__name__)

VERSION_WARNING: Final = "x-ad-api-version-warning"
RULES: Final = HttpRules(judge=judge, pause=lambda answer: pause_seconds(answer.headers))


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
