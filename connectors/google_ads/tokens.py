"""Access tokens from a refresh token or a service account's key.

Assertions are signed with PyJWT and sent through the client that all sources share: its
retries, its whole answers and its silence about secrets hold here too. (google-auth would bring
a second, blocking HTTP stack for these two requests.) A key file's own `token_uri` is not
followed: where secrets go is a setting, not a tenant's choice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import httpx2
import jwt
import orjson

from connectors.google_ads.errors import judge_token
from connectors.http import Credentials, HttpClient, HttpRequest, HttpRules
from connectors.retry import Clock
from core.errors import ConfigError, Terminal

RULES: Final = HttpRules(judge=judge_token, timeout_seconds=30.0, answers_secrets=True)
SCOPE: Final = "https://www.googleapis.com/auth/adwords"
JWT_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_SECONDS: Final = 3_600
EARLY_SECONDS: Final = 120.0
"""A token is replaced this long before it expires: requests under way still arrive in time."""

USER_PARTS: Final = ("refresh_token", "client_id", "client_secret")


@dataclass(frozen=True, slots=True)
class Grant:
    """How a token is asked for: a form made anew each time, and what in it is secret."""

    form: Callable[[], Mapping[str, str]]
    secrets: tuple[str, ...]


def grant_of(credentials: Mapping[str, str], token_url: str) -> Grant:
    """The grant that the credentials allow, or ConfigError naming what they lack."""
    if credentials.get("service_account_key"):
        return _signed(_key_file(credentials["service_account_key"]), token_url)
    parts = {name: credentials.get(name, "").strip() for name in USER_PARTS}
    if lacking := [name for name, value in parts.items() if not value]:
        raise ConfigError(
            f"the connection's credentials lack {', '.join(lacking)}",
            field="refreshToken",
            mend="give refreshToken, clientId and clientSecret, or serviceAccountKey",
        )
    form = {"grant_type": "refresh_token", **parts}
    return Grant(lambda: form, (parts["refresh_token"], parts["client_secret"]))


class Tokens:
    """The access token of one connection, renewed before it expires; owns its connections."""

    def __init__(
        self,
        grant: Grant,
        token_url: str,
        clock: Clock,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._grant = grant
        self._url = token_url
        self._clock = clock
        self._http = HttpClient(token_url, RULES, Credentials(), clock=clock, transport=transport)
        self._token = ""
        self._until = 0.0

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must be seen nowhere, beside the token."""
        return self._grant.secrets

    async def token(self) -> str:
        """A token that is valid for a while."""
        if not self._token or self._clock.now() >= self._until:
            await self._renew()
        return self._token

    def forget(self) -> None:
        """Ask for another one next time."""
        self._token = ""

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _renew(self) -> None:
        form = self._grant.form()
        secrets = (*self._grant.secrets, form.get("assertion", ""))
        self._http.authorise(Credentials(form=form, secrets=secrets))
        answer = (await self._http.send(HttpRequest("POST", self._url))).content
        found = answer if isinstance(answer, dict) else {}
        token, lifetime = found.get("access_token"), found.get("expires_in")
        if not isinstance(token, str) or not token:
            raise Terminal("Google's token endpoint answered without an access token")
        seconds = float(lifetime) if isinstance(lifetime, (int, float)) else 0.0
        self._token, self._until = token, self._clock.now() + seconds - EARLY_SECONDS


def _key_file(text: str) -> dict[str, str]:
    """The parts of a key file that are used, or ConfigError without any of them."""
    try:
        content = orjson.loads(text)
        return {name: str(content[name]) for name in ("client_email", "private_key")}
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise _unusable() from None


def _signed(key: Mapping[str, str], token_url: str) -> Grant:
    pem = key["private_key"]

    def form() -> Mapping[str, str]:
        now = int(time.time())
        claims = {"iss": key["client_email"], "scope": SCOPE, "aud": token_url, "iat": now}
        try:
            assertion = jwt.encode(claims | {"exp": now + ASSERTION_SECONDS}, pem, "RS256")
        except (jwt.InvalidKeyError, ValueError, TypeError):
            raise _unusable() from None
        return {"grant_type": JWT_GRANT, "assertion": assertion}

    return Grant(form, (pem, pem.replace("\n", "\\n"), *pem.split("\n")[1:-2]))


def _unusable() -> ConfigError:
    return ConfigError(
        "the service account's key file cannot be used",
        field="serviceAccountKey",
        mend="give the JSON that the Cloud console made, with client_email and private_key",
    )
