"""Google's consent page, and the codes that come of it.

`GET /o/oauth2/v2/auth` answers a page whose form posts to itself: `decision=allow|deny`,
`user=<account number>|manager|nobody`. A code is good once, for the redirect address it was
made for and with the verifier whose challenge (S256) came along.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.google_ads.tokens import CLIENT_ID, OAuthError
from sandbox.world.records import Account

_BAD: Final = "invalid_grant"


@dataclass(frozen=True, slots=True)
class Code:
    """What a code was made for."""

    user: str
    redirect_uri: str
    challenge: str
    scope: str


class Consent:
    """The page, and the codes in circulation."""

    def __init__(self, accounts: Mapping[int, Account]) -> None:
        """Know these accounts' users."""
        self._accounts = accounts
        self._codes: dict[str, Code] = {}

    async def page(self, request: Request) -> Response:
        """Ask, or send the user back with a decision."""
        asked = dict(request.query_params)
        if asked.get("client_id") != CLIENT_ID or "redirect_uri" not in asked:
            return HTMLResponse("<h1>Error 401: invalid_client</h1>", 401)
        if request.method == "GET":
            return HTMLResponse(self._form())
        form = dict(parse_qsl((await request.body()).decode()))
        answer = self._decided(asked, form) | {"state": asked.get("state", "")}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 302)

    def taken(self, form: Mapping[str, str]) -> Code:
        """What a code is worth, once; OAuthError for one that does not fit."""
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.redirect_uri != form.get("redirect_uri"):
            raise OAuthError(_BAD, "Malformed auth code.")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != code.challenge:
            raise OAuthError(_BAD, "Invalid code verifier.")
        return code

    def _decided(self, asked: Mapping[str, str], form: Mapping[str, str]) -> dict[str, str]:
        if form.get("decision") != "allow":
            return {"error": "access_denied"}
        code = f"4/0A{secrets.token_urlsafe(24)}"
        self._codes[code] = Code(
            form.get("user", "nobody"),
            asked["redirect_uri"],
            asked.get("code_challenge", ""),
            asked.get("scope", ""),
        )
        return {"code": code, "scope": asked.get("scope", "")}

    def _form(self) -> str:
        options = "".join(
            f'<option value="{number}">{escape(account.name)}</option>'
            for number, account in self._accounts.items()
        )
        return (
            "<!DOCTYPE html><title>Sandbox sign-in</title><h1>LiftOS wants access</h1>"
            f'<form method="post"><select name="user">{options}'
            '<option value="nobody">somebody without accounts</option></select>'
            '<button name="decision" value="allow">Allow</button>'
            '<button name="decision" value="deny">Cancel</button></form>'
        )
