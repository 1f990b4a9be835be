"""Klaviyo's API for one account: the key, the pinned revision, a pace for each endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import httpx2
import structlog

from connectors.http import Credentials, HttpClient, HttpRequest, HttpResponse, HttpRules
from connectors.klaviyo.errors import judge
from connectors.klaviyo.limits import Pacer
from connectors.notices import post
from connectors.retry import Clock
from core.errors import ConfigError
from core.jsonvalue import JSONObject
from core.records.credentials import AlertKind, Notice
from core.settings import Settings

LOG = structlog.get_logger(__name__)

RULES: Final = HttpRules(judge=judge, requests_per_second=100)
"""The pace is kept for each endpoint by itself, by the Pacer."""

LIFE_YEARS: Final = 2
"""Klaviyo serves a revision for so long."""

NOTICE: Final = timedelta(days=90)


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class KlaviyoClient:
    """Sends requests under the pinned revision; owns its connections."""

    def __init__(
        self,
        credentials: Mapping[str, str],
        settings: Settings,
        *,
        clock: Clock | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        own = settings.of_source("klaviyo")
        self._revision = _revision(own["revision"])
        self._has_warned = False
        self._now = now
        self._pacer = Pacer(clock or Clock())
        self._http = HttpClient(
            own["base_url"],
            RULES,
            _sealed(credentials, own["revision"]),
            clock=clock,
            transport=transport,
        )

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The answer to `request`, once its endpoint's quota allows it."""
        self._warn_of_retirement()
        endpoint = request.path.strip("/").rpartition("/")[2]
        await self._pacer.turn(endpoint)
        response = await self._http.send(request)
        self._pacer.learn(endpoint, response.headers)
        return response

    def describe(self, request: HttpRequest) -> JSONObject:
        """The request as it may be kept and shown."""
        return {**self._http.describe(request), "revision": str(self._revision)}

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    def _warn_of_retirement(self) -> None:
        sunset = _sunset(self._revision)
        if self._now().date() < sunset - NOTICE:
            return
        post(
            Notice(
                AlertKind.API_VERSION_SUNSET,
                f"Klaviyo stops serving the pinned revision {self._revision} on {sunset}",
                "set LIFTOS_KLAVIYO_REVISION to a newer one, and upgrade",
                datetime.combine(sunset, time(), UTC),
            )
        )
        if not self._has_warned:
            self._has_warned = True
            LOG.warning(
                "klaviyo_revision_retiring", revision=str(self._revision), sunset=str(sunset)
            )


def _revision(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"{text!r} is not a revision of Klaviyo's API",
            field="LIFTOS_KLAVIYO_REVISION",
            mend="set a date such as 2026-10-15",
        ) from error


def _sunset(revision: date) -> date:
    return revision.replace(year=revision.year + LIFE_YEARS, day=min(revision.day, 28))


def _sealed(credentials: Mapping[str, str], revision: str) -> Credentials:
    """The private key as a header; an unknown revision is refused, not answered by another."""
    key = (credentials.get("api_key") or credentials.get("access_token") or "").strip()
    if not key:
        raise ConfigError(
            "the connection has no private API key",
            field="apiKey",
            mend="give the connection a private key of the Klaviyo account",
        )
    headers = {
        "authorization": f"Klaviyo-API-Key {key}",
        "revision": revision,
        "x-klaviyo-revision-fall-forward-opt-out": "1",
    }
    return Credentials(headers, secrets=(key,))
