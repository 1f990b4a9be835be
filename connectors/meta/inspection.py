"""What Meta says of an access token: GET /debug_token, asked by the app itself.

https://developers.facebook.com/docs/graph-api/reference/debug_token (v26.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import httpx2

from connectors.http import Credentials, HttpClient, HttpRequest
from connectors.meta.rules import RULES
from connectors.retry import Clock
from core.errors import Terminal
from core.jsonvalue import JSONValue
from core.records.credentials import CredentialFacts, CredentialKind
from core.settings import Settings

ENOUGH: Final = frozenset({"ads_read", "ads_management"})
"""Either lets insights be read."""


async def inspected(
    token: str,
    settings: Settings,
    clock: Clock | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> CredentialFacts | None:
    """The facts of `token`; None where the installation names no app to ask as."""
    own = settings.of_source("meta")
    app_id, secret = own["app_id"], own["app_secret"]
    if not (app_id and secret):
        return None
    asker = f"{app_id}|{secret}"
    credentials = Credentials(
        {"authorization": f"Bearer {asker}"}, {"input_token": token}, secrets=(token, asker, secret)
    )
    http = HttpClient(own["base_url"], RULES, credentials, clock=clock, transport=transport)
    try:
        answer = await http.send(HttpRequest("GET", f"/{own['api_version']}/debug_token"))
    finally:
        await http.aclose()
    data = answer.content.get("data") if isinstance(answer.content, Mapping) else None
    if not isinstance(data, Mapping):
        raise Terminal("Meta answered debug_token without data")
    return _facts(data)


def _facts(data: Mapping[str, JSONValue]) -> CredentialFacts:
    is_system = data.get("type") == "SYSTEM_USER"
    listed = data.get("scopes")
    scopes = tuple(map(str, listed)) if isinstance(listed, list) else ()
    return CredentialFacts(
        CredentialKind.SYSTEM_USER_TOKEN if is_system else CredentialKind.ACCESS_TOKEN,
        scopes,
        _moment(data.get("expires_at")),
        () if ENOUGH & set(scopes) else ("ads_read",),
    )


def _moment(epoch: JSONValue) -> datetime | None:
    """0 stands for never."""
    return datetime.fromtimestamp(epoch, UTC) if isinstance(epoch, int) and epoch > 0 else None
