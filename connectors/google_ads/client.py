"""The Google Ads API for one customer: the pinned version, tokens, the way through a manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import httpx2
import structlog

from connectors.google_ads.errors import TokenRefused, judge
from connectors.google_ads.tokens import Tokens, grant_of
from connectors.http import Credentials, HttpClient, HttpRequest, HttpResponse, HttpRules
from connectors.retry import Clock
from core.jsonvalue import JSONObject
from core.settings import Settings

LOG = structlog.get_logger(__name__)

RULES: Final = HttpRules(judge=judge, requests_per_second=5.0)


class GoogleAdsClient:
    """Sends queries about one customer; owns its connections."""

    def __init__(
        self,
        customer: str,
        credentials: Mapping[str, str],
        settings: Settings,
        *,
        clock: Clock | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        clock, own = clock or Clock(), settings.of_source("google_ads")
        token_url = own["token_url"]
        self._path = f"/{own['api_version']}/customers/{customer}/googleAds:searchStream"
        login = digits(credentials.get("login_customer_id", ""))
        self._headers = {"login-customer-id": login} if login else {}
        self._tokens = Tokens(grant_of(credentials, token_url), token_url, clock, transport)
        self._token = ""
        self._http = HttpClient(
            own["base_url"],
            RULES,
            Credentials(secrets=self._tokens.secrets),
            clock=clock,
            transport=transport,
        )

    async def search(self, query: str) -> HttpResponse:
        """The answer to a query; with a new token if Google takes the one in hand no more."""
        await self._authorise()
        try:
            return await self._http.send(self._request(query))
        except TokenRefused:
            LOG.info("google_access_token_refused")
            self._tokens.forget()
            await self._authorise()
            return await self._http.send(self._request(query))

    def describe(self, query: str) -> JSONObject:
        """The same request as it may be kept and shown."""
        return self._http.describe(self._request(query))

    async def aclose(self) -> None:
        """Close all connections."""
        try:
            await self._http.aclose()
        finally:
            await self._tokens.aclose()

    def _request(self, query: str) -> HttpRequest:
        return HttpRequest("POST", self._path, content={"query": query})

    async def _authorise(self) -> None:
        token = await self._tokens.token()
        if token != self._token:
            self._token = token
            headers = {"authorization": f"Bearer {token}", **self._headers}
            self._http.authorise(Credentials(headers, secrets=(token,)))


def digits(customer: str) -> str:
    """A customer id as the API takes it, without the dashes that Google's pages show."""
    return customer.strip().replace("-", "")
