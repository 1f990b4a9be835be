"""Facebook Login for business, as an app's server meets it: consent, codes, tokens.

| step                                             | answer                                       |
|--------------------------------------------------|----------------------------------------------|
| `GET /v26.0/dialog/oauth`                        | a page that asks; its form posts to itself   |
| `POST /v26.0/dialog/oauth` `decision=allow|deny` | back to `redirect_uri` with a code or error  |
| `POST /v26.0/oauth/access_token`                 | a token of an hour, for a code               |
| the same, `grant_type=fb_exchange_token`         | a token of 60 days, for one of an hour       |
| `GET /v26.0/debug_token`                         | what a token allows, and until when          |

The user is `user=<account number>` of the form; `user=nobody` has no accounts. The app is
`102000000000001`; its secret the sandbox's own, or `sandbox-app-secret`.
"""

import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.answers import json_answer
from sandbox.meta import errors
from sandbox.meta.errors import GraphError
from sandbox.platform import Sandbox
from sandbox.world.records import Account

APP_ID: Final = "102000000000001"
APP_SECRET: Final = "sandbox-app-secret"  # noqa: S105 -- of a stand-in
SHORT_SECONDS: Final = 3_600
LONG_SECONDS: Final = 60 * 86_400
_PREFIX: Final = "EAASandbox"
_SYSTEM_USER: Final = "sandbox-system-user"
_VERSION: Final = "/v{major:int}.{minor:int}"


@dataclass(frozen=True, slots=True)
class UserToken:
    """What is written in a token: whose it is, until when (epoch seconds), what it allows."""

    user: str
    until: int
    scopes: tuple[str, ...]


class Login:
    """Issues codes and tokens; a token says by itself whose it is, so none is remembered."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Serve this sandbox's users."""
        self._sandbox = sandbox
        self._codes: dict[str, tuple[str, str, tuple[str, ...]]] = {}

    def routes(self, version: str = _VERSION) -> list[BaseRoute]:
        """The dialog, the token endpoint and the inspection of tokens."""
        return [
            Route(f"{version}/dialog/oauth", self._dialog, methods=["GET", "POST"]),
            Route(f"{version}/oauth/access_token", self._token, methods=["GET", "POST"]),
            Route(f"{version}/debug_token", self._debug),
        ]

    async def _dialog(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.get("client_id") != APP_ID or "redirect_uri" not in asked:
            return HTMLResponse("<h1>This app is not available</h1>", 400)
        if request.method == "GET":
            return HTMLResponse(_page(self._sandbox.world.accounts_on("meta").values()))
        form = dict(parse_qsl((await request.body()).decode()))
        return RedirectResponse(self._back(asked, form), 302)

    def _back(self, asked: Mapping[str, str], form: Mapping[str, str]) -> str:
        state = {"state": asked.get("state", "")}
        if form.get("decision") != "allow":
            given = {
                "error": "access_denied",
                "error_code": "200",
                "error_description": "Permissions error",
                "error_reason": "user_denied",
            }
            return f"{asked['redirect_uri']}?{urlencode(given | state)}#_=_"
        code = f"AQ{secrets.token_urlsafe(24)}"
        scopes = tuple(part for part in asked.get("scope", "").replace(",", " ").split() if part)
        self._codes[code] = (form.get("user", "nobody"), asked["redirect_uri"], scopes)
        return f"{asked['redirect_uri']}?{urlencode({'code': code} | state)}#_=_"

    async def _token(self, request: Request) -> Response:
        form = dict(request.query_params) | dict(parse_qsl((await request.body()).decode()))
        try:
            return json_answer(self._granted(form))
        except GraphError as error:
            return json_answer(error.body("A"), error.status)

    def _granted(self, form: Mapping[str, str]) -> dict[str, object]:
        if (form.get("client_id"), form.get("client_secret")) != (APP_ID, self._secret):
            raise errors.invalid_parameter("Error validating client secret.")
        if form.get("grant_type") == "fb_exchange_token":
            known = self.read(form.get("fb_exchange_token", ""))
            if known is None:
                raise errors.malformed_token()
            return self._issued(known.user, known.scopes, LONG_SECONDS)
        user, redirect_uri, scopes = self._codes.pop(form.get("code", ""), ("", "", ()))
        if not user:
            raise errors.invalid_parameter("This authorization code has been used.")
        if redirect_uri != form.get("redirect_uri"):
            raise errors.invalid_parameter("Error validating verification code.")
        return self._issued(user, scopes, SHORT_SECONDS)

    async def _debug(self, request: Request) -> Response:
        asker = request.headers.get("authorization", "").removeprefix("Bearer ")
        if asker != f"{APP_ID}|{self._secret}":
            error = errors.malformed_token()
            return json_answer(error.body("A"), error.status)
        return json_answer({"data": self._inspected(request.query_params.get("input_token", ""))})

    def _inspected(self, token: str) -> dict[str, object]:
        common: dict[str, object] = {"app_id": APP_ID, "application": "LiftOS", "is_valid": True}
        known = self.read(token)
        if known is not None:
            found = {"type": "USER", "expires_at": known.until, "scopes": list(known.scopes)}
            return common | found
        kind = "SYSTEM_USER" if token == _SYSTEM_USER else "USER"
        return common | {"type": kind, "expires_at": 0, "scopes": ["ads_read"]}

    @property
    def _secret(self) -> str:
        return self._sandbox.settings.app_secret or APP_SECRET

    def _issued(self, user: str, scopes: Iterable[str], seconds: int) -> dict[str, object]:
        until = int(self._sandbox.clock.now().timestamp()) + seconds
        written = f"{user}.{until}.{'-'.join(scopes)}"
        token = f"{_PREFIX}{written}.{self._mac(written)}"
        return {"access_token": token, "token_type": "bearer", "expires_in": seconds}

    def read(self, token: str) -> UserToken | None:
        """What an issued token says; None for any other."""
        written, _, mac = token.removeprefix(_PREFIX).rpartition(".")
        if not token.startswith(_PREFIX) or not hmac.compare_digest(mac, self._mac(written)):
            return None
        user, until, scopes = written.split(".")
        return UserToken(user, int(until), tuple(scopes.split("-")) if scopes else ())

    def readable(self, token: str, accounts: Iterable[Account]) -> tuple[Account, ...] | None:
        """The accounts of an issued token's user, None for other tokens; expired: GraphError."""
        known = self.read(token)
        if known is None:
            return None
        if known.until <= self._sandbox.clock.now().timestamp():
            raise errors.expired_token()
        everything = tuple(accounts)
        own = next((each for each in everything if str(each.number) == known.user), None)
        return tuple(each for each in everything if own and each.business == own.business)

    def _mac(self, written: str) -> str:
        return hmac.new(self._secret.encode(), written.encode(), sha256).hexdigest()[:32]


def _page(accounts: Iterable[Account]) -> str:
    options = "".join(
        f'<option value="{each.number}">{escape(each.name)}</option>' for each in accounts
    )
    return (
        "<!DOCTYPE html><title>Sandbox login</title><h1>LiftOS would like to read your ads</h1>"
        f'<form method="post"><select name="user">{options}'
        '<option value="nobody">somebody without accounts</option></select>'
        '<button name="decision" value="allow">Continue</button>'
        '<button name="decision" value="deny">Cancel</button></form>'
    )
